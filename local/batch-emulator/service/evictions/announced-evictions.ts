// Evictions that their nodes are told of beforehand, as "Scheduled Events for Linux VMs" has it: an event is scheduled,
// starts at its time or when a node of the pool approves it, and is gone when the machine is. Invariant: a node has at most
// one event, and a pool's incarnation grows with every change that its nodes could see. Events outlive a restart.
import { refuseEviction, evictable, preemptNode } from "../pools/node-commands.ts";
import type { AnnouncedEviction, Node, Pool } from "../entities/model.ts";
import type { AccountState } from "../account/account-state.ts";

export interface AnnouncedEvictions {
  /** Announces the node's eviction (again: returns the event there is); without notice it happens at once. */
  announce(node: Node, noticeMs: number): AnnouncedEviction | undefined;
  /** Starts the named events of a pool now; false when one is not known. */
  approve(pool: Pool, eventIds: readonly string[]): boolean;
  /** The node changed: its event may be over. */
  settle(node: Node): void;
  /** After a restart: waits for what was announced before. */
  resume(): void;
}

export function createAnnouncedEvictions(account: AccountState): AnnouncedEvictions {
  const write = (node: Node, eviction: AnnouncedEviction | undefined) => {
    node.eviction = eviction;
    node.pool.eventsIncarnation += 1;
    account.save(node);
    account.save(node.pool);
  };
  const start = (node: Node, event: AnnouncedEviction) => {
    if (account.closed || node.eviction?.eventId !== event.eventId || node.eviction.started) return;
    if (!evictable(node)) return write(node, undefined);
    write(node, { ...event, started: true });
    preemptNode(account, node);
  };
  const arm = (node: Node, event: AnnouncedEviction) =>
    account.clock.at(event.notBefore, () => {
      start(node, event);
      if (!account.closed) account.background("evictions.save", account.commit());
    });
  return {
    announce(node, noticeMs) {
      if (node.eviction !== undefined) return node.eviction;
      refuseEviction(node);
      if (noticeMs === 0) {
        preemptNode(account, node);
        return undefined;
      }
      const notBefore = account.clock.now() + noticeMs;
      const event = { eventId: account.random.uuid().toUpperCase(), notBefore, started: false };
      write(node, event);
      arm(node, event);
      return event;
    },
    approve(pool, eventIds) {
      const nodes = [...pool.nodes].filter((node) => node.eviction !== undefined);
      const wanted = eventIds.map((id) => nodes.find((node) => node.eviction?.eventId === id.toUpperCase()));
      if (wanted.includes(undefined)) return false;
      for (const node of wanted) if (node?.eviction !== undefined) start(node, node.eviction);
      return true;
    },
    settle(node) {
      if (node.eviction === undefined) return;
      if (!node.pool.nodes.has(node.key)) {
        node.eviction = undefined;
        node.pool.eventsIncarnation += 1;
        account.save(node.pool);
      } else if (node.eviction.started && node.state === "preempted") write(node, undefined);
    },
    resume() {
      for (const pool of account.pools)
        for (const node of pool.nodes) if (node.eviction?.started === false) arm(node, node.eviction);
    },
  };
}
