// The accounts of one emulator, as the management plane sees them. The first is there from the start to the end; others come and go.
import type { AccountState } from "./account-state.ts";

export interface NewAccount {
  readonly name: string;
  readonly resourceGroup: string;
  readonly location: string;
}

export interface AccountDirectory {
  /** How many accounts a region may have. */
  accountQuota: number;
  /** Name of the storage account that is there to be linked; undefined: there is none. */
  readonly storageAccount: string | undefined;
  /** In order of creation, with those that are being deleted. */
  list(): readonly AccountState[];
  /** Names are compared without case. */
  find(name: string): AccountState | undefined;
  /** The account of this name, made unless it is there: with its own keys, folder and address. */
  create(account: NewAccount): Promise<AccountState>;
  /** Tells an account from earlier ones of its name. */
  keyOf(account: AccountState): string;
  /** Keeps what was changed of quotas. */
  changed(): void;
  /** Begins the deletion of an account with all that it has. Answers why it cannot go, if it cannot. */
  remove(account: AccountState): string | undefined;
}
