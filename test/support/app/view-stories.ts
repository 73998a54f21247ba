// An experiment of few jobs whose rows several processes write and whose views several others keep, in a store that a test can hold up, cut
// off and put back.
import { newExperiment } from "../../../domain/experiment/rules.ts";
import { JobDocument } from "../../../domain/job/schema.ts";
import { refOf } from "../../../domain/shared/resource-id.ts";
import { silentLogger } from "../../../local/logger.ts";
import { seededRandom } from "../../../local/random.ts";
import { everyItem } from "../../../application/every-item.ts";
import { jobsKind, jobText } from "../../../application/views/experiment-jobs.ts";
import { keptViews } from "../../../application/views/kept-views.ts";
import { usualLimits } from "../../../application/views/view-reader.ts";
import type { ViewLimits } from "../../../application/views/view-reader.ts";
import type { DocumentStore } from "../../../services/documents.ts";
import { documentRetention } from "../../../services/documents/document-retention.ts";
import { documentState } from "../../../services/documents/document-state.ts";
import { groupedCommits } from "../../../services/documents/grouped-commits.ts";
import type { State } from "../../../services/state.ts";
import { memoryDocuments } from "./memory-documents.ts";
import { memorySnapshots } from "./memory-snapshots.ts";

export const experiment = {
  kind: "experiment",
  subscriptionId: "00000000-0000-4000-8000-000000000001",
  resourceGroup: "g",
  workspace: "w",
  experiment: "e",
} as const;
export const firstTime = "2026-11-29T04:00:00.000Z";
export const change = { time: firstTime, actor: "test", cause: "made" };

export function jobOf(job: string, guid: string): JobDocument {
  return JobDocument.parse({
    ...experiment,
    kind: "job",
    job,
    guid,
    spec: {
      cluster: {
        id: "/subscriptions/s/resourceGroups/g/providers/Microsoft.BatchAI/workspaces/w/clusters/c",
      },
      nodeCount: 1,
      stdOutErrPathPrefix: "$AZ_BATCHAI_MOUNT_ROOT/logs",
      toolkit: { block: "customToolkitSettings", settings: { commandLine: "python train.py # é" } },
      secrets: [],
    },
    clusterGuid: "c",
    clusterVmSize: "STANDARD_D2S_V3",
    creationTime: firstTime,
    provisioningState: "succeeded",
    provisioningStateTransitionTime: firstTime,
    executionState: "queued",
    executionStateTransitionTime: firstTime,
    executionInfo: {},
    attempt: 1,
    losses: { preemptions: 0, resizes: 0, nodeFaults: 0 },
    tracked: true,
  });
}

export const smallLimits: ViewLimits = { ...usualLimits, changes: 4, snapshotItems: 1, snapshotMs: 1_000 };

