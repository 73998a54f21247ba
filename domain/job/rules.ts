// What happens to a job document: created, put again, started, finished, run again. Pure; the caller writes the
// document and keeps the secrets. What an ended run means is decided in outcome.ts, the wire shape is in wire.ts.
import { gpusOf, hasInfiniBand } from "../cluster/vm-size.ts";
import { subnetOf } from "../cluster/rules.ts";
import { largestSize } from "../cluster/scale.ts";
import type { ClusterDocument } from "../cluster/schema.ts";
import { checkReachable } from "../file-server/export.ts";
import type { FileServerExport } from "../file-server/export.ts";
import { timestamp } from "../shared/brand.ts";
import type { Guid } from "../shared/brand.ts";
import { AppError } from "../shared/errors.ts";
import { checkCachesApart, storeMountVolumes } from "../shared/mount-volumes.ts";
import { checkNfsReachable } from "../shared/nfs-share.ts";
import { checkIdentities } from "../shared/node-identity.ts";
import { parseClusterId, refOf, sameId } from "../shared/resource-id.ts";
import type { JobRef } from "../shared/resource-id.ts";
import { sameContent } from "../shared/same-content.ts";
import { storeSecretVariables } from "../shared/secret-variables.ts";
import { SecretCollector } from "../shared/secrets.ts";
import type { WithSecrets } from "../shared/secrets.ts";
import { checkReceipt } from "../receipt/request.ts";
import { toolkitOf, toolkits } from "../toolkits/registry.ts";
import type { ToolkitContext } from "../toolkits/toolkit.ts";
import { causeOf, withEndedAttempt, withLostStarts } from "./attempts.ts";
import { storeContainerSettings } from "./container.ts";
import { checkWritable } from "./directories.ts";
import { hasSharedTemp, rendezvousPort } from "./placement.ts";
import { isFinished, nextExecutionState } from "./machine.ts";
import { checkOutputMetrics } from "./output-metrics.ts";
import type { Outcome } from "./outcome.ts";
import type { SpotPolicy } from "./spot/policy.ts";
import { checkSibling } from "./spot/sibling.ts";
import type { ExecutionInfo, JobDocument, JobRequest, JobSpec, LossCounters } from "./schema.ts";

/**
 * @param cluster the cluster that `properties.cluster.id` names, as stored.
 * @throws AppError ToolkitRequired, NodeCountTooLarge, InvalidRequest, InvalidState (cluster is going away).
 */
export function newJob(
  ref: JobRef,
  guid: Guid,
  request: JobRequest,
  cluster: ClusterDocument,
  now: Date,
): WithSecrets<JobDocument> {
  checkCluster(request.properties, cluster);
  const secrets = new SecretCollector();
  const document = queuedJob(ref, guid, specOf(request, secrets), cluster, now);
  checkOn(document, cluster);
  return { document, secrets: secrets.values };
}

/**
 * What a job was asked for, asked for once more. Its secrets have the names that they had.
 * @throws AppError as `newJob`, where the cluster is not what it was.
 */
export function reproducingJob(
  original: JobDocument,
  reproduction: { readonly ref: JobRef; readonly guid: Guid; readonly checked: boolean },
  cluster: ClusterDocument,
  now: Date,
): JobDocument {
  const { ref, checked } = reproduction;
  checkCluster(original.spec, cluster);
  const document = {
    ...queuedJob(ref, reproduction.guid, original.spec, cluster, now),
    reproduces: { job: original.job, guid: original.guid, checked },
  };
  checkOn(document, cluster);
  return document;
}

function checkOn(document: JobDocument, cluster: ClusterDocument): void {
  checkToolkit(document);
  checkWritable(document);
  checkReceipt(document);
  checkOutputMetrics(document);
  checkNodeIdentities(document, cluster);
  checkCachesApart(document.spec.mountVolumes, cluster.spec.mountVolumes, "properties.mountVolumes");
}

