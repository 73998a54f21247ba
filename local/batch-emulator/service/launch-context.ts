// What launches need to know of the account.
import type { EnvironmentContext } from "./environment.ts";
import type { World } from "./world.ts";

export const launchContext = (world: World): EnvironmentContext => ({
  accountName: world.account.name,
  accountUrl: world.url,
  parameters: world.parameters,
  support: world.ports.support,
});
