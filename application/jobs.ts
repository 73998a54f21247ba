// What can be done with a job: submit, terminate, rehearse an eviction. A submitted job is accepted and queued by the time of the answer,
// so that its creation is over at the client's first look.
import type { ClusterDocument } from "../domain/cluster/schema.ts";
import { isFinished } from "../domain/job/machine.ts";
import { activeJobOf } from "../domain/job/queue.ts";
import {
  acceptedJob,
  checkFallback,
  mountingJob,
  newJob,
  putJobAgain,
  rehearsedJob,
  terminatingJob,
} from "../domain/job/rules.ts";
import type { JobDocument, JobRequest } from "../domain/job/schema.ts";
import { identityOf } from "../domain/kinds.ts";
import { guid } from "../domain/shared/brand.ts";
import type { Guid } from "../domain/shared/brand.ts";
import { AppError } from "../domain/shared/errors.ts";
import { parseField } from "../domain/shared/parse.ts";
import { parseClusterId, refOf } from "../domain/shared/resource-id.ts";
import type { JobRef } from "../domain/shared/resource-id.ts";
import type { WithSecrets } from "../domain/shared/secrets.ts";
import { claimPlace as claimOne } from "../domain/usage/quota.ts";
import type { OperationDocument } from "../services/operation-documents.ts";
import type { Services } from "../services/services.ts";
import { demandCluster } from "./access.ts";
import { changeBy, makerOf, service } from "./caller.ts";
import type { Caller } from "./caller.ts";
import { existing, notFound, open } from "./existing.ts";
import { exportsOf } from "./file-server-mounts.ts";
import { clusterOfJob, wakeMonitor } from "./monitors.ts";
import { inLanes } from "../services/in-lanes.ts";
import { openOperation } from "./operations.ts";
import { wakeRun } from "./runs.ts";

export interface Submitted {
  readonly job: JobDocument;
  /** Absent when the job was there already. */
  readonly operation?: OperationDocument;
}

/** Asking twice for the same is asking once. @throws AppError Conflict when there is another job of that name. */
export async function submitJob(
  services: Services,
  caller: Caller,
  ref: JobRef,
  spec: JobRequest,
  sweepGuid?: string,
): Promise<Submitted> {
  const clusterId = parseField("properties.cluster.id", spec.properties.cluster.id, parseClusterId);
  await demandCluster(services, caller.who, ref, clusterId);
  const [, cluster, before] = await Promise.all([
    open(services, { ...ref, kind: "experiment" }),
    services.state.clusters.get(clusterId),
    services.state.jobs.get(ref),
  ]);
  // What could not be created now, for a quota or a cluster that is gone, may have been created before.
  if (before !== undefined) return { job: await submitAgain(services, before, spec) };
  if (cluster === undefined) throw notFound(clusterId);
  const made = await submitMade(services, caller, { ...askedFor(ref, spec, cluster), sweepGuid });
  return made.operation === undefined ? { job: await submitAgain(services, made.job, spec) } : made;
}

/** A job that was not there a moment ago. @returns no operation when somebody else was faster; then the job is theirs. */
export async function submitMade(services: Services, caller: Caller, asked: Asked): Promise<Submitted> {
  refuseWithoutEngine(services, asked.spec);
  const { job, created } = await createJob(services, caller, asked);
  if (!created) return { job };
  const [operation] = await Promise.all([
    openOperation(services, creationOf(job, caller), "Succeeded"),
    refuseOrphan(services, job),
  ]);
  await enqueue(services, job);
  return { job, operation };
}

export interface NewJob {
  readonly ref: JobRef;
  readonly spec: JobRequest;
  readonly sweepGuid: string;
}

export type SubmittedTogether = { readonly job: JobDocument } | { readonly error: Error };

/**
 * Many jobs of one experiment for one cluster, which nobody can have asked for before: what they have in common is looked at once for
 * all, and whoever waits for one waits for all. @returns what came of each, in their order.
 */
