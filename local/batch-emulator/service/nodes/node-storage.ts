// Makes what tasks wrote below their mounts visible in storage before anyone is told that they ended. Storage that does
// not answer is asked again for a while; then the task ends anyway, with a warning: its result must not be lost too.
import { delay } from "../../../clock.ts";
import type { Node } from "../entities/model.ts";
import type { AccountState } from "../account/account-state.ts";

const attempts = 6;
const firstPauseMs = 100;

export const flushMounts = (account: AccountState, node: Node): Promise<void> =>
  persistently(account, "flush", node, () => account.ports.mounts.flush(node.id));

export const detachMounts = (account: AccountState, node: Node): Promise<void> =>
  persistently(account, "detach", node, () => account.ports.mounts.detach(node.id));

async function persistently(
  account: AccountState,
  what: string,
  node: Node,
  run: () => Promise<void>,
): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await run();
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (account.closed) return;
      if (attempt === attempts - 1)
        return account.logger.warn("emulator.mountsUnsynced", { what, nodeId: node.id, message });
      await delay(account.clock, firstPauseMs * 2 ** attempt);
    }
  }
}
