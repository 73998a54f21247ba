// Jobs: submit, show, list, terminate, delete. A submitted job is accepted and queued by the time of the answer, so that
// its creation is over at the client's first look.
import { isFinished } from "../../domain/job/machine.ts";
import { acceptedJob, deletingJob, newJob, putJobAgain, terminatingJob } from "../../domain/job/rules.ts";
import { activeJobOf } from "../../domain/job/queue.ts";
import { JobRequest } from "../../domain/job/schema.ts";
import type { JobDocument } from "../../domain/job/schema.ts";
import { jobRef, jobWire } from "../../domain/job/wire.ts";
import { refuseUnavailable } from "../../domain/shared/availability.ts";
import { guid } from "../../domain/shared/brand.ts";
import { AppError } from "../../domain/shared/errors.ts";
import { parse } from "../../domain/shared/parse.ts";
import { parseClusterId } from "../../domain/shared/resource-id.ts";
import type { ClusterRef, JobRef } from "../../domain/shared/resource-id.ts";
import { claimPlace as claimOne } from "../../domain/usage/quota.ts";
import { changed, instances } from "../../contracts/instances.ts";
import { deleteJobFlow } from "../../contracts/orchestrations.ts";
import { monitorStart, runStart } from "../../contracts/starts.ts";
import { operationId } from "../../services/operation-documents.ts";
import { startOrWake } from "../../services/orchestrations.ts";
import type { Services } from "../../services/services.ts";
import { clusterNotFound } from "./clusters.ts";
import { byCaller } from "./lib/by-caller.ts";
import { acceptedOperation } from "./lib/long-running.ts";
import { markDeleting } from "./lib/mark-deleting.ts";
import type { Operation } from "./lib/operation.ts";
import { pageBody, pageRequest } from "./lib/paging.ts";
import { existingExperiment, refuseDeleting } from "./lib/parents.ts";
import { experimentRefOf, experimentRoute, jobRefOf, jobRoute } from "./lib/refs.ts";
import { emptyOk, noContent, ok, resource } from "./lib/reply.ts";
import type { ApiRequest } from "./lib/request.ts";

export const jobOperations: readonly Operation[] = [
  { name: "jobs-create", method: "PUT", route: jobRoute, role: "submitter", handle: create },
  {
    name: "jobs-get",
    method: "GET",
    route: jobRoute,
    role: "reader",
    handle: async (request, services) => resource(jobWire(await existingJob(services, jobRefOf(request)))),
  },
  {
    name: "jobs-list",
    method: "GET",
    route: `${experimentRoute}/jobs`,
    role: "reader",
    async handle(request, services) {
      const ref = experimentRefOf(request);
      const page = await services.state.listJobs(ref, pageRequest(request));
      if (page.items.length === 0) await existingExperiment(services, ref);
      return ok(pageBody(request, page, jobWire));
    },
  },
  {
    name: "jobs-terminate",
    method: "POST",
    route: `${jobRoute}/terminate`,
    role: "submitter",
    handle: terminate,
  },
  { name: "jobs-delete", method: "DELETE", route: jobRoute, role: "submitter", handle: remove },
];

export async function existingJob(services: Services, ref: JobRef): Promise<JobDocument> {
  const document = await services.state.jobs.get(ref);
  if (document !== undefined) return document;
  await existingExperiment(services, { ...ref, kind: "experiment" });
  throw new AppError("JobNotFound", `The specified job ${ref.job} is not found`);
}

async function create(request: ApiRequest, services: Services) {
  const ref = jobRefOf(request);
  const raw = await request.json();
  refuseUnavailable("job", raw);
  const body = parse(JobRequest, raw);
  const clusterId = clusterIdOf(body);
  const [experiment, cluster, existing] = await Promise.all([
    existingExperiment(services, { ...ref, kind: "experiment" }),
    services.state.clusters.get(clusterId),
    services.state.jobs.get(ref),
  ]);
  refuseDeleting("experiment", ref.experiment, experiment.provisioningState);
  // What could not be created now, for a quota or a cluster that is gone, may have been created before.
  if (existing !== undefined) return again(services, existing, body);
  if (cluster === undefined) throw clusterNotFound(clusterId);

  const now = new Date(services.clock.now());
  const fresh = newJob(ref, guid(services.random.uuid()), body, cluster, now);
  const document = acceptedJob(fresh.document, now);
  await claimPlace(services, document, now);
  await Promise.all([
    fresh.secrets.size === 0 ? undefined : services.secrets.put(document.guid, fresh.secrets),
    services.state.activeJobs.announce(cluster.guid, activeJobOf(document)),
  ]);
  const made = await services.state.jobs.create(ref, document, byCaller(request, services, "created"));
  if (!made.created) {
    await abandon(services, document);
    return again(services, made.document, body);
  }
  const [reply] = await Promise.all([
    acceptedOperation(request, services, ref, operationId("create", document.guid), "Succeeded"),
    refuseOrphan(services, document),
  ]);
  await enqueue(services, document);
  return reply;
}

