// `batchai jobs`: the jobs of a workspace, of all its experiments; with --watch, again and again: in place on a terminal, elsewhere one
// line for each state that a job gets.
import type { JobResponse } from "../../domain/job/wire.ts";
import { command } from "../command.ts";
import type { Context } from "../command.ts";
import { jobsOf } from "../jobs-of.ts";
import { amount, flag, text } from "../options.ts";
import { jobColumns } from "../output/columns.ts";
import { exitCodes } from "../output/exit-codes.ts";
import { mayColor } from "../output/formats.ts";
import type { Columns } from "../output/print.ts";
import { printAll, printing, tableOf } from "../output/print.ts";
import { inExperiment, openService } from "../service.ts";
import { untilStopped } from "../until-stopped.ts";

const columns: Columns<JobResponse> = [
  ["Experiment", ({ properties }) => properties.experimentName],
  ...jobColumns.filter(([title]) => !title.startsWith("Cluster ")),
];

export const jobs = command({
  examples: ["jobs -w lab", "jobs -w lab --state running --watch"],
  options: {
    ...inExperiment,
    state: text("--state <state>", "queued, running, terminating, succeeded or failed"),
    watch: flag("--watch", "go on looking until Ctrl-C"),
    interval: amount("--interval <seconds>", "between two looks", 2),
    ...printing,
  },
  async run(given, context) {
    const service = await openService(given, context);
    const look = async () =>
      (await jobsOf(service, given)).filter(
        ({ properties }) => given.state === undefined || properties.executionState === given.state,
      );
    if (!given.watch) return printAll(await look(), columns, given, context);
    return watched(look, given.interval * 1000, context);
  },
});

async function watched(
  look: () => Promise<JobResponse[]>,
  pauseMs: number,
  context: Context,
): Promise<number> {
  const { isStopped } = untilStopped(context);
  const told = new Map<string, string>();
  for (;;) {
    const found = await look();
    if (mayColor(context)) context.out(`\u001B[H\u001B[2J${await tableOf(found, columns)}`);
    else printChanges(found, told, context);
    await context.sleep(pauseMs);
    if (isStopped()) return exitCodes.interrupted;
  }
}

function printChanges(found: readonly JobResponse[], told: Map<string, string>, context: Context): void {
  for (const { id, name, properties } of found) {
    const { experimentName: experiment, executionState: state, executionInfo } = properties;
    if (told.get(id) === state) continue;
    told.set(id, state);
    context.out(`${JSON.stringify({ experiment, name, state, exitCode: executionInfo?.exitCode })}\n`);
  }
}