export async function viewStory(seed: number, limits: ViewLimits = smallLimits) {
  let now = Date.parse(firstTime);
  const random = seededRandom(seed);
  const draw = (below: number) => random.bytes(4).readUInt32BE(0) % below;
  let documents = memoryDocuments();
  const snapshots = memorySnapshots(() => now);
  /** Of whatever is stored now. */
  const store: DocumentStore = {
    get: (key) => documents.get(key),
    page: (range) => documents.page(range),
    commit: (partition, writes) => documents.commit(partition, writes),
    remove: (key, etag) => documents.remove(key, etag),
    partitions: (prefix) => documents.partitions(prefix),
  };
  const stateOf = (at: DocumentStore, skewMs = 0): State =>
    documentState({ store: at, random, now: () => now + skewMs });
  const viewsIn = () =>
    keptViews(
      jobsKind,
      { followed: stateOf(store).followedJobs, snapshots, clock: { now: () => now } },
      limits,
    );
  const plain = stateOf(store);
  const stored = async () => {
    const found = await plain.experiments.get(experiment);
    if (found === undefined) throw new Error("the experiment is gone");
    return found;
  };
  const create = async () => {
    await plain.experiments.create(experiment, newExperiment(experiment, new Date(now)), change);
  };
  await create();
  return {
    random,
    draw,
    store,
    stateOf,
    viewsIn,
    snapshots,
    plain,
    stored,
    create,
    reads: () => documents.reads(),
    dump: () => documents.dump(),
    now: () => now,
    pass: (ms: number) => void (now += ms),
    /** What a plain reading finds. */
    async read(): Promise<readonly string[]> {
      const texts: string[] = [];
      for await (const job of everyItem((page) => plain.jobs.list(experiment, page)))
        texts.push(jobText(job));
      return texts;
    },
    async look(views: ReturnType<typeof viewsIn>): Promise<readonly string[] | undefined> {
      const view = await views.look(await stored(), silentLogger);
      return view?.keys.map((key) => view.items.get(key)?.text ?? "none");
    },
    /** The experiment goes with its jobs, as deletions do it, and comes again under its name. */
    async replaceExperiment() {
      const of = (await stored()).creationTime;
      const isIt = (found: { readonly creationTime: string }) => found.creationTime === of;
      await plain.experiments.update(experiment, (found) => ({ ...found, provisioningState: "deleting" }));
      const jobs: JobDocument[] = [];
      for await (const job of everyItem((page) => plain.jobs.list(experiment, page))) jobs.push(job);
      await plain.removeJobs(experiment, isIt, jobs, change);
      await plain.forgetChanges(experiment);
      await plain.experiments.remove(experiment, isIt, change);
      await create();
    },
    /** Everything in the table is as it was: `row by row` is how a copy is written back, with new ETags. */
    restore(dumped: string, rowByRow: boolean) {
      documents = memoryDocuments(rowByRow ? withNewEtags(dumped, random.uuid()) : dumped);
    },
    retain: (before: number) => {
      const time = new Date(before).toISOString();
      const retention = documentRetention(documents, experiment.subscriptionId);
      return retention.removeBefore({ time, nodeTime: time, changes: time }, () => true);
    },
  };
}

/** Numbers higher than any before, as those of memory are. */
function withNewEtags(dumped: string, unique: string): string {
  const base = 1_000_000 + (Number.parseInt(unique.slice(0, 6), 16) % 1_000_000) * 10_000;
  let next = base;
  const rows = JSON.parse(dumped) as [string, [string, { text: string; etag: string }][]][];
  return JSON.stringify(
    rows.map(([partition, all]) => [
      partition,
      all.map(([row, { text }]) => [row, { text, etag: `"${(next += 1)}"` }]),
    ]),
  );
}

/** A store whose commits wait until they are let go, in any order; some are cut off before or after they happen. */
export function heldStore(store: DocumentStore, now: () => number) {
  const waiting: (() => Promise<void>)[] = [];
  let isHeld = false;
  let fault: "before" | "after" | "later" | undefined;
  const late: { readonly sentAt: number; readonly commit: () => Promise<unknown> }[] = [];
  const held: DocumentStore = {
    ...store,
    commit: (partition, writes) =>
      new Promise((resolve, reject) => {
        const lost = fault;
        fault = undefined;
        const sentAt = now();
        const settle = async () => {
          if (lost === "later") late.push({ sentAt, commit: () => store.commit(partition, writes) });
          if (lost === "after") await store.commit(partition, writes);
          if (lost !== undefined) return reject(new Error("the answer got lost"));
          store.commit(partition, writes).then(resolve, reject);
        };
        if (isHeld) waiting.push(settle);
        else void settle();
      }),
  };
  return {
    store: groupedCommits(held),
    hold: () => void (isHeld = true),
    /** Lets one go that waits. */
    async letGo(pick: number) {
      const [one] = waiting.length === 0 ? [] : waiting.splice(pick % waiting.length, 1);
      await one?.();
    },
    async letAllGo() {
      isHeld = false;
      while (waiting.length > 0) await waiting.shift()?.();
    },
    /** What becomes of the next commit. */
    lose: (how: "before" | "after" | "later") => void (fault = how),
    /** What was lost on the way arrives after all, or never. */
    async arrive() {
      for (const { sentAt, commit } of late.splice(0)) if (now() - sentAt < 9 * 60_000) await commit();
    },
  };
}

export const refOfJob = (job: JobDocument) => refOf<"job">(job);
