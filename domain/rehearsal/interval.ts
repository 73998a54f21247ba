// How often to write a checkpoint: J. T. Daly, "A higher order estimate of the optimum checkpoint interval for restart dumps" (2006), which
// refines Young's square root. Seconds of work between two checkpoints.

/** @param cost seconds that one checkpoint takes. @param between mean seconds between two evictions. */
export function checkpointInterval(cost: number, between: number): number {
  if (cost >= 2 * between) return between;
  const ratio = cost / (2 * between);
  return Math.sqrt(2 * cost * between) * (1 + Math.sqrt(ratio) / 3 + ratio / 9) - cost;
}

/** Which part of the time is lost on average to checkpoints, and to steps that are done again. */
export function lostShare(interval: number, cost: number, between: number): number {
  return Math.min(1, cost / (interval + cost) + (interval + cost) / (2 * between));
}