export async function submitNewJobs(
  services: Services,
  caller: Caller,
  asked: readonly NewJob[],
): Promise<readonly SubmittedTogether[]> {
  const [first] = asked;
  if (first === undefined) return [];
  const clusterId = parseField("properties.cluster.id", first.spec.properties.cluster.id, parseClusterId);
  await demandCluster(services, caller.who, first.ref, clusterId);
  const [, cluster] = await Promise.all([
    open(services, { ...first.ref, kind: "experiment" }),
    services.state.clusters.get(clusterId),
  ]);
  if (cluster === undefined) throw notFound(clusterId);
  const made = await inLanes(asked, (one) =>
    settled(async () => {
      refuseWithoutEngine(services, one.spec.properties);
      const { ref, spec, sweepGuid } = one;
      return createJob(services, caller, { ...askedFor(ref, spec, cluster), sweepGuid });
    }),
  );
  const created = made.flatMap((one) => ("value" in one && one.value.created ? [one.value.job] : []));
  const kept = created[0] === undefined || (await hasParents(services, created[0]));
  return inLanes(made, async (one, at): Promise<SubmittedTogether> => {
    if ("error" in one) return one;
    const { job, created: isNew } = one.value;
    const spec = asked[at]?.spec;
    const end = await settled(async () => {
      if (!isNew) return spec === undefined ? job : submitAgain(services, job, spec);
      if (!kept) await removeOrphan(services, job);
      await openOperation(services, creationOf(job, caller), "Succeeded");
      await enqueue(services, job);
      return job;
    });
    return "error" in end ? end : { job: end.value };
  });
}

async function settled<Value>(
  work: () => Promise<Value>,
): Promise<{ readonly value: Value } | { readonly error: Error }> {
  try {
    return { value: await work() };
  } catch (error) {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }
}

const creationOf = (job: JobDocument, { actor }: Caller) =>
  ({ kind: "create", ref: refOf<"job">(job), creation: job.guid, actor }) as const;

/** @throws AppError FeatureNotAvailable, rather than to queue what no node can run. */
function refuseWithoutEngine({ settings }: Services, { containerSettings }: Asked["spec"]): void {
  if (containerSettings === undefined || settings.containers === "run") return;
  throw new AppError(
    "FeatureNotAvailable",
    "properties.containerSettings: no container engine answers on this machine; install docker or podman and start the local cloud again, or start it with --containers=host to run the job without its container",
    { target: "properties.containerSettings" },
  );
}

/** The cluster on which the job may go on by its spot policy. */
async function siblingOf(
  services: Services,
  caller: Caller,
  ref: JobRef,
  { spot }: Asked["spec"],
): Promise<ClusterDocument | undefined> {
  if (spot === undefined) return undefined;
  const id = parseField("properties.spot.cluster.id", spot.cluster.id, parseClusterId);
  await demandCluster(services, caller.who, ref, id);
  return existing(services, id);
}

interface Asked {
  readonly ref: JobRef;
  readonly spec: {
    readonly spot?: JobDocument["spec"]["spot"];
    readonly containerSettings?: object | undefined;
  };
  readonly cluster: ClusterDocument;
  /** The document and its secrets. */
  readonly make: (guid: Guid, now: Date) => WithSecrets<JobDocument>;
  /** Of the sweep whose trial it is. */
  readonly sweepGuid?: string | undefined;
}

const askedFor = (ref: JobRef, spec: JobRequest, cluster: ClusterDocument): Asked => ({
  ref,
  spec: spec.properties,
  cluster,
  make: (id, now) => newJob(ref, id, spec, cluster, now),
});

/** Writes the document, unless somebody else was faster; then the job is theirs. */
async function createJob(services: Services, caller: Caller, asked: Asked) {
  const { ref, spec, cluster, make, sweepGuid } = asked;
  const sibling = await siblingOf(services, caller, ref, spec);
  const now = new Date(services.clock.now());
  const fresh = make(guid(services.random.uuid()), now);
  if (sibling !== undefined) checkFallback(fresh.document, cluster, sibling);
  const { startedBy } = caller;
  const exports = await exportsOf(services, ref, fresh.document.spec.mountVolumes, "properties.mountVolumes");
  const document = {
    ...acceptedJob(mountingJob(fresh.document, cluster, exports), now),
    ...(sweepGuid === undefined ? {} : { sweepGuid }),
    ...(startedBy === undefined ? {} : { startedBy }),
    madeBy: makerOf(caller),
  };
  await claimPlace(services, document, now);
  await Promise.all([
    fresh.secrets.size === 0 ? undefined : services.secrets.put(document.guid, fresh.secrets),
    services.state.activeJobs.announce(cluster.guid, activeJobOf(document)),
  ]);
  const made = await services.state.jobs.create(ref, document, changeBy(services, caller, "created"));
  if (!made.created) await abandon(services, document);
  return { job: made.document, created: made.created };
}

