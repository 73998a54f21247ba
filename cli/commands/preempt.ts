// `batchai preempt JOB`: sees what a job makes of an eviction, before one comes.
import { parseId } from "../../domain/shared/resource-id.ts";
import { command } from "../command.ts";
import { confirmed, confirming } from "../confirmation.ts";
import { usageError } from "../failure.ts";
import { hint } from "../hints.ts";
import { inExperiment, jobRef, openService } from "../service.ts";

export const preempt = command({
  examples: ["preempt first -w lab -e digits -y"],
  words: { usage: "<job>", description: "the job, by its name or its ARM id" },
  options: { ...inExperiment, yes: confirming.yes },
  async run(given, context, [job = ""]) {
    confirmed(given, `This ends the run of the job '${job}'; the job runs again.`);
    const service = await openService(given, context);
    const ref = job.startsWith("/") ? parseId(job) : jobRef(service, given, job);
    if (ref.kind !== "job") throw usageError(`'${job}' is no job.`);
    await service.client.jobs.preempt(ref);
    hint(context, `job attempts -w ${ref.workspace} -e ${ref.experiment} -n ${ref.job}`);
  },
});
