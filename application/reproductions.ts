// The same work once more, as another job: what an ended job with a receipt was asked for, with its secrets, which nobody can read back. Its
// results lie where its own GUID says, so that those of the first one stay as they are.
import { isFinished } from "../domain/job/machine.ts";
import { reproducingJob } from "../domain/job/rules.ts";
import type { JobDocument } from "../domain/job/schema.ts";
import { AppError } from "../domain/shared/errors.ts";
import { parseClusterId } from "../domain/shared/resource-id.ts";
import type { JobRef } from "../domain/shared/resource-id.ts";
import type { Services } from "../services/services.ts";
import { demandCluster } from "./access.ts";
import type { Caller } from "./caller.ts";
import { existing, notFound, open } from "./existing.ts";
import { enqueue, submitMade } from "./jobs.ts";
import type { Submitted } from "./jobs.ts";
import { jobReceipt } from "./receipts.ts";

export interface Reproduction {
  /** Of the job that is made. */
  readonly name: string;
  /** Begin also where the image, the inputs or the size of the nodes are other ones by now. */
  readonly allowChanged: boolean;
}

/**
 * Asking twice for the same is asking once.
 * @throws AppError InvalidState for a job without a receipt, and for nodes of another size; Conflict when there is another job of that name.
 */
export async function reproduceJob(
  services: Services,
  caller: Caller,
  ref: JobRef,
  asked: Reproduction,
): Promise<Submitted> {
  const original = await existing(services, ref);
  const made = { ...ref, job: asked.name };
  const before = await services.state.jobs.get(made);
  if (before !== undefined) return { job: await askedAgain(services, before, original, asked) };
  const { machine } = (await jobReceipt(services, ref)).predicate;
  const clusterId = parseClusterId(original.spec.cluster.id);
  await demandCluster(services, caller.who, ref, clusterId);
  const [, cluster, secrets] = await Promise.all([
    open(services, { ...ref, kind: "experiment" }),
    services.state.clusters.get(clusterId),
    services.secrets.get(original.guid),
  ]);
  if (cluster === undefined) throw notFound(clusterId);
  const { vmSize } = cluster.spec;
  if (!asked.allowChanged && vmSize !== machine.vmSize)
    throw new AppError(
      "InvalidState",
      `The job '${ref.job}' ran on ${machine.vmSize}, and the nodes of cluster '${cluster.cluster}' are ${vmSize} by now: vmSize changed. Ask with allowChanged to run it there all the same.`,
    );
  const checked = !asked.allowChanged;
  const submitted = await submitMade(services, caller, {
    ref: made,
    spec: original.spec,
    cluster,
    make: (guid, now) => ({
      document: reproducingJob(original, { ref: made, guid, checked }, cluster, now),
      secrets,
    }),
  });
  if (submitted.operation !== undefined) return submitted;
  return { job: await askedAgain(services, submitted.job, original, asked) };
}

async function askedAgain(
  services: Services,
  job: JobDocument,
  original: JobDocument,
  { allowChanged }: Reproduction,
): Promise<JobDocument> {
  const isSame = job.reproduces?.guid === original.guid && job.reproduces.checked === !allowChanged;
  if (!isSame || job.provisioningState === "deleting")
    throw new AppError(
      "Conflict",
      `job '${job.job}' exists and is ${isSame ? "being deleted" : "another one"}; choose another name`,
    );
  if (!isFinished(job.executionState)) await enqueue(services, job);
  return job;
}
