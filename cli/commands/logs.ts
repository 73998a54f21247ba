// `batchai logs JOB`: what the job's processes wrote, of one node or all, so far or as it comes. The connection may break and come back:
// nothing is lost or shown twice. Ctrl-C ends the looking, not the job.
import type { Client } from "../../client/client.ts";
import { followJob } from "../../client/follow-job.ts";
import { outputTail } from "../../client/output-tail.ts";
import type { OutputTail } from "../../client/output-tail.ts";
import { all } from "../../client/paging.ts";
import type { JobRef } from "../../domain/shared/resource-id.ts";
import { command } from "../command.ts";
import type { Context } from "../command.ts";
import { CommandError } from "../failure.ts";
import { notify } from "../hints.ts";
import { flag, text, wholeNumber } from "../options.ts";
import { exitCodes } from "../output/exit-codes.ts";
import { inExperiment, jobRef, openService } from "../service.ts";
import { untilStopped } from "../until-stopped.ts";

export const logs = command({
  examples: ["logs first -w lab -e digits --follow", "logs first --stderr --tail 4096"],
  words: { usage: "<job>", description: "the job" },
  options: {
    ...inExperiment,
    follow: flag("--follow", "go on until the job has ended"),
    stderr: flag("--stderr", "standard error instead of standard output"),
    file: text("--file <name>", "another file of the logs, such as stderr-1.txt of a job of many nodes"),
    tail: wholeNumber("--tail <bytes>", "begin so many bytes before the end"),
  },
  async run(given, context, [name = ""]) {
    const service = await openService(given, context);
    const { client } = service;
    const ref = jobRef(service, given, name);
    const file = given.file ?? (given.stderr ? "stderr.txt" : "stdout.txt");
    const place = { directoryId: "stdouterr", name: file };
    const tail = outputTail(client, ref, place, context.fetch, { lastBytes: given.tail });
    if (given.follow) return followed(client, ref, tail, context);
    for (let bytes = await tail.read(); bytes.length > 0; bytes = await tail.read()) context.out(bytes);
    if (tail.isFound()) return exitCodes.ok;
    const there = (await all(client.jobs.outputFiles(ref, { directoryId: "stdouterr" }))).map(
      (each) => each.name,
    );
    throw new CommandError(
      there.length === 0
        ? `The job '${name}' has written nothing yet: batchai why ${name}`
        : `The job '${name}' has no log '${file}'; it has ${there.join(", ")}.`,
      exitCodes.notFound,
    );
  },
});

async function followed(client: Client, ref: JobRef, tail: OutputTail, context: Context): Promise<number> {
  const job = await followJob(client, ref, {
    ...untilStopped(context),
    pollIntervalMs: 500,
    outputs: [{ tail, onBytes: context.out }],
  });
  if (job !== undefined) return exitCodes.ok;
  notify(context, `The job '${ref.job}' goes on.`);
  return exitCodes.interrupted;
}
