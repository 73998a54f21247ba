// Runs and models over a DocumentStore: the runs of an experiment in one partition, so that a search is one range, those of a job
// together; the models of a workspace in one, because their ids say no more.
import type { z } from "zod";
import { ModelRecord, storedModel } from "../../domain/tracking/model.ts";
import { RunRecord, storedRun } from "../../domain/tracking/run.ts";
import type { DocumentStore, DocumentWrite } from "../documents.ts";
import type { RunPlace, Runs, Stored } from "../runs.ts";
import { allRows } from "./all-rows.ts";
import { changedRows, changesOf, changeWrite } from "./change-rows.ts";
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

export function documentRuns(store: DocumentStore, now: () => number): Runs {
  return {
    get: (place) => read(store, runPartition(place.experiment), rowOf(place), RunRecord),
    write: (place, run, etag) => {
      const told = changeWrite(place.experiment.experiment, rowOf(place), now());
      return write(store, runPartition(place.experiment), rowOf(place), storedRun(run), etag, told);
    },
    listKeyed: async (experiment) =>
      (await rowsOf(store, runPartition(experiment), allRuns)).map(
        ({ row, value }) => [row, RunRecord.parse(value)] as const,
      ),
    async changed(experiment, since) {
      const partition = runPartition(experiment);
      const rows = await changedRows(store, partition, experiment.experiment, since);
      return rows.map(({ row, stamp }) => ({
        key: row,
        stamp,
        read: async () => (await read(store, partition, row, RunRecord))?.item,
      }));
    },
    list: async (experiment, jobGuid) =>
      (await rowsOf(store, runPartition(experiment), runsOf(jobGuid))).map(({ value }) =>
        RunRecord.parse(value),
      ),
    async remove(experiment, jobGuid) {
      await removeBelow(store, runPartition(experiment), runsOf(jobGuid));
      // The runs of a job are seen by nobody when it is gone.
      if (jobGuid === undefined)
        await removeBelow(store, runPartition(experiment), changesOf(experiment.experiment));
    },
    getModel: (workspace, id) => read(store, modelPartition(workspace), modelRow(id), ModelRecord),
    writeModel: (workspace, model, etag) =>
      write(store, modelPartition(workspace), modelRow(model.id), storedModel(model), etag),
    listModels: async (workspace) =>
      (await rowsOf(store, modelPartition(workspace), allModels)).map(({ value }) =>
        ModelRecord.parse(value),
      ),
    removeModels: (workspace, ids) => removeRows(store, modelPartition(workspace), ids.map(modelRow)),
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

async function write(
  store: DocumentStore,
  partition: string,
  row: string,
  value: object,
  etag: string | undefined,
  ...more: readonly DocumentWrite[]
): Promise<"written" | "conflict"> {
  const written = await store.commit(partition, [
    etag === undefined ? { kind: "insert", row, value } : { kind: "replace", row, value, etag },
    ...more,
  ]);
  return written === "conflict" ? "conflict" : "written";
}

const rowsOf = (store: DocumentStore, partition: string, prefix: string) =>
  allRows(store, { partition, prefix, size: pageSize });
