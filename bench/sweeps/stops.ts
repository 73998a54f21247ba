// Whom ASHA stops, beside Optuna's pruner on the same streams, with trials one after the other, sixteen at a time, and sixteen of which
// some are three times as fast as others. Ours are the same in all cases: a trial is compared with those of lower number. Optuna's are
// compared with those that got there before.
// BENCH_PYTHON names a Python that has Optuna; without it ours stands alone. Differences are counted, and what the best trial
// that went to its end lost against the best of all. Run: npm run bench -- sweeps/stops
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { draws } from "../../domain/sweep/search/random.ts";
import { decisionsOf } from "../../domain/sweep/stopping/decisions.ts";
import { observed } from "../../domain/sweep/stopping/marks.ts";
import type { Observed } from "../../domain/sweep/stopping/marks.ts";

const [trials, steps] = [1000, 100];
const rungs = { minResource: 1, reductionFactor: 3 };
const policy = { type: "asha", ...rungs, minEarlyStoppingRate: 0 } as const;

/** Curves that cross early: how good a trial is shows late, through noise. */
const streams = Array.from({ length: trials }, (_, trial) => {
  const draw = draws(1, "streams", trial);
  const [end, start, speed] = [draw(), 1 + draw(), 2 + 20 * draw()];
  return Array.from(
    { length: steps },
    (__, at) => end + start * Math.exp(-(at + 1) / speed) + (draw() - 0.5) / 10,
  );
});

function ours(): readonly (number | null)[] {
  const watched = streams.map((stream, index) => {
    const nothing: Observed = { progress: undefined, marks: [] };
    const { marks } = stream.reduce(
      (seen, value, at) =>
        observed(seen, { step: at + 1, value }, { policy, goal: "minimize", trial: index }),
      nothing,
    );
    return { index, marks, over: true };
  });
  const stopped = new Map(
    decisionsOf(policy, "minimize", watched).flatMap(({ stop, trial, step }) =>
      stop ? [[trial, step]] : [],
    ),
  );
  return streams.map((_, trial) => stopped.get(trial) ?? null);
}

function optuna(workers: number, fastest: number): readonly (number | null)[] | undefined {
  const python = process.env["BENCH_PYTHON"];
  if (python === undefined) return undefined;
  const script = fileURLToPath(new URL("../../../bench/sweeps/support/optuna_stops.py", import.meta.url));
  const pace = draws(2, "paces", 0);
  const paces = streams.map(() => fastest + Math.floor(pace() * (4 - fastest)));
  const run = spawnSync(python, [script], {
    input: JSON.stringify({ ...rungs, workers, paces, streams }),
    encoding: "utf8",
  });
  if (run.status !== 0) throw new Error(`Optuna did not run: ${run.stderr.slice(-500)}`);
  return JSON.parse(run.stdout) as (number | null)[];
}

const last = (trial: number) => streams[trial]?.at(-1) ?? Number.NaN;
const bestOf = (chosen: readonly number[]) => Math.min(...chosen.map(last));
const all = streams.map((_, trial) => trial);

function tell(name: string, stops: readonly (number | null)[]): void {
  const whole = all.filter((trial) => stops[trial] === null);
  const run = stops.reduce<number>((sum, stop) => sum + (stop ?? steps), 0);
  const regret = bestOf(whole) - bestOf(all);
  console.log(
    `${name.padEnd(27)} stops ${trials - whole.length} of ${trials}, runs ${((100 * run) / (trials * steps)).toFixed(1)} % of the steps; the best that goes on is ${regret.toFixed(4)} above the best of all`,
  );
}

const own = ours();
tell("ours", own);
for (const [name, workers, fastest] of [
  ["1 at a time", 1, 3],
  ["16 at a time", 16, 3],
  ["16 of unequal speed", 16, 1],
] as const) {
  const theirs = optuna(workers, fastest);
  if (theirs === undefined) break;
  tell(`Optuna, ${name}`, theirs);
  const different = all.filter((trial) => own[trial] !== theirs[trial]);
  const sooner = different.filter((trial) => (own[trial] ?? steps) < (theirs[trial] ?? steps));
  console.log(`  ${different.length} trials are stopped otherwise, ${sooner.length} of them sooner by ours`);
  for (const trial of different.slice(0, 10))
    console.log(
      `    trial ${trial}: ours after ${own[trial] ?? "none"}, Optuna's after ${theirs[trial] ?? "none"}`,
    );
}
