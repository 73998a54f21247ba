// The files account.json: what of an account outlives the process, one in the folder of each. Written whenever it changes.
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { readKeptJson, writeKeptJson } from "../kept-json.ts";
import type { AccountDirectory } from "./service/account/account-directory.ts";
import type { AccountSettings } from "./service/account/account-settings.ts";
import type { AccountState } from "./service/account/account-state.ts";
import { AddedAccount, StoredAccount } from "./store/account-file.ts";

const accountFile = "account.json";
const what = "an account file of the Batch emulator";

/** The first account's keys, tags and quotas outlive the process. */
export function keepFirst(
  state: AccountState,
  directory: AccountDirectory,
  folder: string,
  given: string,
): void {
  const file = join(folder, accountFile);
  const { settings } = state;
  const stored = readKeptJson(file, what, StoredAccount);
  if (stored?.given === given) {
    settings.keys.primary = stored.primary;
    settings.keys.secondary = stored.secondary;
    settings.tags = stored.tags;
    settings.authenticationModes = stored.authenticationModes;
    settings.hasIdentity = stored.hasIdentity;
    settings.quotas = stored.quotas;
    directory.accountQuota = stored.accountQuota ?? directory.accountQuota;
  }
  const keep = () => {
    const { accountQuota } = directory;
    writeKeptJson(file, { given, ...changeableOf(settings), accountQuota } satisfies StoredAccount);
  };
  state.events.on("settingsChanged", keep);
  keep();
}

const changeableOf = ({ keys, tags, authenticationModes, hasIdentity, quotas }: AccountSettings) => ({
  ...{ ...keys, tags, authenticationModes, hasIdentity, quotas },
});

/** Of accounts that were added, the oldest first. What has no file was never finished, or is nearly gone. */
export function storedAccounts(root: string): AddedAccount[] {
  if (!existsSync(root)) return [];
  const found: AddedAccount[] = [];
  for (const name of readdirSync(root)) {
    const file = readKeptJson(join(root, name, accountFile), what, AddedAccount);
    if (file === undefined) rmSync(join(root, name), { recursive: true, force: true });
    else found.push(file);
  }
  return found.sort((a, b) => a.createdAt - b.createdAt);
}

export function keepAdded(
  folder: string,
  file: AddedAccount,
  settings: AccountSettings,
  ports: Pick<AddedAccount, "port" | "tlsPort">,
): void {
  const kept: AddedAccount = {
    ...file,
    ...ports,
    ...changeableOf(settings),
    hasAutoStorage: settings.autoStorage !== undefined,
    lastKeySync: settings.autoStorage?.lastKeySync,
    isDeleting: settings.isDeleting,
  };
  writeKeptJson(join(folder, accountFile), kept);
}

/** An end in the middle leaves a folder without its file. */
export function removeKept(folder: string): void {
  rmSync(join(folder, accountFile), { force: true });
  rmSync(folder, { recursive: true, force: true });
}
