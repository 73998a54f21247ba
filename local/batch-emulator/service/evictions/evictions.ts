// Evictions of low-priority nodes: on demand, at a seeded random rate, or as a trace says, each announced beforehand.
// Source: "Use Spot VMs with Batch". Dedicated nodes are never evicted.
import type { Timer } from "../../../clock.ts";
import type { Random } from "../../../random.ts";
import { createAnnouncedEvictions } from "./announced-evictions.ts";
import type { AnnouncedEvictions } from "./announced-evictions.ts";
import type { Node } from "../entities/model.ts";
import { evictable } from "../pools/node-commands.ts";
import type { AccountState } from "../account/account-state.ts";

/** One line of a trace: `count` low-priority nodes (of one pool, or of any) are evicted this long after the replay began.
 *  They are told so `evictionNoticeMs` before; an entry that comes sooner than that waits for its notice to run out. */
export interface TraceEntry {
  readonly afterMs: number;
  readonly count: number;
  readonly poolId?: string | undefined;
}

export interface Evictions {
  readonly announced: AnnouncedEvictions;
  /** Mean evictions per low-priority node and hour; 0 ends them. */
  setRate(perNodeHour: number): void;
  replay(trace: readonly TraceEntry[]): void;
  /** Announces the eviction of up to `count` nodes. */
  evict(count: number, poolId?: string, noticeMs?: number): Node[];
}

/** `random` decides which nodes are evicted, and when at a rate. */
export function createEvictions(account: AccountState, random: Random): Evictions {
  const announced = createAnnouncedEvictions(account);
  let timer: Timer | undefined;
  let rate = 0;
  const candidates = (poolId?: string) => {
    const nodes: Node[] = [];
    for (const pool of account.pools)
      if (poolId === undefined || pool.key === poolId.toLowerCase())
        for (const node of pool.nodes) if (evictable(node) && node.eviction === undefined) nodes.push(node);
    return nodes;
  };
  const notice = () => account.parameters.evictionNoticeMs;
  const evict = (count: number, poolId?: string, noticeMs = notice()) => {
    const nodes = candidates(poolId);
    const chosen: Node[] = [];
    while (chosen.length < count && nodes.length > 0) {
      const [node] = nodes.splice(Math.floor(random.next() * nodes.length), 1);
      if (node === undefined) break;
      announced.announce(node, noticeMs);
      chosen.push(node);
    }
    if (chosen.length > 0) account.background("evictions.save", account.commit());
    return chosen;
  };
  /** Each second every node is chosen with the probability that gives the rate. */
  const tick = () => {
    if (account.closed || rate === 0) return;
    const chance = rate / 3600;
    for (const node of candidates()) if (random.next() < chance) announced.announce(node, notice());
    account.background("evictions.save", account.commit());
    timer = account.clock.at(account.clock.now() + 1000, tick);
  };
  return {
    announced,
    setRate(perNodeHour) {
      timer?.cancel();
      rate = perNodeHour;
      if (rate > 0) timer = account.clock.at(account.clock.now() + 1000, tick);
    },
    replay(trace) {
      const start = account.clock.now();
      for (const entry of trace)
        account.clock.at(start + Math.max(0, entry.afterMs - notice()), () => {
          if (!account.closed) evict(entry.count, entry.poolId);
        });
    },
    evict,
  };
}
