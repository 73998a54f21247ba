// Evictions of low-priority nodes: on demand, at a seeded random rate, or as a trace says. Source: "Use Spot VMs with
// Batch". Dedicated nodes are never evicted.
import type { Timer } from "../../clock.ts";
import type { Node } from "./model.ts";
import { preemptNode } from "./node-commands.ts";
import type { World } from "./world.ts";

/** One line of a trace: evict `count` low-priority nodes (of one pool, or of any) this long after the replay began. */
export interface TraceEntry {
  readonly afterMs: number;
  readonly count: number;
  readonly poolId?: string | undefined;
}

export interface Evictions {
  /** Mean evictions per low-priority node and hour; 0 ends them. */
  setRate(perNodeHour: number): void;
  replay(trace: readonly TraceEntry[]): void;
  /** Evicts up to `count` nodes now; returns their ids. */
  evict(count: number, poolId?: string): string[];
}

const evictable = (node: Node) =>
  !node.isDedicated &&
  node.pending === undefined &&
  !["creating", "preempted", "deallocated", "leavingpool"].includes(node.state);

export function createEvictions(world: World): Evictions {
  let timer: Timer | undefined;
  let rate = 0;
  const candidates = (poolId?: string) => {
    const nodes: Node[] = [];
    for (const pool of world.pools)
      if (poolId === undefined || pool.key === poolId.toLowerCase())
        for (const node of pool.nodes) if (evictable(node)) nodes.push(node);
    return nodes;
  };
  const evict = (count: number, poolId?: string) => {
    const nodes = candidates(poolId);
    const chosen: string[] = [];
    while (chosen.length < count && nodes.length > 0) {
      const [node] = nodes.splice(Math.floor(world.random.next() * nodes.length), 1);
      if (node === undefined) break;
      preemptNode(world, node);
      chosen.push(node.id);
    }
    if (chosen.length > 0) world.background("evictions.save", world.commit());
    return chosen;
  };
  /** Each second every node is evicted with the probability that gives the rate. */
  const tick = () => {
    if (world.closed || rate === 0) return;
    const chance = rate / 3600;
    for (const node of candidates()) if (world.random.next() < chance) preemptNode(world, node);
    world.background("evictions.save", world.commit());
    timer = world.clock.at(world.clock.now() + 1000, tick);
  };
  return {
    setRate(perNodeHour) {
      timer?.cancel();
      rate = perNodeHour;
      if (rate > 0) timer = world.clock.at(world.clock.now() + 1000, tick);
    },
    replay(trace) {
      const start = world.clock.now();
      for (const entry of trace)
        world.clock.at(start + entry.afterMs, () => {
          if (!world.closed) evict(entry.count, entry.poolId);
        });
    },
    evict,
  };
}
