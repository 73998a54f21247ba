// Finds what was made for a cluster or job that does not exist any more, reports it, and removes it where that is safe. A
// crash at a bad moment, or somebody's hand in the Batch account, leaves such things. Invariants: what is there is listed
// before the documents are read, and what is young is left alone, so that nothing is taken for an orphan whose document is
// only being written; what somebody else made in the same account is not touched.
import { experimentFolder } from "../../application/tracking/artifact-homes.ts";
import type { ClusterDocument } from "../../domain/cluster/schema.ts";
import { isFinished } from "../../domain/job/machine.ts";
import { priorities } from "../../domain/job/priorities.ts";
import type { JobDocument } from "../../domain/job/schema.ts";
import { release } from "../../domain/usage/quota.ts";
import { batchJobId, clusterOfName, jobOfTask } from "../../services/batch-names.ts";
import type { ReservationBook } from "../../services/reservations.ts";
import type { Services } from "../../services/services.ts";
import { everyResource } from "../lib/every-resource.ts";
import { isRecorded, removeEndedTasks } from "./ended-tasks.ts";

interface Thing {
  readonly kind:
    | "pool"
    | "batchJob"
    | "fileServer"
    | "task"
    | "stagedFiles"
    | "secrets"
    | "sweepRecord"
    | "artifacts"
    | "clusterClaim"
    | "jobClaim";
  readonly id: string;
  /** ISO 8601. */
  readonly madeAt: string;
  belongs(living: Living): boolean;
  /** Absent: it cannot be told whether it is ours. */
  readonly remove?: () => Promise<void>;
}

interface Living {
  readonly clusters: ReadonlyMap<string, ClusterDocument>;
  readonly jobs: ReadonlyMap<string, JobDocument>;
  /** GUIDs: their templates are secrets. */
  readonly sweeps: ReadonlySet<string>;
  /** GUIDs of clusters, there or not, whose keys a job still needs. */
  readonly mentioned: ReadonlySet<string>;
  /** GUIDs. */
  readonly triggers: ReadonlySet<string>;
  /** GUIDs. */
  readonly fileServers: ReadonlySet<string>;
  /** Folders of their artifacts. */
  readonly experiments: ReadonlySet<string>;
}

export async function removeOrphans(services: Services): Promise<void> {
  const things = (
    await Promise.all([
      pools(services),
      batchJobs(services),
      fileServers(services),
      staged(services),
      secrets(services),
      sweepRecords(services),
      artifacts(services),
      claims("clusterClaim", services.reservations.clusters, ({ clusters }, guid) => clusters.has(guid)),
      claims("jobClaim", services.reservations.jobs, ({ jobs }, guid) => isUnfinished(jobs.get(guid))),
    ])
  ).flat();
  const living = await findLiving(services);
  const all = [...things, ...(await tasks(services, living))];
  for (const thing of all) {
    const age = services.clock.now() - Date.parse(thing.madeAt);
    if (thing.belongs(living) || !(age >= services.settings.orphanGraceMs)) continue;
    const { kind, id, madeAt } = thing;
    services.logger.warn("orphan.found", { kind, id, madeAt, removed: thing.remove !== undefined });
    await thing.remove?.();
  }
}

const isUnfinished = (job: JobDocument | undefined) =>
  job !== undefined && (!isFinished(job.executionState) || job.provisioningState === "deleting");

async function findLiving(services: Services): Promise<Living> {
  const clusters = new Map<string, ClusterDocument>();
  const jobs = new Map<string, JobDocument>();
  const others = { sweep: new Set<string>(), trigger: new Set<string>(), fileServer: new Set<string>() };
  const experiments = new Set<string>();
  const kinds = ["cluster", "experiment", "fileServer", "job", "sweep", "trigger"] as const;
  for await (const document of everyResource(services, kinds))
    if (document.kind === "cluster") clusters.set(document.guid, document);
    else if (document.kind === "experiment") experiments.add(experimentFolder(document));
    else if (document.kind === "job") jobs.set(document.guid, document);
    else others[document.kind].add(document.guid);
  return {
    clusters,
    jobs,
    sweeps: others.sweep,
    triggers: others.trigger,
    fileServers: others.fileServer,
    experiments,
    mentioned: new Set([...jobs.values()].map(({ clusterGuid }) => clusterGuid)),
  };
}

/** What carries no owner's mark was made by an older version, or by hand: it is reported only. */
function ofCluster(
  services: Services,
  kind: Thing["kind"],
  {
    id,
    owner,
    createdAt,
  }: { readonly id: string; readonly owner?: string | undefined; readonly createdAt: string },
  remove: () => Promise<void>,
): readonly Thing[] {
  const cluster = clusterOfName(id);
  if (cluster === undefined || (owner !== undefined && owner !== services.settings.owner)) return [];
  const belongs = ({ clusters }: Living) => clusters.has(cluster);
  const thing = { kind, id, madeAt: createdAt, belongs };
  return [owner === undefined ? thing : { ...thing, remove }];
}

