// A job is followed: its states to a person, what it says to where it would have said it. Ctrl-C ends the looking, not the job.
import { followJob } from "../client/follow-job.ts";
import { outputTail } from "../client/output-tail.ts";
import type { JobResponse } from "../domain/job/wire.ts";
import type { JobRef } from "../domain/shared/resource-id.ts";
import type { Context } from "./command.ts";
import { hint } from "./hints.ts";
import { statePrinter } from "./job-end.ts";
import type { Service } from "./service.ts";
import { untilStopped } from "./until-stopped.ts";

/** Undefined when the person wanted no more. @param download of what it writes, for the hint. */
export async function followOutput(
  { client }: Service,
  ref: JobRef,
  context: Context,
  download: string,
): Promise<JobResponse | undefined> {
  const tailOf = (name: string) => outputTail(client, ref, { directoryId: "stdouterr", name }, context.fetch);
  const job = await followJob(client, ref, {
    ...untilStopped(context),
    pollIntervalMs: 500,
    onJob: statePrinter(context),
    outputs: [
      { tail: tailOf("stdout.txt"), onBytes: context.out },
      { tail: tailOf("stderr.txt"), onBytes: context.err },
    ],
  });
  if (job !== undefined) return job;
  context.err(`The job '${ref.job}' goes on.\n`);
  hintWayBack(ref, context, download);
  return undefined;
}

export function hintWayBack(
  { workspace, experiment, job }: JobRef,
  context: Context,
  download: string,
): void {
  const place = `-w ${workspace} -e ${experiment}`;
  hint(
    context,
    `logs ${job} ${place} --follow`,
    `job wait ${place} -n ${job}`,
    `job file download ${place} -j ${job} ${download}`,
    `job terminate ${place} -n ${job} -y`,
  );
}
