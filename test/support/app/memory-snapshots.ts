// Snapshots of views in memory.
import type { ViewSnapshots } from "../../../services/view-snapshots.ts";

export interface MemorySnapshots extends ViewSnapshots {
  /** By name; a test may damage one, or put back an older one. */
  readonly texts: Map<string, string>;
  /** How often one was read that was there. */
  reads(): number;
}

export function memorySnapshots(now: () => number = () => 0): MemorySnapshots {
  const texts = new Map<string, string>();
  const times = new Map<string, string>();
  let reads = 0;
  return {
    texts,
    reads: () => reads,
    async read(name) {
      const found = texts.get(name);
      if (found !== undefined) reads += 1;
      return found;
    },
    async write(name, text) {
      texts.set(name, text);
      times.set(name, new Date(now()).toISOString());
    },
    async removeBelow(name) {
      for (const each of [...texts.keys()]) if (each.startsWith(`${name}/`)) texts.delete(each);
    },
    async removeBefore(time) {
      const old = [...texts.keys()].filter((name) => (times.get(name) ?? "") < time);
      for (const name of old) texts.delete(name);
      return old.length;
    },
  };
}
