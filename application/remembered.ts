// What was read is known for a while, so that whoever asks often costs no read each time. Who asks while it is being read shares that
// read; a read that fails is forgotten.
import type { Clock } from "../services/clock.ts";
import { forgetOldest } from "../services/forget-oldest.ts";

/** So many things; of more, those that were read first are forgotten. */
const mostKnown = 1_000;

interface Known<Value> {
  readonly at: number;
  readonly value: Promise<Value>;
}

export interface Remembered<Value> {
  read(key: string, read: () => Promise<Value>): Promise<Value>;
  /** The next who asks reads. */
  forget(key: string): void;
}

export function remembered<Value>(clock: Pick<Clock, "now">, knownMs: number): Remembered<Value> {
  const all = new Map<string, Known<Value>>();
  return {
    read(key, read) {
      const now = clock.now();
      const last = all.get(key);
      if (last !== undefined && now - last.at < knownMs) return last.value;
      const value = read();
      all.delete(key);
      all.set(key, { at: now, value });
      forgetOldest(all, mostKnown);
      value.catch(() => all.delete(key));
      return value;
    },
    forget: (key) => void all.delete(key),
  };
}
