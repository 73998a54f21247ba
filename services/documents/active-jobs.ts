// The jobs of a cluster over a DocumentStore, one partition per cluster. Rows: `job|0|guid` for runs that were dispatched,
// `job|1|priority|time|guid` for the queue in its order, `job|2|guid` for what is being submitted, `known|guid` for every
// job that exists. Moves between the first three are transactions, so that a job is in one of them.
import { z } from "zod";
import { Priority } from "../../domain/job/priority.ts";
import { refShape } from "../../domain/shared/resource-id.ts";
import type { ActiveEntry, ActiveJob, ActiveJobs, ActiveRun, QueuePlace } from "../active-jobs.ts";
import type { DocumentStore, DocumentWrite, Etags, StoredDocument } from "../documents.ts";
import { allRows } from "./all-rows.ts";
import { activePartition } from "./state-keys.ts";

const Waiting = z.object({
  jobGuid: z.string(),
  ref: z.object(refShape("job")),
  priority: Priority,
  nodeCount: z.int(),
  attempt: z.int(),
  since: z.string(),
  policyChecks: z.enum(["waiting", "always"]).exactOptional(),
});
const Run = Waiting.extend({ phase: z.enum(["submitting", "holding", "ended"]), at: z.string() });

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
  return { ...moves(store), ...readings(store), ...removals(store) };
}

function moves(
  store: DocumentStore,
): Pick<ActiveJobs, "announce" | "add" | "dispatch" | "submitted" | "release" | "requeue" | "keep"> {
  const commit = (clusterGuid: string, ...writes: DocumentWrite[]) =>
    store.commit(activePartition(clusterGuid), writes);
  return {
    async announce(clusterGuid, job) {
      await commit(
        clusterGuid,
        { kind: "put", row: announcedRow(job.jobGuid), value: waitingOf(job) },
        { kind: "put", row: `${known}${job.jobGuid}`, value: {} },
      );
    },
    async add(clusterGuid, job) {
      await commit(
        clusterGuid,
        { kind: "remove", row: announcedRow(job.jobGuid) },
        { kind: "put", row: queueRow(job), value: waitingOf(job) },
      );
    },
    async dispatch(clusterGuid, jobs, at) {
      const made = await inBulk(
        store,
        clusterGuid,
        jobs.map((job) => ({
          run: { ...waitingOf(job), phase: "submitting" as const, at },
          writes: [
            { kind: "remove", row: queueRow(job) },
            {
              kind: "insert",
              row: runRow(job.jobGuid),
              value: { ...waitingOf(job), phase: "submitting", at },
            },
          ],
        })),
      );
      return made.map(({ run, etags }) => ({ ...run, etag: etags.get(runRow(run.jobGuid)) ?? "" }));
    },
    async submitted(clusterGuid, runs) {
      await moveRuns(store, clusterGuid, runs, "holding");
    },
    async release(clusterGuid, ended) {
      await moveRuns(store, clusterGuid, ended, "ended");
    },
    async requeue(clusterGuid, job) {
      const back: DocumentWrite = { kind: "put", row: queueRow(job), value: waitingOf(job) };
      const moved = await commit(clusterGuid, { kind: "remove", row: runRow(job.jobGuid) }, back);
      if (moved === "conflict") await commit(clusterGuid, back);
    },
    async keep(clusterGuid, job, at) {
      const value = { ...waitingOf(job), phase: "ended", at };
      const kept: DocumentWrite = { kind: "insert", row: runRow(job.jobGuid), value };
      // Out of wherever it is, so that whoever is still creating it has nothing left to put into the queue.
      for (const row of [announcedRow(job.jobGuid), queueRow(job)])
        if ((await commit(clusterGuid, { kind: "remove", row }, kept)) !== "conflict") return "kept";
      if ((await commit(clusterGuid, kept)) !== "conflict") return "kept";
      const found = await store.get({ partition: activePartition(clusterGuid), row: runRow(job.jobGuid) });
      return found !== undefined && toRun(found).phase === "submitting" ? "submitting" : "kept";
    },
  };
}

