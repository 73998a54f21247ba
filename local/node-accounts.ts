// Accounts of an emulated node. The machine's own are not touched: what a machine of Azure keeps in the homes of a pool's
// accounts lies below the folder that stands for the machine. Source: LinuxUserConfiguration, "sshPrivateKey": Batch puts
// the key pair into the account's `.ssh`.
import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { NodeAccount } from "./batch-emulator/service/ports/node-support.ts";

export async function writeAccounts(machine: string, accounts: readonly NodeAccount[]): Promise<void> {
  for (const { name, sshPrivateKey } of accounts) {
    if (sshPrivateKey === undefined) continue;
    const folder = join(machine, "home", name, ".ssh");
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const file = join(folder, "id_rsa");
    await writeFile(`${file}.new`, sshPrivateKey, { mode: 0o600 });
    await rename(`${file}.new`, file);
  }
}
