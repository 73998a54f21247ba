// What launches need to know of the account.
import type { EnvironmentContext } from "./environment.ts";
import { taskToken } from "./task-tokens.ts";
import type { AccountState } from "../account/account-state.ts";

/** The node's metadata service is on the emulator's own listener, below this path. */
export const metadataPath = "/_node";

export const launchContext = (account: AccountState): EnvironmentContext => ({
  accountName: account.settings.name,
  accountUrl: account.url,
  metadataUrl: `${account.url}${metadataPath}`,
  tokenOf: (task) => taskToken(account, task),
  parameters: account.parameters,
  support: account.ports.support,
});
