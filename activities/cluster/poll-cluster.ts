// One poll of a cluster: node counts and allocation go into its document (written only when they changed), what tasks did
// since the last poll goes into their jobs' documents, and waiting jobs are submitted to free nodes; each for all jobs
// together. Nothing that Batch did not say is concluded. What a poll costs does not depend on how many jobs wait.
import { wakeRuns } from "../../application/runs.ts";
import { service } from "../../application/caller.ts";
import type { OutputOf } from "../../contracts/contract.ts";
import { pollCluster as contract } from "../../contracts/cluster-activities.ts";
import type { ClusterIdentity } from "../../contracts/refs.ts";
import { observeCluster } from "../../domain/cluster/rules.ts";
import type { ClusterObservation } from "../../domain/cluster/rules.ts";
import { autoScaled, poolNodeCount } from "../../domain/cluster/scale.ts";
import type { ClusterDocument } from "../../domain/cluster/schema.ts";
import { formatId } from "../../domain/shared/resource-id.ts";
import { sameContent } from "../../domain/shared/same-content.ts";
import type { ActiveJob, ActiveRun } from "../../services/active-jobs.ts";
import { timestamp } from "../../services/clock.ts";
import type { Services } from "../../services/services.ts";
import { defineActivity } from "../lib/define-activity.ts";
import { currentCluster, updateCluster } from "../lib/documents.ts";
import { dispatchJobs, endUnschedulable } from "./dispatch-jobs.ts";
import { placeJobs } from "./place-jobs.ts";
import { pollTasks } from "./poll-tasks.ts";
import type { PolledTasks } from "./poll-tasks.ts";
import { observeNodes } from "./observe-nodes.ts";
import { recordRuns } from "./record-runs.ts";
import { submitRuns } from "./submit-runs.ts";

export const pollCluster = defineActivity(
  contract,
  async (services, { cluster, seen, audit }): Promise<OutputOf<typeof contract>> => {
    const document = await currentCluster(services, cluster);
    if (document === undefined || document.provisioningState === "deleting") return { kind: "gone" };
    const { waiting, runs } = await services.state.activeJobs.read(cluster.guid, worthReading(document));
    const [nodes, polled] = await Promise.all([
      observeNodes(services, document),
      pollTasks(services, cluster.guid, runs, { seen, audit: audit === true }),
    ]);
    // The nodes of a run that ended are given away while its end is recorded: a node that waits costs more than a poll does.
    const [given] = await Promise.all([
      nodes === undefined ? nothingGiven : giveNodes(services, cluster, nodes, waiting, polled.holding),
      recordRuns(services, cluster.guid, polled.changes),
      goOnWith(services, cluster.guid, runs, { ...polled, audit: audit === true }),
    ]);
    return {
      kind: "polled",
      seen: polled.seen,
      changed: given.changed || polled.changes.length > 0,
      idle: given.idle && polled.holding.length === 0,
      ...(given.rescale ? { rescale: true } : {}),
    };
  },
);

/** What an earlier poll, or a run's own orchestration, was cut off in. */
async function goOnWith(
  services: Services,
  clusterGuid: string,
  runs: readonly ActiveRun[],
  { changes, overdue, audit }: Pick<PolledTasks, "changes" | "overdue"> & { readonly audit: boolean },
): Promise<void> {
  const inPhase = (phase: ActiveRun["phase"]) => runs.filter((run) => run.phase === phase);
  // Batch has the task already: staged once more, its files would outlive an end that is just being recorded.
  const states = new Map(changes.map(({ run, task }) => [run.jobGuid, task.state]));
  const submitting = inPhase("submitting").map((run) => ({ run, state: states.get(run.jobGuid) }));
  const known = submitting.filter(({ state }) => state !== undefined && state !== "completed");
  await services.state.activeJobs.submitted(
    clusterGuid,
    known.map(({ run }) => run),
  );
  const unknown = submitting.filter(({ state }) => state === undefined);
  await submitRuns(
    services,
    clusterGuid,
    unknown.map(({ run }) => run),
  );
  await wakeRuns(services, overdue, { overdue: true });
  if (audit) await wakeRuns(services, inPhase("ended"));
}

interface Given {
  readonly changed: boolean;
  /** Nothing was given away, and no node moves. */
  readonly idle: boolean;
  readonly rescale: boolean;
}
const nothingGiven: Given = { changed: false, idle: false, rescale: false };

/** Notes the nodes and gives those that are free to waiting jobs. */
async function giveNodes(
  services: Services,
  cluster: ClusterIdentity,
  nodes: NonNullable<Awaited<ReturnType<typeof observeNodes>>>,
  queued: readonly ActiveJob[],
  holding: readonly ActiveRun[],
): Promise<Given> {
  const waiting = await placeJobs(services, cluster, {
    waiting: queued,
    holding,
    free: freeNodes(nodes.observation.nodeStateCounts, holding),
  });
  const noted = await note(services, cluster, nodes.observation, [...waiting, ...holding]);
  if (noted.document === undefined) return { ...nothingGiven, changed: noted.changed };
  const { spec, autoScale } = noted.document;
  const rescale =
    spec.scaleSettings.autoScale !== undefined && poolNodeCount(noted.document) !== nodes.targetNodes;
  const growing = rescale || nodes.observation.allocationState === "resizing";
  const dispatched = await dispatchJobs(services, { cluster: noted.document, growing, waiting, holding });
  await endUnschedulable(services, noted.document, waiting);
  return {
    changed: noted.changed || dispatched > 0 || rescale,
    idle:
      dispatched === 0 &&
      nodes.settled &&
      autoScale?.surplusSinceMs === undefined &&
      !rescale &&
      queued.every(({ policyChecks }) => policyChecks === undefined),
    rescale,
  };
}

const freeNodes = (counts: ClusterObservation["nodeStateCounts"], holding: readonly ActiveRun[]) =>
  counts.idleNodeCount + counts.runningNodeCount - holding.reduce((sum, { nodeCount }) => sum + nodeCount, 0);

/** How far into the queue: each job wants a node at least, and what might overtake the head stands close behind it. */
function worthReading({ spec, currentNodeCount }: ClusterDocument): number {
  const { manual, autoScale } = spec.scaleSettings;
  return Math.max(manual?.targetNodeCount ?? 0, autoScale?.maximumNodeCount ?? 0, currentNodeCount) + 50;
}

/** Takes what was seen of the nodes, and what auto scale makes of it, into the cluster's document. */
async function note(
  services: Services,
  cluster: ClusterIdentity,
  observation: ClusterObservation,
  active: readonly ActiveJob[],
): Promise<{ readonly document: ClusterDocument | undefined; readonly changed: boolean }> {
  const now = timestamp(services.clock);
  const runningNodes = observation.nodeStateCounts.runningNodeCount;
  const askedNodes = active.reduce((sum, { nodeCount }) => sum + nodeCount, 0);
  const load = { runningNodes, queuedNodes: Math.max(0, askedNodes - runningNodes) };
  let changed = false;
  const document = await updateCluster(
    services,
    cluster,
    (current) => {
      const observed = observeCluster(current, observation, new Date(now));
      const next = autoScaled(observed, load, new Date(now), services.settings.idleNodeGraceMs);
      changed = !sameContent(next, current);
      return changed ? next : current;
    },
    (before, after) =>
      before.allocationState === after.allocationState && sameContent(before.errors, after.errors)
        ? undefined
        : { time: now, actor: service, cause: "the pool was looked at", link: formatId(cluster.ref) },
  );
  return { document, changed };
}
