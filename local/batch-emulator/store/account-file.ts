// The account's keys and tags, which outlive the process: account.json in the data folder, readable by its owner only.
import type { AuthenticationMode } from "../service/account/world.ts";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";

export interface StoredAccount {
  /** The key that the emulator was first given; another one later starts over. */
  readonly given: string;
  readonly primary: string;
  readonly secondary: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly authenticationModes?: readonly AuthenticationMode[] | undefined;
}

export function readAccount(file: string): StoredAccount | undefined {
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as StoredAccount) : undefined;
}

/** Replaces the file in one step. */
export function writeAccount(file: string, account: StoredAccount): void {
  writeFileSync(`${file}.new`, JSON.stringify(account), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}
