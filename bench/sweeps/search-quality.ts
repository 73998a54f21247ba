// How good the best of 100 trials is, over 30 seeds: our algorithms beside Optuna's TPE and random search on the same
// functions. BENCH_PYTHON names a Python that has Optuna (`pip install optuna`); without it ours stand alone. The medians of 30 runs
// scatter by more than the samplers differ, so each line also tells how often its sampler would beat Optuna's TPE with as many trials at
// once (a half: as good; ± two standard errors), and BENCH_SEEDS asks for more runs.
// What came of it: docs/adr/0043-cma-es-is-left-out.md
// Run: npm run bench -- sweeps/search-quality [rosenbrock4 conditional …]
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { Algorithm, suggest } from "../../domain/sweep/search/algorithm.ts";
import { valuesOf } from "../../domain/sweep/search/space.ts";
import type { Past } from "../../domain/sweep/search/tpe.ts";
import { functions } from "./support/functions.ts";
import type { Searched } from "./support/functions.ts";

const trials = 100;
const seeds = Number(process.env["BENCH_SEEDS"] ?? 30);
const asked = process.argv.slice(2);
const chosen = Object.keys(functions).filter((name) => asked.length === 0 || asked.includes(name));
const atEight = "eight at a time";
/** As many as run at once: a suggestion does not see the results of the newest ones. */
const lags = { "tpe, one at a time": 1, [`tpe, ${atEight}`]: 8 };

function bestOf({ space, value }: Searched, type: Algorithm["type"], seed: number, lag: number): number {
  const algorithm = { ...Algorithm.parse({ type }), seed };
  const past: Past[] = [];
  const losses: number[] = [];
  for (let index = 0; index < trials; index += 1) {
    const seen = past.map((trial, at) => (at > index - lag ? trial : { ...trial, loss: losses[at] ?? 0 }));
    const coordinates = suggest(algorithm, space, index, seen);
    if (coordinates === undefined) break;
    past.push({ index, coordinates });
    losses.push(value(valuesOf(space, coordinates)));
  }
  return Math.min(...losses);
}

const overSeeds = (run: (seed: number) => number) => Array.from({ length: seeds }, (_, seed) => run(seed));

function ours(searched: Searched): Record<string, number[]> {
  return {
    ...Object.fromEntries(
      Object.entries(lags).map(([name, lag]) => [
        name,
        overSeeds((seed) => bestOf(searched, "tpe", seed, lag)),
      ]),
    ),
    random: overSeeds((seed) => bestOf(searched, "random", seed, 1)),
    sobol: overSeeds((seed) => bestOf(searched, "sobol", seed, 1)),
  };
}

function optuna(): Record<string, Record<string, number[]>> {
  const python = process.env["BENCH_PYTHON"];
  if (python === undefined) return {};
  const script = fileURLToPath(new URL("../../../bench/sweeps/support/optuna_search.py", import.meta.url));
  const run = spawnSync(python, [script, String(trials), String(seeds), ...chosen], { encoding: "utf8" });
  if (run.status !== 0) throw new Error(`Optuna did not run: ${run.stderr.slice(-500)}`);
  return JSON.parse(run.stdout) as Record<string, Record<string, number[]>>;
}

const quantile = (sorted: readonly number[], share: number) =>
  sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;

/** Probability that the better best is ours, from all pairs, ties halved; and two standard errors of it where both are alike. */
function beats(our: readonly number[], other: readonly number[]): string {
  const wins = our.flatMap((a) => other.map((b) => (a < b ? 1 : a === b ? 0.5 : 0)));
  const share = wins.reduce<number>((sum, win) => sum + win, 0) / wins.length;
  const error = Math.sqrt((our.length + other.length + 1) / (12 * our.length * other.length));
  return `${share.toFixed(2)} ± ${(2 * error).toFixed(2)}`;
}

const theirs = optuna();
for (const [name, searched] of Object.entries(functions).filter(([one]) => chosen.includes(one))) {
  console.log(
    `\n${name}: best of ${trials} trials, ${seeds} seeds`.padEnd(48),
    "median     quarter    three quarters  beats Optuna's TPE",
  );
  for (const [sampler, found] of Object.entries({ ...ours(searched), ...theirs[name] })) {
    const sorted = found.toSorted((a, b) => a - b);
    const shown = [0.5, 0.25, 0.75].map((share) => quantile(sorted, share).toPrecision(5).padEnd(10));
    const standard = theirs[name]?.[sampler.endsWith(atEight) ? `optuna tpe, ${atEight}` : "optuna tpe"];
    const against = standard === undefined || found === standard ? "" : beats(found, standard);
    console.log(`  ${sampler.padEnd(45)} ${shown.join(" ")}      ${against}`);
  }
}