function queuedJob(ref: JobRef, guid: Guid, spec: JobSpec, cluster: ClusterDocument, now: Date): JobDocument {
  const at = timestamp(now);
  return {
    ...ref,
    guid,
    spec,
    clusterGuid: cluster.guid,
    clusterVmSize: cluster.spec.vmSize,
    clusterVmPriority: cluster.spec.vmPriority,
    ...(cluster.spec.mountVolumes === undefined ? {} : { clusterMounts: cluster.spec.mountVolumes }),
    creationTime: at,
    provisioningState: "creating",
    provisioningStateTransitionTime: at,
    executionState: "queued",
    executionStateTransitionTime: at,
    executionInfo: {},
    attempt: 1,
    losses: { preemptions: 0, resizes: 0, nodeFaults: 0, userRetries: 0 },
  };
}

function checkNodeIdentities({ spec }: JobDocument, { cluster: name, spec: on }: ClusterDocument): void {
  checkIdentities(
    spec.mountVolumes?.azureBlobFileSystems ?? [],
    { name, identities: on.nodeIdentities },
    "properties.mountVolumes.azureBlobFileSystems",
  );
}

/**
 * The job with what it needs of the file servers that it mounts.
 * @throws AppError InvalidRequest when nodes of its cluster cannot reach one of them.
 */
export function mountingJob(
  document: JobDocument,
  cluster: ClusterDocument,
  exports: readonly FileServerExport[],
): JobDocument {
  const subnetId = subnetOf(cluster);
  checkNfsReachable(
    document.spec.mountVolumes,
    { name: cluster.cluster, subnetId },
    "properties.mountVolumes",
  );
  if (exports.length === 0) return document;
  checkReachable(cluster.cluster, subnetId, exports, "properties.mountVolumes.fileServers");
  return { ...document, exports: [...exports] };
}

/**
 * A PUT on an existing job: the same content changes nothing.
 * @throws AppError Conflict when the content differs or the job is being deleted.
 */
export function putJobAgain(document: JobDocument, request: JobRequest): JobDocument {
  if (document.provisioningState === "deleting") {
    throw new AppError("Conflict", `job '${document.job}' is being deleted; create it again afterwards`);
  }
  const asked = specOf(request, new SecretCollector());
  const sameCluster = sameId(parseClusterId(asked.cluster.id), parseClusterId(document.spec.cluster.id));
  if (
    sameCluster &&
    sameContent({ ...compared(asked), cluster: document.spec.cluster }, compared(document.spec))
  )
    return document;
  throw new AppError(
    "Conflict",
    `job '${document.job}' exists with other content; delete it first, or choose another name`,
  );
}

function compared(spec: JobSpec): object {
  const { block, settings } = spec.toolkit;
  return { ...spec, toolkit: { block, settings: toolkitOf(block).canonical(settings) } };
}

function specOf(request: JobRequest, secrets: SecretCollector): JobSpec {
  const { mountVolumes, containerSettings, secrets: asked, ...properties } = request.properties;
  const toolkit = selectToolkit(request.properties);
  checkUnique(
    "inputDirectories",
    properties.inputDirectories.map(({ id }) => id),
  );
  checkUnique(
    "outputDirectories",
    properties.outputDirectories.map(({ id }) => id),
  );
  const names = [...properties.environmentVariables, ...asked].map(({ name }) => name);
  checkUnique("environmentVariables and secrets", names);
  const { cluster, nodeCount, schedulingPriority, jobPreparation, stdOutErrPathPrefix } = properties;
  return {
    cluster: { id: cluster.id },
    nodeCount,
    schedulingPriority,
    ...(jobPreparation === undefined ? {} : { jobPreparation }),
    stdOutErrPathPrefix,
    inputDirectories: properties.inputDirectories,
    outputDirectories: properties.outputDirectories,
    environmentVariables: properties.environmentVariables,
    constraints: properties.constraints,
    ...(properties.retries === undefined ? {} : { retries: properties.retries }),
    ...(properties.spot === undefined ? {} : { spot: spotOf(properties.spot) }),
    ...(properties.receipt === undefined ? {} : { receipt: properties.receipt }),
    ...(properties.outputMetrics === undefined ? {} : { outputMetrics: properties.outputMetrics }),
    toolkit,
    ...(containerSettings === undefined
      ? {}
      : { containerSettings: storeContainerSettings(containerSettings, secrets) }),
    ...(mountVolumes === undefined
      ? {}
      : { mountVolumes: storeMountVolumes(mountVolumes, "mountVolumes", secrets) }),
    secrets: storeSecretVariables(asked, (name) => `secrets.${name}`, secrets),
  };
}

