// Waits for the end of a job, for so long as its caller said.
import { followJob } from "../client/follow-job.ts";
import type { JobResponse } from "../domain/job/wire.ts";
import type { JobRef } from "../domain/shared/resource-id.ts";
import type { Context, Given } from "./command.ts";
import { CommandError } from "./failure.ts";
import { statePrinter } from "./job-end.ts";
import { amount } from "./options.ts";
import { exitCodes } from "./output/exit-codes.ts";
import type { Service } from "./service.ts";

export const waiting = {
  interval: amount("--interval <seconds>", "between two reads of it", 2),
  timeout: amount("--timeout <seconds>", "give up after this time, with exit code 4"),
};

/** @throws CommandError (4) when the time is over. */
export async function untilEnded(
  { client }: Pick<Service, "client">,
  ref: JobRef,
  { interval, timeout }: Given<typeof waiting>,
  context: Context,
): Promise<JobResponse> {
  const until = timeout === undefined ? Infinity : context.now() + timeout * 1000;
  const job = await followJob(client, ref, {
    sleep: context.sleep,
    now: context.now,
    pollIntervalMs: interval * 1000,
    isStopped: () => context.now() >= until,
    onJob: statePrinter(context),
  });
  if (job !== undefined) return job;
  throw new CommandError(`The job has not ended after ${timeout} seconds.`, exitCodes.timeout);
}
