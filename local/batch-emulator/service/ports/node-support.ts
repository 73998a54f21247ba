// What surrounds emulated nodes beyond Azure Batch itself: commands first on their PATH, variables that those need, and
// being reachable by each other. Implemented by the process agent; a simulation needs none of it.

/** An account of the pool that the node has because of its specification. */
export interface NodeAccount {
  readonly name: string;
  /** Only where Batch puts it in place: on pools whose nodes may talk to each other. */
  readonly sshPrivateKey?: string | undefined;
}

/** Who may log in to a node from outside. */
export interface NodeLogin {
  readonly name: string;
  /** Whether this is the account's password; absent: it has none. */
  readonly hasPassword?: (given: string) => Promise<boolean>;
  /** As in a line of `authorized_keys`. */
  readonly sshPublicKey?: string | undefined;
}

export interface NodeSupport {
  /** Folders put before the system path in the PATH of every command on a node. */
  readonly pathPrefix: readonly string[];
  /** Further variables of every command on the node; the Batch variables win. */
  environmentOf(
    nodeId: string,
    nodeRoot: string,
    pool: {
      readonly vmSize: string;
      readonly subnetId?: string | undefined;
      /** Resource ids of those assigned to it. */
      readonly identities?: readonly string[] | undefined;
    },
  ): Readonly<Record<string, string>>;
  /** Before anything runs on the node, at every boot. */
  makeAccounts(nodeRoot: string, accounts: readonly NodeAccount[]): Promise<void>;
  /** The node has booted: other nodes reach it under its address. `environment` is that of a command run from there. `logins`,
   *  asked at every login: who may come from outside by ssh; absent: the way in is closed. Resolves when logins are taken. */
  nodeUp(node: {
    readonly address: string;
    readonly nodeRoot: string;
    readonly environment: Readonly<Record<string, string>>;
    readonly logins?: (() => readonly NodeLogin[]) | undefined;
  }): Promise<void>;
  nodeDown(address: string): void;
  /** Whoever may not log in any more is to be logged out. */
  loginsChanged(address: string): void;
  /** Where the node takes logins by ssh now; undefined: nowhere. */
  sshPortOf(address: string): number | undefined;
}

export function noNodeSupport(): NodeSupport {
  return {
    pathPrefix: [],
    environmentOf: () => ({}),
    makeAccounts: () => Promise.resolve(),
    nodeUp: () => Promise.resolve(),
    nodeDown: () => {},
    loginsChanged: () => {},
    sshPortOf: () => undefined,
  };
}
