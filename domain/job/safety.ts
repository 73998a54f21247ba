// How long nothing may be heard of a run before somebody looks: several times the longest pause between two looks at its
// cluster.
export function safetyIntervalMs(monitorMaxIntervalMs: number): number {
  return Math.max(30_000, monitorMaxIntervalMs * 5);
}
