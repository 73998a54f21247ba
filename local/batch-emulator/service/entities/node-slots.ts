// The schedulable nodes of one pool in buckets by free slots, so that a place is found without looking at every node.
// Invariant: a node is in the bucket of its free slots, or in none when it takes no work; 0 <= used <= slots per node.
import type { Node } from "./model.ts";

export class NodeSlots {
  readonly slotsPerNode: number;
  readonly #buckets: Set<Node>[];
  readonly #at = new Map<Node, number>();

  constructor(slotsPerNode: number) {
    this.slotsPerNode = slotsPerNode;
    this.#buckets = Array.from({ length: slotsPerNode + 1 }, () => new Set<Node>());
  }

  /** Nodes that take work. */
  get size(): number {
    return this.#at.size;
  }

  /** True while some node has a free slot. */
  get hasFree(): boolean {
    return this.#buckets.some((bucket, free) => free > 0 && bucket.size > 0);
  }

  /** Nodes without any work. */
  get idle(): number {
    return this.#buckets[this.slotsPerNode]?.size ?? 0;
  }

  /** Puts the node where its `slotsUsed` says, or takes it out. */
  update(node: Node, schedulable: boolean): void {
    if (node.slotsUsed < 0 || node.slotsUsed > this.slotsPerNode)
      throw new Error(`slots of node ${node.id} out of range: ${node.slotsUsed}`);
    const free = schedulable ? this.slotsPerNode - node.slotsUsed : undefined;
    const at = this.#at.get(node);
    if (at === free) return;
    if (at !== undefined) this.#buckets[at]?.delete(node);
    if (free === undefined) this.#at.delete(node);
    else {
      this.#buckets[free]?.add(node);
      this.#at.set(node, free);
    }
  }

  /** A node with `slots` free: `spread` prefers the emptiest, `pack` the fullest that fits. */
  find(slots: number, fill: "Spread" | "Pack", accepts: (node: Node) => boolean): Node | undefined {
    const from = fill === "Pack" ? slots : this.slotsPerNode;
    const step = fill === "Pack" ? 1 : -1;
    for (let free = from; free >= slots && free <= this.slotsPerNode; free += step) {
      for (const node of this.#buckets[free] ?? []) if (accepts(node)) return node;
    }
    return undefined;
  }

  /** `count` distinct nodes without any work, or undefined. */
  findIdle(count: number, accepts: (node: Node) => boolean): Node[] | undefined {
    if (this.idle < count) return undefined;
    const found: Node[] = [];
    for (const node of this.#buckets[this.slotsPerNode] ?? []) {
      if (!accepts(node)) continue;
      found.push(node);
      if (found.length === count) return found;
    }
    return undefined;
  }

  /** True when `count` of the nodes that take work are acceptable, however busy. */
  has(count: number, accepts: (node: Node) => boolean): boolean {
    let missing = count;
    for (const node of this.#at.keys()) if (accepts(node) && (missing -= 1) <= 0) return true;
    return false;
  }

  takesWork(node: Node): boolean {
    return this.#at.has(node);
  }

  /** True when the node takes work and has `slots` free. */
  fits(node: Node, slots: number): boolean {
    return (this.#at.get(node) ?? -1) >= slots;
  }
}
