// New nodes: ids as the service shapes them (`tvmps_<64 hex>_d`, `_p` for low priority), a folder, a loopback address.
import { join } from "node:path";
import type { Node, Pool } from "../entities/model.ts";
import { emptyNode } from "../entities/records.ts";
import type { AccountState } from "../account/account-state.ts";

export function createNode(account: AccountState, pool: Pool, isDedicated: boolean): Node {
  const now = account.clock.now();
  const row = account.nextRow();
  const id = `tvmps_${account.random.bytes(32).toString("hex")}_${isDedicated ? "d" : "p"}`;
  pool.nodesCreated += 1;
  const node: Node = {
    ...emptyNode(),
    row,
    key: id,
    id,
    createdAt: now,
    pool,
    isDedicated,
    address: account.parameters.distinctAddresses ? freeAddress(account) : "127.0.0.1",
    root: join(account.nodesDirectory, String(row)),
    state: "creating",
    stateAt: now,
    scheduling: "enabled",
    allocatedAt: 0,
    boots: 0,
    startTaskAttempts: 0,
    errors: [],
    tasksRun: 0,
    tasksSucceeded: 0,
    recentTasks: [],
    users: [],
  };
  pool.nodes.add(node);
  account.save(node, true);
  account.save(pool);
  return node;
}

/** The lowest address of 127.1.0.1 … 127.254.255.254 that no node has. */
function freeAddress(account: AccountState): string {
  const taken = new Set(account.ports.otherAddresses?.());
  for (const pool of account.pools) for (const node of pool.nodes) taken.add(node.address);
  for (let index = 0; ; index += 1) {
    const host = 1 + (index % 254);
    const subnet = Math.floor(index / 254) % 256;
    const address = `127.${1 + Math.floor(index / (254 * 256))}.${subnet}.${host}`;
    if (!taken.has(address)) return address;
  }
}
