// A point of a metric. It is known by its step; where it says its time, as programs do that log the same step several times,
// by step, time and value: whatever else comes with the same is a repetition.

export interface Point {
  readonly step: number;
  readonly value: number;
  /** Milliseconds since the epoch. */
  readonly time?: number | undefined;
}

/** Where it stands in its series: by step, then by time. */
export type Place = Pick<Point, "step" | "time">;

export function byPlace(a: Place, b: Place): number {
  return a.step === b.step ? (a.time ?? 0) - (b.time ?? 0) : a.step - b.step;
}

export function identityOf({ step, time, value }: Point): string {
  return time === undefined ? `${step}` : `${step} ${time} ${value}`;
}

/** Those that are not repetitions, in the order in which they came. @param known identities of points that came before. */
export function withoutRepetitions(points: readonly Point[], known: Iterable<string> = []): readonly Point[] {
  const seen = new Set(known);
  return points.filter((point) => {
    const identity = identityOf(point);
    if (seen.has(identity)) return false;
    seen.add(identity);
    return true;
  });
}

/** By step and time, without repetitions: the first that came counts. */
export function ordered(points: readonly Point[]): readonly Point[] {
  return [...withoutRepetitions(points)].sort(byPlace);
}
