// What is said of an account: its name and place, its keys, and what can be changed of it in the management plane.

export type AuthenticationMode = "SharedKey" | "AAD" | "TaskAuthenticationToken";

/** What the account may have at most; in Azure raised on request. */
export interface AccountQuotas {
  readonly poolQuota: number;
  readonly activeJobAndJobScheduleQuota: number;
  readonly dedicatedCoreQuota: number;
  readonly lowPriorityCoreQuota: number;
}

export interface AccountSettings {
  readonly name: string;
  readonly keys: { primary: string; secondary: string };
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly location: string;
  tags: Readonly<Record<string, string>>;
  /** How callers of the data plane may identify themselves; absent: in every way. */
  authenticationModes?: readonly AuthenticationMode[] | undefined;
  /** It has an identity of its own (SystemAssigned). */
  hasIdentity?: boolean | undefined;
  /** The storage account beside the emulator, which serves as the account's auto-storage. */
  autoStorage?: { readonly accountName: string; lastKeySync: number } | undefined;
  /** Absent: those of the emulator's parameters. */
  quotas?: AccountQuotas | undefined;
  /** Its pools and jobs are on their way out, and it goes with the last of them. */
  isDeleting?: boolean | undefined;
}
