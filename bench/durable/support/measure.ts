// Takes times and medians, and prints one line per figure.

export interface Figure {
  name: string;
  value: number;
  unit: string;
  /** What it should be at least (or at most, for times and ratios). */
  target?: { atLeast?: number; atMost?: number };
  note?: string;
}

export const figures: Figure[] = [];

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** Milliseconds that `work` takes. */
export async function timed(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** Runs `once` `times` times and returns all results. */
export async function repeated(times: number, once: () => Promise<number>): Promise<number[]> {
  const results: number[] = [];
  for (let index = 0; index < times; index += 1) results.push(await once());
  return results;
}

export function report(figure: Figure): void {
  figures.push(figure);
  const { target } = figure;
  const ok =
    target === undefined ||
    ((target.atLeast === undefined || figure.value >= target.atLeast) &&
      (target.atMost === undefined || figure.value <= target.atMost));
  const wanted = [
    target?.atLeast === undefined ? "" : `>= ${target.atLeast}`,
    target?.atMost === undefined ? "" : `<= ${target.atMost}`,
  ].join("");
  const value = figure.value >= 100 ? figure.value.toFixed(0) : figure.value.toFixed(2);
  console.log(
    [
      target === undefined ? "    " : ok ? "ok  " : "MISS",
      figure.name.padEnd(52),
      `${value.padStart(8)} ${figure.unit.padEnd(10)}`,
      wanted === "" ? "" : `target ${wanted}`,
      figure.note ?? "",
    ].join(" "),
  );
}
