// The account of every pool through which Azure Batch hands the nodes a private key: a key in `linuxUserConfiguration` is
// put into the account's `.ssh` on every node and answered to nobody. It opens what is sealed for the nodes, and lets the
// jobs' user from node to node.

/** At most twenty characters, as Batch allows. Nobody else logs in with it. */
export const nodeAccount = "batchainodes";

/** Names in the secret store of a cluster; the service makes them itself. */
export const nodeKeySecrets = {
  privateKey: "nodeKey.private",
  publicKey: "nodeKey.public",
  password: "nodeKey.password",
} as const;