function readings(store: DocumentStore): Pick<ActiveJobs, "read" | "runs" | "list" | "unreferenced"> {
  const everyRow = (clusterGuid: string, prefix: string) =>
    allRows(store, { partition: activePartition(clusterGuid), prefix, size: mostPerPage });
  return {
    async read(clusterGuid, first) {
      // Runs sort before the queue, and there are hardly more of them than jobs asked for: mostly one page.
      const partition = activePartition(clusterGuid);
      const range = {
        partition,
        prefix: all,
        from: runs,
        before: announced,
        size: Math.min(2 * first, mostPerPage),
      };
      const found: StoredDocument[] = [];
      let continuation: string | undefined;
      do {
        const next = await store.page({ ...range, continuation });
        found.push(...next.documents);
        continuation = next.continuation;
      } while (continuation !== undefined && found.filter(isWaiting).length < first);
      return {
        runs: found.filter((row) => !isWaiting(row)).map(toRun),
        waiting: found
          .filter(isWaiting)
          .slice(0, first)
          .map(({ value }) => Waiting.parse(value)),
      };
    },
    runs: async (clusterGuid) => (await everyRow(clusterGuid, runs)).map(toRun),
    async list(clusterGuid) {
      const rows = await everyRow(clusterGuid, all);
      return rows.map(({ row, value }): ActiveEntry => ({
        ...Waiting.parse(value),
        announced: row.startsWith(announced),
      }));
    },
    async unreferenced(clusterGuid) {
      const first = await store.page({ partition: activePartition(clusterGuid), prefix: known, size: 1 });
      return first.documents.length === 0 && first.continuation === undefined;
    },
  };
}

function removals(store: DocumentStore): Pick<ActiveJobs, "remove" | "removeRuns" | "forget"> {
  const removeRow = (clusterGuid: string, row: string) =>
    store.remove({ partition: activePartition(clusterGuid), row }, "*");
  return {
    async remove(clusterGuid, job) {
      // It is most often in the first; a job that moves on meanwhile, always in this direction, is met once more.
      const run = runRow(job.jobGuid);
      for (const row of [run, announcedRow(job.jobGuid), queueRow(job), run])
        if ((await removeRow(clusterGuid, row)) === "removed") return;
    },
    async removeRuns(clusterGuid, ended) {
      const removed = ended.map(({ jobGuid }): Move => ({
        writes: [{ kind: "remove", row: runRow(jobGuid) }],
      }));
      await inBulk(store, clusterGuid, removed);
    },
    async forget(clusterGuid, jobGuids) {
      const forgotten = jobGuids.map((jobGuid): Move => ({
        writes: [{ kind: "remove", row: `${known}${jobGuid}` }],
      }));
      await inBulk(store, clusterGuid, forgotten);
    },
  };
}

function isWaiting({ row }: StoredDocument): boolean {
  return row.startsWith(queue);
}

function toRun({ value, etag }: StoredDocument): ActiveRun {
  return { ...Run.parse(value), etag };
}

/** The row's own members: what is handed in may carry more. */
function waitingOf({
  jobGuid,
  ref,
  priority,
  nodeCount,
  attempt,
  since,
  policyChecks,
}: ActiveJob): ActiveJob {
  return {
    jobGuid,
    ref,
    priority,
    nodeCount,
    attempt,
    since,
    ...(policyChecks === undefined ? {} : { policyChecks }),
  };
}

interface Move {
  readonly writes: readonly DocumentWrite[];
}

/** Runs that somebody else changed meanwhile stay as they are. */
async function moveRuns(
  store: DocumentStore,
  clusterGuid: string,
  runs: readonly ActiveRun[],
  phase: ActiveRun["phase"],
): Promise<void> {
  const changes = runs.map(({ etag, at, ...job }): Move => {
    const value = { ...waitingOf(job), phase, at };
    return { writes: [{ kind: "replace", row: runRow(job.jobGuid), etag, value }] };
  });
  await inBulk(store, clusterGuid, changes);
}

/** Makes many small moves in few transactions; where one of them is refused, each by itself. @returns the moves made. */
async function inBulk<Of extends Move>(
  store: DocumentStore,
  clusterGuid: string,
  moves: readonly Of[],
): Promise<readonly (Of & { readonly etags: Etags })[]> {
  const partition = activePartition(clusterGuid);
  const perMove = moves[0]?.writes.length ?? 1;
  const perCommit = Math.floor(mostPerCommit / perMove);
  const made: (Of & { readonly etags: Etags })[] = [];
  for (let start = 0; start < moves.length; start += perCommit) {
    const some = moves.slice(start, start + perCommit);
    const together = await store.commit(
      partition,
      some.flatMap(({ writes }) => writes),
    );
    if (together !== "conflict") made.push(...some.map((move) => ({ ...move, etags: together })));
    else if (some.length > 1)
      for (const move of some) {
        const etags = await store.commit(partition, move.writes);
        if (etags !== "conflict") made.push({ ...move, etags });
      }
  }
  return made;
}