/** @throws AppError OperationNotAllowed when there are as many unfinished jobs as there may be. */
async function claimPlace(services: Services, { guid: jobGuid }: JobDocument, now: Date): Promise<void> {
  const { activeJobs: limit } = services.settings.quotas;
  if (limit === undefined) return;
  const granted = await services.reservations.jobs.update((claims) => {
    const next = claimOne(claims, jobGuid, { since: now.toISOString() }, limit);
    return { claims: next ?? claims, result: next !== undefined };
  });
  if (granted) return;
  throw new AppError(
    "OperationNotAllowed",
    `There are ${limit} unfinished jobs, and no more are allowed; wait for some to end, delete some, or raise the quota.`,
  );
}

/** The same content is the same job, and whoever has not seen it yet is told. */
async function submitAgain(services: Services, before: JobDocument, spec: JobRequest): Promise<JobDocument> {
  const kept = putJobAgain(before, spec);
  if (!isFinished(kept.executionState)) await enqueue(services, kept);
  return kept;
}

/** The monitor of the cluster dispatches the job when its nodes are free. */
export async function enqueue(services: Services, job: JobDocument): Promise<void> {
  await services.state.activeJobs.add(job.clusterGuid, activeJobOf(job));
  await wakeMonitor(services, clusterOfJob(job));
}

/** What was deleted while the job was being written did not see it: the job must not outlive its experiment or cluster. */
async function refuseOrphan(services: Services, job: JobDocument): Promise<void> {
  if (!(await hasParents(services, job))) await removeOrphan(services, job);
}

async function hasParents(services: Services, job: JobDocument): Promise<boolean> {
  const ref = refOf(job);
  const [experiment, cluster] = await Promise.all([
    services.state.experiments.get({ ...ref, kind: "experiment" }),
    services.state.clusters.get(clusterOfJob(job).ref),
  ]);
  const kept = experiment?.provisioningState === "succeeded" && cluster?.guid === job.clusterGuid;
  return kept && cluster.provisioningState !== "deleting";
}

/** @throws AppError Conflict */
async function removeOrphan(services: Services, job: JobDocument): Promise<never> {
  const ref = refOf(job);
  const by = { actor: service, link: job.spec.cluster.id };
  const gone = changeBy(services, by, "its experiment or cluster was deleted meanwhile");
  await services.state.jobs.remove(ref, ({ guid: found }) => found === job.guid, gone);
  await abandon(services, job);
  throw new AppError("Conflict", `The experiment or the cluster of job ${ref.job} was deleted meanwhile.`);
}

async function abandon(services: Services, job: JobDocument): Promise<void> {
  await services.state.activeJobs.remove(job.clusterGuid, activeJobOf(job));
  await services.state.activeJobs.forget(job.clusterGuid, [job.guid]);
  await services.secrets.remove(job.guid);
}

/** @returns the operation to poll; undefined when the job has ended. */
export async function terminateJob(
  services: Services,
  caller: Caller,
  ref: JobRef,
): Promise<OperationDocument | undefined> {
  const current = await existing(services, ref);
  if (isFinished(current.executionState)) return undefined;
  const job = await markTerminating(services, caller, current);
  if (job === undefined) return undefined;
  const operation = await openOperation(services, {
    kind: "terminate",
    ref,
    creation: job.guid,
    actor: caller.actor,
  });
  await wakeRun(services, identityOf(job));
  return operation;
}

/**
 * The current run ends as by an eviction that was announced, and the next begins when there are nodes. Asking again while it ends
 * changes nothing. @throws AppError InvalidState unless the job runs.
 */
export async function preemptJob(services: Services, caller: Caller, ref: JobRef): Promise<void> {
  const job = await existing(services, ref);
  const now = new Date(services.clock.now());
  await services.state.jobs.update(
    ref,
    (found) => (found.guid === job.guid ? rehearsedJob(found, now) : found),
    () => changeBy(services, caller, "an eviction is rehearsed"),
  );
  await wakeRun(services, identityOf(job));
}

/** @returns the job as it is now; undefined when it has ended. */
async function markTerminating(
  services: Services,
  caller: Caller,
  job: JobDocument,
): Promise<JobDocument | undefined> {
  const now = new Date(services.clock.now());
  const goesOn = (found: JobDocument) => found.guid === job.guid && !isFinished(found.executionState);
  const marked = await services.state.jobs.update(
    refOf(job),
    (found) => (goesOn(found) ? terminatingJob(found, now) : found),
    () => changeBy(services, caller, "terminate requested"),
  );
  return marked !== undefined && goesOn(marked) ? marked : undefined;
}

/** What was asked for, once more. False when the job has ended. */
export async function resumeTermination(
  services: Services,
  caller: Caller,
  job: JobDocument,
): Promise<boolean> {
  const marked = await markTerminating(services, caller, job);
  if (marked === undefined) return false;
  await wakeRun(services, identityOf(marked));
  return true;
}
