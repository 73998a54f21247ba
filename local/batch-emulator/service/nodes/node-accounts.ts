// The accounts that a node has because of its pool's specification. Source: "UserAccount", "LinuxUserConfiguration": the
// private key is put into the account's `.ssh` when nodes may talk to each other, and ignored otherwise.
import type { Node } from "../entities/model.ts";
import type { NodeAccount } from "../ports/node-support.ts";

export function accountsOf({ pool }: Node): readonly NodeAccount[] {
  const { userAccounts = [], enableInterNodeCommunication = false } = pool.spec;
  return userAccounts.map(({ name, linuxUserConfiguration }) => ({
    name,
    ...(enableInterNodeCommunication ? { sshPrivateKey: linuxUserConfiguration?.sshPrivateKey } : {}),
  }));
}
