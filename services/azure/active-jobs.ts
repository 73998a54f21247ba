// The jobs of a cluster over a DocumentStore, one partition per cluster. Rows: `job|0|guid` for runs that were handed over,
// `job|1|priority|time|guid` for the queue in its order, `job|2|guid` for what is being submitted, `known|guid` for every
// job that exists. Moves between the first three are transactions, so that a job is in one of them.
import { z } from "zod";
import type { ActiveEntry, ActiveJob, ActiveJobs, ActiveRun, QueuePlace } from "../active-jobs.ts";
import type { DocumentStore, DocumentWrite, StoredDocument } from "../documents.ts";
import { activePartition } from "./state-keys.ts";

const JobRef = z.object({
  kind: z.literal("job"),
  subscriptionId: z.string(),
  resourceGroup: z.string(),
  workspace: z.string(),
  experiment: z.string(),
  job: z.string(),
});
const Waiting = z.object({
  jobGuid: z.string(),
  ref: JobRef,
  priority: z.enum(["low", "normal", "high"]),
  nodeCount: z.int(),
  attempt: z.int(),
  since: z.string(),
});
const Run = Waiting.extend({ phase: z.enum(["holding", "ended"]), at: z.string() });

const all = "job|";
const runs = "job|0|";
const queue = "job|1|";
const announced = "job|2|";
const known = "known|";
const rank = { high: 0, normal: 1, low: 2 } as const;
const mostPerPage = 1_000;
/** "Performing entity group transactions": at most so many entities. */
const mostPerCommit = 100;

const runRow = (jobGuid: string) => `${runs}${jobGuid}`;
const announcedRow = (jobGuid: string) => `${announced}${jobGuid}`;
const queueRow = ({ jobGuid, priority, since }: QueuePlace) =>
  `${queue}${rank[priority]}|${since}|${jobGuid}`;

export function activeJobs(store: DocumentStore): ActiveJobs {
  const page = (clusterGuid: string, prefix: string, size: number, continuation?: string) =>
    store.page({ partition: activePartition(clusterGuid), prefix, size, continuation });
  const removeRow = (clusterGuid: string, row: string) =>
    store.remove({ partition: activePartition(clusterGuid), row }, "*");
  return {
    async announce(clusterGuid, job) {
      await store.commit(activePartition(clusterGuid), [
        { kind: "put", row: announcedRow(job.jobGuid), value: waitingOf(job) },
        { kind: "put", row: `${known}${job.jobGuid}`, value: {} },
      ]);
    },
    async add(clusterGuid, job) {
      await store.commit(activePartition(clusterGuid), [
        { kind: "remove", row: announcedRow(job.jobGuid) },
        { kind: "put", row: queueRow(job), value: waitingOf(job) },
      ]);
    },
    async look(clusterGuid) {
      // Runs sort before the queue, and are never more than a page: they are bounded by the cluster's nodes.
      const { documents } = await page(clusterGuid, all, mostPerPage);
      return {
        runs: documents.filter(({ row }) => row.startsWith(runs)).map(toRun),
        waiting: documents
          .filter(({ row }) => row.startsWith(queue))
          .map(({ value }) => Waiting.parse(value)),
      };
    },
    async handOver(clusterGuid, jobs, at) {
      const moves = jobs.map((job) => ({
        job,
        writes: [
          { kind: "remove", row: queueRow(job) },
          { kind: "insert", row: runRow(job.jobGuid), value: { ...waitingOf(job), phase: "holding", at } },
        ] satisfies DocumentWrite[],
      }));
      return (await inBulk(store, clusterGuid, moves)).map(({ job }) => job);
    },
    async release(clusterGuid, ended) {
      const moves = ended.map(({ etag, at, ...job }) => ({
        writes: [
          {
            kind: "replace",
            row: runRow(job.jobGuid),
            etag,
            value: { ...waitingOf(job), phase: "ended", at },
          },
        ] satisfies DocumentWrite[],
      }));
      await inBulk(store, clusterGuid, moves);
    },
    async requeue(clusterGuid, job) {
      const back: DocumentWrite = { kind: "put", row: queueRow(job), value: waitingOf(job) };
      const partition = activePartition(clusterGuid);
      const moved = await store.commit(partition, [{ kind: "remove", row: runRow(job.jobGuid) }, back]);
      if (moved === "conflict") await store.commit(partition, [back]);
    },
    async keep(clusterGuid, job, at) {
      const value = { ...waitingOf(job), phase: "ended", at };
      const kept: DocumentWrite = { kind: "insert", row: runRow(job.jobGuid), value };
      const partition = activePartition(clusterGuid);
      const moved = await store.commit(partition, [{ kind: "remove", row: queueRow(job) }, kept]);
      if (moved === "conflict") await store.commit(partition, [kept]);
    },
    async remove(clusterGuid, job) {
      for (const row of [runRow(job.jobGuid), queueRow(job), announcedRow(job.jobGuid)])
        if ((await removeRow(clusterGuid, row)) === "removed") return;
    },
    async list(clusterGuid) {
      const jobs: ActiveEntry[] = [];
      let continuation: string | undefined;
      do {
        const found = await page(clusterGuid, all, mostPerPage, continuation);
        jobs.push(
          ...found.documents.map(({ row, value }) => ({
            ...Waiting.parse(value),
            announced: row.startsWith(announced),
          })),
        );
        continuation = found.continuation;
      } while (continuation !== undefined);
      return jobs;
    },
    async forget(clusterGuid, jobGuid) {
      await removeRow(clusterGuid, `${known}${jobGuid}`);
    },
    async unreferenced(clusterGuid) {
      const first = await page(clusterGuid, known, 1);
      return first.documents.length === 0 && first.continuation === undefined;
    },
  };
}

function toRun({ value, etag }: StoredDocument): ActiveRun {
  return { ...Run.parse(value), etag };
}

/** The row's own members: what is handed in may carry more. */
function waitingOf({ jobGuid, ref, priority, nodeCount, attempt, since }: ActiveJob): ActiveJob {
  return { jobGuid, ref, priority, nodeCount, attempt, since };
}

/** Makes many small moves in few transactions; where one of them is refused, each by itself. @returns the moves made. */
async function inBulk<Move extends { readonly writes: readonly DocumentWrite[] }>(
  store: DocumentStore,
  clusterGuid: string,
  moves: readonly Move[],
): Promise<readonly Move[]> {
  const partition = activePartition(clusterGuid);
  const perMove = moves[0]?.writes.length ?? 1;
  const perCommit = Math.floor(mostPerCommit / perMove);
  const made: Move[] = [];
  for (let start = 0; start < moves.length; start += perCommit) {
    const some = moves.slice(start, start + perCommit);
    const together = await store.commit(
      partition,
      some.flatMap(({ writes }) => writes),
    );
    if (together === "committed") made.push(...some);
    else if (some.length > 1)
      for (const move of some)
        if ((await store.commit(partition, move.writes)) === "committed") made.push(move);
  }
  return made;
}
