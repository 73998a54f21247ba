// Runs and models over a DocumentStore: the runs of an experiment in one partition, so that a search is one range, those of a job
// together; the models of a workspace in one, because their ids say no more.
import type { z } from "zod";
import type { ExperimentRef } from "../../domain/shared/resource-id.ts";
import { ModelRecord, storedModel } from "../../domain/tracking/model.ts";
import { RunRecord, storedRun } from "../../domain/tracking/run.ts";
import type { DocumentStore, DocumentWrite } from "../documents.ts";
import type { RunPlace, Runs, Stored } from "../runs.ts";
import { allRows } from "./all-rows.ts";
import type { FollowedDocuments } from "../changes.ts";
import type { Random } from "../clock.ts";
import { inLanes } from "../in-lanes.ts";
import { changeLog } from "./change-log.ts";
import type { ChangeLog } from "./change-log.ts";
import { removeBelow, removeRows } from "./remove-rows.ts";
import { modelPartition, runPartition } from "./state-keys.ts";

const pageSize = 1000;
const allRuns = "run|";
const allModels = "model|";
const modelRow = (id: string) => `${allModels}${id}`;

const runsOf = (jobGuid: string | undefined) =>
  jobGuid === undefined ? allRuns : `${allRuns}job|${jobGuid}|`;

function rowOf({ jobGuid, unique }: RunPlace): string {
  return jobGuid === undefined ? `${allRuns}free|${unique ?? ""}` : `${runsOf(jobGuid)}${unique ?? ""}`;
}

export function documentRuns(context: {
  readonly store: DocumentStore;
  readonly random: Random;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}): Runs {
  const { store } = context;
  const changes = changeLog(context);
  return {
    get: (place) => read(store, runPartition(place.experiment), rowOf(place), RunRecord),
    async write(place, run, etag) {
      const row = rowOf(place);
      const written = await changes.commit(changesIn(place.experiment), row, [
        writeOf(row, storedRun(run), etag),
      ]);
      return written === "conflict" ? "conflict" : "written";
    },
    followed: followedRuns(store, changes),
    list: async (experiment, jobGuid) =>
      (await rowsOf(store, runPartition(experiment), runsOf(jobGuid))).map(({ value }) =>
        RunRecord.parse(value),
      ),
    async remove(experiment, jobGuid) {
      const partition = runPartition(experiment);
      if (jobGuid === undefined) {
        await removeBelow(store, partition, allRuns);
        return changes.forget(changesIn(experiment));
      }
      const theirs = await rowsOf(store, partition, runsOf(jobGuid));
      // A conflict: it is gone already.
      await inLanes(theirs, ({ row }) =>
        changes.commit(changesIn(experiment), row, [{ kind: "remove", row }]),
      );
    },
    getModel: (workspace, id) => read(store, modelPartition(workspace), modelRow(id), ModelRecord),
    async writeModel(workspace, model, etag) {
      const write = writeOf(modelRow(model.id), storedModel(model), etag);
      const written = await store.commit(modelPartition(workspace), [write]);
      return written === "conflict" ? "conflict" : "written";
    },
    listModels: async (workspace) =>
      (await rowsOf(store, modelPartition(workspace), allModels)).map(({ value }) =>
        ModelRecord.parse(value),
      ),
    removeModels: (workspace, ids) => removeRows(store, modelPartition(workspace), ids.map(modelRow)),
  };
}

const changesIn = (experiment: ExperimentRef) => ({
  partition: runPartition(experiment),
  experiment: experiment.experiment,
});

function followedRuns(store: DocumentStore, changes: ChangeLog): FollowedDocuments<RunRecord> {
  return {
    position: (experiment) => changes.position(changesIn(experiment)),
    since: (experiment, position) => changes.since(changesIn(experiment), position),
    async read(experiment, row) {
      const found = await read(store, runPartition(experiment), row, RunRecord);
      return found === undefined ? undefined : { key: row, item: found.item };
    },
    async *all(experiment) {
      const range = { partition: runPartition(experiment), prefix: allRuns, size: pageSize };
      let continuation: string | undefined;
      do {
        const page = await store.page({ ...range, continuation });
        yield page.documents.map(({ row, value }) => ({ key: row, item: RunRecord.parse(value) }));
        continuation = page.continuation;
      } while (continuation !== undefined);
    },
  };
}

async function read<Schema extends z.ZodType>(
  store: DocumentStore,
  partition: string,
  row: string,
  schema: Schema,
): Promise<Stored<z.output<Schema>> | undefined> {
  const found = await store.get({ partition, row });
  return found === undefined ? undefined : { item: schema.parse(found.value), etag: found.etag };
}

const writeOf = (row: string, value: object, etag: string | undefined): DocumentWrite =>
  etag === undefined ? { kind: "insert", row, value } : { kind: "replace", row, value, etag };

const rowsOf = (store: DocumentStore, partition: string, prefix: string) =>
  allRows(store, { partition, prefix, size: pageSize });
