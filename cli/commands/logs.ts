// `batchai logs JOB`: what the job's processes wrote, of one node or all, so far or as it comes. The connection may break and come back:
// nothing is lost or shown twice. Ctrl-C ends the looking, not the job.
import type { Client } from "../../client/client.ts";
import { followJob } from "../../client/follow-job.ts";
import { outputTail } from "../../client/output-tail.ts";
import type { OutputTail } from "../../client/output-tail.ts";
import type { JobRef } from "../../domain/shared/resource-id.ts";
import { command } from "../command.ts";
import type { Context } from "../command.ts";
import { usageError } from "../failure.ts";
import { notify } from "../hints.ts";
import { checkAttempt, logChoice, logFileOf, missingLog } from "../log-choice.ts";
import { flag, wholeNumber } from "../options.ts";
import { exitCodes } from "../output/exit-codes.ts";
import { inExperiment, jobRef, openService } from "../service.ts";
import { moment } from "../time-option.ts";
import { untilStopped } from "../until-stopped.ts";

export const logs = command({
  examples: [
    "logs first -w lab -e digits --follow",
    "logs first --stream stderr --tail 4096",
    "logs first --node 1 --since 10m",
  ],
  words: { usage: "<job>", description: "the job" },
  options: {
    ...inExperiment,
    follow: flag("--follow", "go on until the job has ended"),
    ...logChoice,
    tail: wholeNumber("--tail <bytes>", "begin so many bytes before the end"),
    since: moment("--since <time>", "nothing of a file that was not changed since (its lines have no times)"),
  },
  async run(given, context, [name = ""]) {
    if (given.follow && given.attempt !== undefined)
      throw usageError(
        "--attempt is of what is there; a log that is followed goes on with the next attempt.",
      );
    const service = await openService(given, context);
    const { client } = service;
    const ref = jobRef(service, given, name);
    const file = await logFileOf(client, ref, given);
    await checkAttempt(client, ref, given.attempt);
    const place = { directoryId: "stdouterr", name: file };
    const tail = outputTail(client, ref, place, context.fetch, {
      lastBytes: given.tail,
      changedSince: given.since?.(context.now()),
    });
    if (given.follow) return followed(client, ref, { tail, file }, context);
    for (let bytes = await tail.read(); bytes.length > 0; bytes = await tail.read()) context.out(bytes);
    // It may have begun anew meanwhile.
    await checkAttempt(client, ref, given.attempt);
    if (!tail.isFound()) throw await missingLog(client, ref, file);
    return exitCodes.ok;
  },
});

async function followed(
  client: Client,
  ref: JobRef,
  { tail, file }: { readonly tail: OutputTail; readonly file: string },
  context: Context,
): Promise<number> {
  const job = await followJob(client, ref, {
    ...untilStopped(context),
    pollIntervalMs: 500,
    outputs: [{ tail, onBytes: context.out }],
  });
  if (job === undefined) {
    notify(context, `The job '${ref.job}' goes on.`);
    return exitCodes.interrupted;
  }
  if (!tail.isFound()) throw await missingLog(client, ref, file);
  return exitCodes.ok;
}
