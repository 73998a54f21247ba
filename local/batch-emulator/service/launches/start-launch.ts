// Every command on a node starts here: what the node cannot run ends at once, as a failure before the command.
import type { Launch, LaunchEnd } from "../../agent/executor.ts";
import { launchRefusal } from "./launch-refusals.ts";
import type { Node } from "../entities/model.ts";
import type { AccountState } from "../account/account-state.ts";

export async function startLaunch(account: AccountState, node: Node, launch: Launch): Promise<LaunchEnd> {
  const failure = launchRefusal(account, node, launch);
  if (failure !== undefined) return { kind: "failed", failure, endedAt: account.clock.now() };
  return account.ports.executor.run(launch, () => undefined);
}
