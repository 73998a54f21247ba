// `batchai rehearse -- PROGRAM`: whether a program may run on nodes that are taken away, found out here and now.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkpointInterval, lostShare } from "../../domain/rehearsal/interval.ts";
import { findingsOf } from "../../domain/rehearsal/verdict.ts";
import type { Finding } from "../../domain/rehearsal/verdict.ts";
import { command } from "../command.ts";
import { CommandError, usageError } from "../failure.ts";
import { amount, text, wholeNumber } from "../options.ts";
import { exitCodes } from "../output/exit-codes.ts";
import type { Columns } from "../output/print.ts";
import { printOne, printing } from "../output/print.ts";
import { rehearseProgram } from "../rehearsal/rehearse.ts";
import type { Rehearsal } from "../rehearsal/rehearse.ts";

interface Report {
  readonly resumesCorrectly: boolean;
  readonly findings: readonly Finding[];
  readonly attempts: number;
  readonly checkpointSeconds: number | undefined;
  readonly recommendedIntervalSeconds: number | undefined;
  /** Of the time, with that interval. */
  readonly lostShare: number | undefined;
}

const columns: Columns<Report> = [
  ["Resumes", ({ resumesCorrectly }) => (resumesCorrectly ? "correctly" : "not correctly")],
  ["Attempts", ({ attempts }) => attempts],
  ["A checkpoint takes", ({ checkpointSeconds }) => seconds(checkpointSeconds)],
  ["Write one every", ({ recommendedIntervalSeconds }) => seconds(recommendedIntervalSeconds)],
  [
    "Lost to evictions",
    ({ lostShare: share }) => (share === undefined ? undefined : `${(share * 100).toFixed(1)} %`),
  ],
];
const seconds = (value: number | undefined) =>
  value === undefined ? undefined : `${Number(value.toPrecision(3))} s`;

export const rehearse = command({
  examples: [
    "rehearse -- python3 train.py --epochs 20",
    "rehearse --metric accuracy --tolerance 0.01 -- ./train.sh",
  ],
  words: {
    usage: "<program> [arguments...]",
    description: "the program, as the job runs it, with few steps",
  },
  passThrough: true,
  options: {
    metric: text("--metric <name>", "the metric that is compared, step by step", "loss"),
    tolerance: amount("--tolerance <part>", "how far a value may be off, of its size", 0.000_001),
    kills: wholeNumber("--kills <count>", "how often it is killed", 3),
    seed: wholeNumber("--seed <number>", "of the moments at which it is killed", 1),
    seconds: amount("--seconds <seconds>", "how long one attempt may take", 60),
    evictions: amount(
      "--evictions-every <seconds>",
      "mean time between two evictions, for the interval",
      3_600,
    ),
    ...printing,
  },
  async run(given, context, words) {
    const [program, ...args] = words;
    if (program === undefined)
      throw usageError("Give the program behind --, such as: batchai rehearse -- python3 train.py");
    const folder = await mkdtemp(join(tmpdir(), "batchai-rehearse-"));
    const { metric, kills, seed, tolerance } = given;
    const { directory, environment, now } = context;
    try {
      const plan = {
        folder,
        directory,
        environment,
        program: [program, ...args] as const,
        metric,
        kills,
        seed,
        now,
      };
      const found = await rehearseProgram({ ...plan, limitMs: given.seconds * 1000 });
      if ("failed" in found)
        throw new CommandError(
          `The program ended with exit code ${found.failed}, though nobody disturbed it.`,
        );
      const report = reportOf(found, tolerance, given.evictions);
      await printOne(report, columns, given, context);
      for (const { fault, says, remedy } of report.findings) context.err(`${fault}: ${says}. ${remedy}\n`);
      return report.resumesCorrectly ? exitCodes.ok : exitCodes.failed;
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
});

function reportOf(
  { undisturbed, attempts, checkpointCost: cost }: Rehearsal,
  tolerance: number,
  between: number,
): Report {
  const findings = findingsOf(undisturbed, attempts, tolerance);
  const interval = cost === undefined ? undefined : checkpointInterval(cost, between);
  return {
    resumesCorrectly: findings.length === 0,
    findings,
    attempts: attempts.length,
    checkpointSeconds: cost,
    recommendedIntervalSeconds: interval,
    lostShare: cost === undefined || interval === undefined ? undefined : lostShare(interval, cost, between),
  };
}
