// How a sweep goes on and ends, in words and as the exit code of a command.
import type { SweepResponse } from "../domain/sweep/wire.ts";
import type { Context } from "./command.ts";
import { notify } from "./hints.ts";
import { exitCodes } from "./output/exit-codes.ts";

/** Tells a person each standing once: `rates: running, 7/24 trials: 3 running, 4 succeeded; best 0.93 (trial 2)`. */
export function progressPrinter(context: Context): (sweep: SweepResponse) => void {
  let last: string | undefined;
  return (sweep) => {
    const line = progressOf(sweep);
    if (line !== last) notify(context, line);
    last = line;
  };
}

function progressOf({ name, properties }: SweepResponse): string {
  const { executionState, total, counts, limits, best } = properties;
  const states = Object.entries(counts).map(([state, count]) => `${String(count)} ${state}`);
  const standing = states.length === 0 ? "" : `: ${states.join(", ")}`;
  const leader = best === undefined ? "" : `; best ${best.value} (trial ${best.trial})`;
  return `${name}: ${executionState}, ${total}/${String(limits["maxTrials"])} trials${standing}${leader}`;
}

/** Its errors and warnings, and 0 when it succeeded. */
export function printSweepEnd({ properties }: SweepResponse, context: Context): number {
  for (const { code, message } of [...properties.errors, ...properties.warnings])
    context.err(`${code}: ${message}\n`);
  return properties.executionState === "succeeded" ? exitCodes.ok : exitCodes.failed;
}