const spotOf = ({ cluster, fallback }: SpotPolicy): SpotPolicy => ({ cluster: { id: cluster.id }, fallback });

/** @throws AppError ToolkitRequired unless exactly one toolkit block is given. */
function selectToolkit(properties: object): JobSpec["toolkit"] {
  const given = toolkits.filter(({ block }) => (properties as Record<string, unknown>)[block] !== undefined);
  const [only, second] = given;
  const known = toolkits.map(({ block }) => block).join(", ");
  if (only === undefined) {
    throw new AppError("ToolkitRequired", `properties: no toolkit block is given; add one of: ${known}`, {
      target: "properties",
    });
  }
  if (second !== undefined) {
    const names = given.map(({ block }) => block).join(" and ");
    throw new AppError("ToolkitRequired", `properties: ${names} are both given; keep exactly one`, {
      target: "properties",
    });
  }
  return {
    block: only.block,
    settings: (properties as Record<string, Record<string, unknown>>)[only.block] ?? {},
  };
}

function checkUnique(field: string, names: readonly string[]): void {
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice === undefined) return;
  throw new AppError("InvalidRequest", `properties.${field}: '${twice}' is given twice; keep one`, {
    target: `properties.${field}`,
  });
}

/** Facts that toolkits plan with. */
export function toolkitContext(job: JobDocument): ToolkitContext {
  return {
    nodeCount: job.spec.nodeCount,
    gpusPerNode: gpusOf(job.clusterVmSize),
    hasInfiniBand: hasInfiniBand(job.clusterVmSize),
    rendezvousPort: rendezvousPort(job.guid, job.attempt),
    hasSharedTemp: hasSharedTemp(job),
  };
}

function checkToolkit(job: JobDocument): void {
  const { block, settings } = job.spec.toolkit;
  const problem = toolkitOf(block).validate(settings, toolkitContext(job));
  if (problem === undefined) return;
  throw new AppError("InvalidRequest", `properties.${block}.${problem}`, { target: `properties.${block}` });
}

/**
 * The job may go on on the nodes of the cluster that its spot policy names.
 * @throws AppError InvalidRequest, InvalidState, NodeCountTooLarge
 */
export function checkFallback(job: JobDocument, home: ClusterDocument, sibling: ClusterDocument): void {
  checkSibling(home, sibling, job.spec.nodeCount);
  checkNodeIdentities(job, sibling);
  const there = { name: sibling.cluster, subnetId: subnetOf(sibling) };
  checkNfsReachable(job.spec.mountVolumes, there, "properties.mountVolumes");
  checkToolkit({ ...job, clusterVmSize: sibling.spec.vmSize });
}

function checkCluster(
  { cluster: { id }, nodeCount }: Pick<JobSpec, "cluster" | "nodeCount">,
  cluster: ClusterDocument,
): void {
  if (!sameId(parseClusterId(id), refOf(cluster)))
    throw new Error(`The job was given cluster '${cluster.cluster}' for '${id}'`);
  if (cluster.provisioningState === "deleting" || cluster.provisioningState === "failed") {
    throw new AppError(
      "InvalidState",
      `properties.cluster.id: cluster '${cluster.cluster}' is ${cluster.provisioningState}; use another cluster`,
      { target: "properties.cluster.id" },
    );
  }
  const most = largestSize(cluster);
  if (nodeCount > most) {
    throw new AppError(
      "NodeCountTooLarge",
      `properties.nodeCount: the job asks for ${nodeCount} nodes; cluster '${cluster.cluster}' has at most ${most}. ` +
        `Lower nodeCount, or run: az batchai cluster resize -n ${cluster.cluster} -t ${nodeCount}`,
      { target: "properties.nodeCount" },
    );
  }
}

/** The job is known to Batch. */
export function acceptedJob(job: JobDocument, now: Date): JobDocument {
  if (job.provisioningState !== "creating") return job;
  return { ...job, provisioningState: "succeeded", provisioningStateTransitionTime: timestamp(now) };
}

export function startedJob(job: JobDocument, startTime: Date, now: Date): JobDocument {
  if (job.executionState !== "queued") return job;
  return moved(job, "running", now, { startTime: timestamp(startTime) });
}

/** How often Batch started the run's task anew without that being known here: between two looks, or while nobody looked. */
export function uncountedRequeues(job: JobDocument, requeueCount: number): number {
  return Math.max(0, requeueCount - (job.requeues ?? 0));
}

