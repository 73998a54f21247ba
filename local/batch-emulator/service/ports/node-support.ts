// What surrounds emulated nodes beyond Azure Batch itself: commands first on their PATH, variables that those need, and
// being reachable by each other. Implemented by the process agent; a simulation needs none of it.

/** An account of the pool that the node has because of its specification. */
export interface NodeAccount {
  readonly name: string;
  /** Only where Batch puts it in place: on pools whose nodes may talk to each other. */
  readonly sshPrivateKey?: string | undefined;
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
  /** The node has booted: other nodes reach it under its address. `environment` is that of a command run from there. */
  nodeUp(node: {
    readonly address: string;
    readonly nodeRoot: string;
    readonly environment: Readonly<Record<string, string>>;
  }): void;
  nodeDown(address: string): void;
}

export function noNodeSupport(): NodeSupport {
  return {
    pathPrefix: [],
    environmentOf: () => ({}),
    makeAccounts: () => Promise.resolve(),
    nodeUp: () => {},
    nodeDown: () => {},
  };
}