/** @throws AppError OperationNotAllowed when there are as many unfinished jobs as there may be. */
async function claimPlace(services: Services, { guid: jobGuid }: JobDocument, now: Date): Promise<void> {
  const { activeJobs: limit } = services.settings.quotas;
  if (limit === undefined) return;
  const granted = await services.ledger.jobs.update((claims) => {
    const next = claimOne(claims, jobGuid, { since: now.toISOString() }, limit);
    return { claims: next ?? claims, result: next !== undefined };
  });
  if (granted) return;
  throw new AppError(
    "OperationNotAllowed",
    `There are ${limit} unfinished jobs, and no more are allowed; wait for some to end, delete some, or raise the quota.`,
  );
}

/** The cluster the job asks for; a bad id is told with the field it stands in. */
function clusterIdOf(body: JobRequest): ClusterRef {
  const target = "properties.cluster.id";
  try {
    return parseClusterId(body.properties.cluster.id);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw new AppError(error.code, `${target}: ${error.message}`, { target });
  }
}

/** A repeated PUT: the same content is the same job, and whoever has not seen it yet is told. */
async function again(services: Services, existing: JobDocument, body: JobRequest) {
  const kept = putJobAgain(existing, body);
  if (!isFinished(kept.executionState)) await enqueue(services, kept);
  return resource(jobWire(kept));
}

/** Who watches the cluster hands the job over when its nodes are free. */
async function enqueue(services: Services, document: JobDocument): Promise<void> {
  await services.state.activeJobs.add(document.clusterGuid, activeJobOf(document));
  const cluster = { ref: parseClusterId(document.spec.cluster.id), guid: document.clusterGuid };
  await startOrWake(services, monitorStart(cluster, services.settings), changed);
}

/** What was deleted while the job was being written did not see it: the job must not outlive its experiment or cluster. */
async function refuseOrphan(services: Services, document: JobDocument): Promise<void> {
  const ref = jobRef(document);
  const [experiment, cluster] = await Promise.all([
    services.state.experiments.get({ ...ref, kind: "experiment" }),
    services.state.clusters.get(parseClusterId(document.spec.cluster.id)),
  ]);
  const kept = experiment?.provisioningState === "succeeded" && cluster?.guid === document.clusterGuid;
  if (kept && cluster.provisioningState !== "deleting") return;
  await services.state.jobs.remove(ref, ({ guid: found }) => found === document.guid, {
    time: new Date(services.clock.now()).toISOString(),
    actor: "service",
    cause: "its experiment or cluster was deleted meanwhile",
    link: document.spec.cluster.id,
  });
  await abandon(services, document);
  throw new AppError("Conflict", `The experiment or the cluster of job ${ref.job} was deleted meanwhile.`);
}

async function abandon(services: Services, document: JobDocument): Promise<void> {
  await services.state.activeJobs.remove(document.clusterGuid, activeJobOf(document));
  await services.state.activeJobs.forget(document.clusterGuid, document.guid);
  await services.secrets.remove(document.guid);
}

async function terminate(request: ApiRequest, services: Services) {
  const ref = jobRefOf(request);
  const current = await existingJob(services, ref);
  if (isFinished(current.executionState)) return emptyOk();
  const now = new Date(services.clock.now());
  const document = await services.state.jobs.update(
    ref,
    (found) => (isFinished(found.executionState) ? found : terminatingJob(found, now)),
    () => byCaller(request, services, "terminate requested"),
  );
  if (document === undefined || isFinished(document.executionState)) return emptyOk();
  const id = operationId("terminate", document.guid);
  const reply = await acceptedOperation(request, services, ref, id);
  const identity = { ref: jobRef(document), guid: document.guid };
  await startOrWake(services, runStart(identity), changed);
  return reply;
}

async function remove(request: ApiRequest, services: Services) {
  const ref = jobRefOf(request);
  const now = new Date(services.clock.now());
  const found = await services.state.jobs.get(ref);
  if (found === undefined) return noContent();
  // Among the active ones, so that a deletion that is cut off is found again.
  await services.state.activeJobs.keep(found.clusterGuid, activeJobOf(found), now.toISOString());
  const document = await markDeleting(request, services, ref, services.state.jobs, deletingJob);
  if (document === undefined) return noContent();
  const id = operationId("delete", document.guid);
  const reply = await acceptedOperation(request, services, ref, id);
  await services.orchestrations.start(deleteJobFlow.name, instances.deleteJob(document.guid), {
    job: { ref: jobRef(document), guid: document.guid },
    operationId: id,
    actor: request.principal.subject,
  });
  return reply;
}