/**
 * Batch lost the node of a run and started, or will start, the same task again by itself: the run keeps its number, the losses
 * are counted. @param times at least so often.
 */
export function requeuedRun(job: JobDocument, requeueCount: number, times: number, now: Date): JobDocument {
  if (isFinished(job.executionState)) return job;
  const lost = Math.max(times, uncountedRequeues(job, requeueCount));
  const counted = lost === 0 ? job : withLostStarts(job, lost, now);
  const back = job.executionState === "running" ? moved(counted, "queued", now, {}) : counted;
  const losses = { ...job.losses, preemptions: job.losses.preemptions + lost };
  return { ...back, losses };
}

/** A run that waits in Batch is taken back: its nodes were lost or taken away, or it never had them. */
export function returnedRun(
  job: JobDocument,
  { hadStarted, requeueCount }: { readonly hadStarted: boolean; readonly requeueCount: number },
  now: Date,
): JobDocument {
  if (isFinished(job.executionState)) return job;
  const lost = hadStarted
    ? requeuedRun(job, requeueCount, 1, now)
    : withEndedAttempt(job, { cause: "withdrawn", endTime: timestamp(now) });
  const back = lost.executionState === "queued" ? lost : moved(lost, "queued", now, {});
  return nextRun(back, back.losses);
}

function nextRun(job: JobDocument, losses: LossCounters): JobDocument {
  const { requeues: _, nodes: __, rehearsal: ___, ...queued } = job;
  return { ...queued, executionInfo: {}, attempt: job.attempt + 1, losses };
}

/** @throws AppError InvalidState unless the job runs. */
export function rehearsedJob(job: JobDocument, now: Date): JobDocument {
  if (job.executionState !== "running" || job.provisioningState === "deleting")
    throw new AppError(
      "InvalidState",
      `job '${job.job}' is ${job.provisioningState === "deleting" ? "being deleted" : job.executionState}: an eviction is rehearsed with a job that runs`,
    );
  if (job.rehearsal?.attempt === job.attempt) return job;
  return { ...job, rehearsal: { attempt: job.attempt, at: timestamp(now) } };
}

/** @throws AppError InvalidState when the job is finished; ask `isFinished` first. */
export function terminatingJob(job: JobDocument, now: Date): JobDocument {
  return job.executionState === "terminating" ? job : moved(job, "terminating", now, job.executionInfo);
}

/** Finishes the job or sends it back to the queue. A finished job always has both times, a failed one always errors. */
export function endedRun(
  job: JobDocument,
  outcome: Outcome,
  times: { readonly startTime?: Date | undefined; readonly endTime?: Date | undefined },
  now: Date,
): JobDocument {
  if (isFinished(job.executionState)) return job;
  const endTime = timestamp(times.endTime ?? now);
  const begun = times.startTime === undefined ? job.executionInfo.startTime : timestamp(times.startTime);
  const { exitCode } = outcome;
  const end = { cause: causeOf(outcome), startTime: begun, endTime, exitCode };
  // What ends while it waits for nodes was no attempt.
  const ended = begun === undefined && outcome.kind !== "retry" ? job : withEndedAttempt(job, end);
  if (outcome.kind === "retry")
    return nextRun(job.executionState === "queued" ? ended : moved(ended, "queued", now, {}), outcome.losses);
  const startTime = begun ?? endTime;
  const info: ExecutionInfo = {
    startTime,
    endTime,
    ...(exitCode === undefined ? {} : { exitCode }),
    ...(outcome.kind === "failed" ? { errors: [...outcome.errors] } : {}),
  };
  return acceptedJob(moved(ended, outcome.kind, now, info), now);
}

/** Links to the job's output are handed out: until it has ended, whoever has them may be following it. */
export function outputReadJob(job: JobDocument): JobDocument {
  return job.outputRead === true || isFinished(job.executionState) ? job : { ...job, outputRead: true };
}

function moved(
  job: JobDocument,
  to: JobDocument["executionState"],
  now: Date,
  info: ExecutionInfo,
): JobDocument {
  return {
    ...job,
    executionState: nextExecutionState(job.executionState, to, job.job),
    executionStateTransitionTime: timestamp(now),
    executionInfo: info,
  };
}
