// What launches need to know of the account.
import type { EnvironmentContext } from "./environment.ts";
import { taskToken } from "./task-tokens.ts";
import type { World } from "../account/world.ts";

/** The node's metadata service is on the emulator's own listener, below this path. */
export const metadataPath = "/_node";

export const launchContext = (world: World): EnvironmentContext => ({
  accountName: world.account.name,
  accountUrl: world.url,
  metadataUrl: `${world.url}${metadataPath}`,
  tokenOf: (task) => taskToken(world, task),
  parameters: world.parameters,
  support: world.ports.support,
});
