// Evictions of low-priority nodes: on demand, at a seeded random rate, or as a trace says, each announced beforehand.
// Source: "Use Spot VMs with Batch". Dedicated nodes are never evicted.
import type { Timer } from "../../../clock.ts";
import type { Random } from "../../../random.ts";
import { createAnnouncedEvictions } from "./announced-evictions.ts";
import type { AnnouncedEvictions } from "./announced-evictions.ts";
import type { Node } from "../entities/model.ts";
import { evictable } from "../pools/node-commands.ts";
import type { World } from "../account/world.ts";

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
export function createEvictions(world: World, random: Random): Evictions {
  const announced = createAnnouncedEvictions(world);
  let timer: Timer | undefined;
  let rate = 0;
  const candidates = (poolId?: string) => {
    const nodes: Node[] = [];
    for (const pool of world.pools)
      if (poolId === undefined || pool.key === poolId.toLowerCase())
        for (const node of pool.nodes) if (evictable(node) && node.eviction === undefined) nodes.push(node);
    return nodes;
  };
  const notice = () => world.parameters.evictionNoticeMs;
  const evict = (count: number, poolId?: string, noticeMs = notice()) => {
    const nodes = candidates(poolId);
    const chosen: Node[] = [];
    while (chosen.length < count && nodes.length > 0) {
      const [node] = nodes.splice(Math.floor(random.next() * nodes.length), 1);
      if (node === undefined) break;
      announced.announce(node, noticeMs);
      chosen.push(node);
    }
    if (chosen.length > 0) world.background("evictions.save", world.commit());
    return chosen;
  };
  /** Each second every node is chosen with the probability that gives the rate. */
  const tick = () => {
    if (world.closed || rate === 0) return;
    const chance = rate / 3600;
    for (const node of candidates()) if (random.next() < chance) announced.announce(node, notice());
    world.background("evictions.save", world.commit());
    timer = world.clock.at(world.clock.now() + 1000, tick);
  };
  return {
    announced,
    setRate(perNodeHour) {
      timer?.cancel();
      rate = perNodeHour;
      if (rate > 0) timer = world.clock.at(world.clock.now() + 1000, tick);
    },
    replay(trace) {
      const start = world.clock.now();
      for (const entry of trace)
        world.clock.at(start + Math.max(0, entry.afterMs - notice()), () => {
          if (!world.closed) evict(entry.count, entry.poolId);
        });
    },
    evict,
  };
}
