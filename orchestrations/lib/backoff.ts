// How long to pause between polls of something that takes its time: short at first, then longer.
const firstMs = 50;
const longestMs = 15_000;

/** Milliseconds before poll number `round` (from 0). */
export function backoff(round: number): number {
  return Math.min(firstMs * 1.6 ** Math.min(round, 40), longestMs);
}
