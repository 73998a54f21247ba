// The accounts of a running Azurite. The genuine package reads them from its environment and looks there again once a
// minute; an account that was made a moment ago must be usable at once, so that they are told here instead.
export interface AzuriteAccount {
  readonly name: string;
  /** Base64. */
  readonly key: string;
}

interface AccountRow {
  readonly name: string;
  readonly key1: Buffer;
}

interface AccountStore {
  getAccount(name: string): AccountRow | undefined;
}

/** Lets every server of this process find the accounts last told. Call it before a server is made. */
export function accountsSetIn(store: { readonly prototype: AccountStore }): {
  set(accounts: readonly AzuriteAccount[]): void;
} {
  let known = new Map<string, AccountRow>();
  store.prototype.getAccount = (name) => known.get(name);
  return {
    set(accounts) {
      known = new Map(accounts.map(({ name, key }) => [name, { name, key1: Buffer.from(key, "base64") }]));
    },
  };
}

/** Azurite's own text for them: the environment variable AZURITE_ACCOUNTS, by which they reach a child process. */
export function accountsText(accounts: readonly AzuriteAccount[]): string {
  return accounts.map(({ name, key }) => `${name}:${key}`).join(";");
}

export function accountsOf(text: string): readonly AzuriteAccount[] {
  return text
    .split(";")
    .filter((one) => one !== "")
    .map((one) => {
      const colon = one.indexOf(":");
      return { name: one.slice(0, colon), key: one.slice(colon + 1) };
    });
}
