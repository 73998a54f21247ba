// Every command on a node starts here: what the node cannot run ends at once, as a failure before the command.
import type { Launch, LaunchEnd } from "../../agent/executor.ts";
import { launchRefusal } from "./launch-refusals.ts";
import type { Node } from "../entities/model.ts";
import type { World } from "../account/world.ts";

export async function startLaunch(world: World, node: Node, launch: Launch): Promise<LaunchEnd> {
  const failure = launchRefusal(world, node, launch);
  if (failure !== undefined) return { kind: "failed", failure, endedAt: world.clock.now() };
  return world.ports.executor.run(launch, () => undefined);
}