async function pools(services: Services): Promise<readonly Thing[]> {
  const found = await services.pools.list();
  return found.flatMap(({ poolId: id, owner, createdAt }) =>
    ofCluster(services, "pool", { id, owner, createdAt }, () => services.pools.remove(id)),
  );
}

async function batchJobs(services: Services): Promise<readonly Thing[]> {
  const found = await services.batch.jobs();
  return found.flatMap((job) => ofCluster(services, "batchJob", job, () => services.batch.deleteJob(job.id)));
}

/** The machine costs money whether anybody knows of it or not. */
async function fileServers(services: Services): Promise<readonly Thing[]> {
  // A deployment may have no right to machines, or be older than they are: everything else is looked after all the same.
  const found = await services.fileServers.list().catch((error: unknown) => {
    services.logger.warn("orphan.machinesNotListed", { message: String(error) });
    return [];
  });
  return found
    .filter(({ owner }) => owner === services.settings.owner)
    .map(({ guid, createdAt: madeAt }) => ({
      kind: "fileServer",
      id: guid,
      madeAt,
      belongs: (living) => living.fileServers.has(guid),
      remove: async () => void (await services.fileServers.remove(guid)),
    }));
}

/** Tasks of clusters that live: of a job that is gone, or of an earlier run that was never ended. Recorded ones go on the way. */
async function tasks(services: Services, living: Living): Promise<readonly Thing[]> {
  const found: Thing[] = [];
  for (const cluster of living.clusters.keys())
    for (const priority of priorities) {
      const batchJob = batchJobId(cluster, priority);
      const all = (await services.batch.changedTasks(batchJob)) ?? [];
      const recorded = all.filter((task) => isRecorded(task, living.jobs));
      await removeEndedTasks(services, batchJob, recorded);
      for (const { id, state, stateTransitionTime } of all) {
        const run = jobOfTask(id);
        if (run === undefined) continue;
        found.push({
          kind: "task",
          id,
          madeAt: stateTransitionTime,
          belongs({ jobs }) {
            const job = jobs.get(run.jobGuid);
            return job !== undefined && (state === "completed" || job.attempt === run.attempt);
          },
          remove: () => services.batch.deleteTask(batchJob, id),
        });
      }
    }
  return found;
}

/** One thing per folder `jobs/{guid}/` or `clusters/{guid}/`, as young as its youngest file; others are shared by all. */
async function staged(services: Services): Promise<readonly Thing[]> {
  const folders = new Map<string, string>();
  for (const { path, modifiedAt } of await services.staging.list("")) {
    const folder = /^(?:jobs|clusters)\/[^/]+/.exec(path)?.[0];
    if (folder === undefined) continue;
    const before = folders.get(folder);
    if (before === undefined || before < modifiedAt) folders.set(folder, modifiedAt);
  }
  return [...folders].map(([folder, madeAt]) => {
    const [kind, guid = ""] = folder.split("/");
    return {
      kind: "stagedFiles",
      id: folder,
      madeAt,
      belongs: ({ clusters, jobs }) => (kind === "jobs" ? isUnfinished(jobs.get(guid)) : clusters.has(guid)),
      remove: () => services.staging.removeAll(`${folder}/`),
    };
  });
}

async function secrets(services: Services): Promise<readonly Thing[]> {
  const found = await services.secrets.owners();
  return found.map(({ owner, modifiedAt }) => ({
    kind: "secrets",
    id: owner,
    madeAt: modifiedAt,
    belongs: ({ clusters, jobs, sweeps, mentioned, triggers, fileServers: servers }) =>
      [clusters, jobs, sweeps, mentioned, triggers, servers].some((owners) => owners.has(owner)),
    remove: () => services.secrets.remove(owner),
  }));
}

/** An import writes the record before the document, and may be cut off in between. */
async function sweepRecords(services: Services): Promise<readonly Thing[]> {
  const found = await services.sweepRecords.owners();
  return found.map(({ sweepGuid, modifiedAt }) => ({
    kind: "sweepRecord",
    id: sweepGuid,
    madeAt: modifiedAt,
    belongs: ({ sweeps }) => sweeps.has(sweepGuid),
    remove: () => services.sweepRecords.remove(sweepGuid),
  }));
}

/** Of an experiment that was deleted while something was written to it. */
async function artifacts(services: Services): Promise<readonly Thing[]> {
  const found = await services.artifacts.folders();
  return found.map(({ folder, modifiedAt: madeAt }) => ({
    kind: "artifacts",
    id: folder,
    madeAt,
    belongs: ({ experiments }) => experiments.has(folder),
    remove: () => services.artifacts.remove(folder),
  }));
}

async function claims<Held extends { readonly since: string }>(
  kind: Thing["kind"],
  book: ReservationBook<Held>,
  belongs: (living: Living, guid: string) => boolean,
): Promise<readonly Thing[]> {
  return Object.entries(await book.read()).map(([guid, { since }]) => ({
    kind,
    id: guid,
    madeAt: since,
    belongs: (living) => belongs(living, guid),
    remove: () => book.update((held) => ({ claims: release(held, guid), result: undefined })),
  }));
}
