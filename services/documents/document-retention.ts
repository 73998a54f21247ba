// Retention over a DocumentStore. Events lie in the partitions of the subscription and of its workspaces, also of those that are
// gone. Each is read once, in pages; what is too old is removed in transactions. Rows are only ever added with the time of
// the moment, so that nobody writes what is removed here.
import { z } from "zod";
import type { DocumentStore, StoredDocument } from "../documents.ts";
import type { Retention } from "../retention.ts";
import { allChanges, isOldChange, outdatedBefore } from "./change-log.ts";
import { allNodeTime, isOldNodeTime } from "./node-time-rows.ts";
import { firingPrefixes, isOldFiring } from "./firings.ts";
import { removeRows } from "./remove-rows.ts";
import {
  allEvents,
  documentKey,
  firingPartitions,
  operationPartition,
  operationPrefixes,
  runPartitions,
  workflowPartitions,
  workspaceOfPartition,
} from "./state-keys.ts";
import { workflowPrefixes } from "./workflows.ts";

const pageSize = 1_000;

const Event = z.object({ time: z.string() });
const Operation = z.object({ status: z.string(), endTime: z.string().optional() });

export function documentRetention(store: DocumentStore, subscriptionId: string): Retention {
  return {
    async removeBefore({ time, nodeTime: nodeTimeBefore, changes: changesBefore }, goOn) {
      const before = Date.parse(time);
      const happened = ({ value }: StoredDocument) => Date.parse(Event.parse(value).time) < before;
      const ended = ({ value }: StoredDocument) => {
        const { status, endTime } = Operation.parse(value);
        return status !== "InProgress" && endTime !== undefined && Date.parse(endTime) < before;
      };
      const sweep = { store, goOn };
      const changesOf = (partition: string) => removeChanges(sweep, partition, Date.parse(changesBefore));
      let events = 0;
      let operations = 0;
      let firings = 0;
      let workflows = 0;
      let nodeTime = 0;
      let changes = 0;
      for (const partition of await store.partitions(subscriptionId.toLowerCase())) {
        events += await removeFrom(sweep, { partition, prefix: allEvents }, happened);
        changes += await changesOf(partition);
        const old = (await isWorkspace(store, partition)) ? nodeTimeBefore : time;
        nodeTime += await removeFrom(sweep, { partition, prefix: allNodeTime }, (row) =>
          isOldNodeTime(row, old),
        );
      }
      for (const partition of await store.partitions(runPartitions)) changes += await changesOf(partition);
      for (const prefix of operationPrefixes)
        operations += await removeFrom(sweep, { partition: operationPartition, prefix }, ended);
      for (const partition of await store.partitions(firingPartitions))
        for (const prefix of firingPrefixes)
          firings += await removeFrom(sweep, { partition, prefix }, (row) => isOldFiring(row, before));
      for (const partition of await store.partitions(workflowPartitions))
        for (const prefix of workflowPrefixes)
          workflows += await removeFrom(sweep, { partition, prefix }, (row) => isOldFiring(row, before));
      return { events, operations, firings, workflows, nodeTime, changes, all: goOn() };
    },
  };
}

/** Whether the partition is of a workspace that is there. */
async function isWorkspace(store: DocumentStore, partition: string): Promise<boolean> {
  const workspace = workspaceOfPartition(partition);
  return workspace !== undefined && (await store.get(documentKey(workspace))) !== undefined;
}

interface Sweep {
  readonly store: DocumentStore;
  readonly goOn: () => boolean;
}

async function removeChanges(sweep: Sweep, partition: string, before: number): Promise<number> {
  const changes = { partition, prefix: allChanges };
  if (!sweep.goOn() || (await sweep.store.page({ ...changes, size: 1 })).documents.length === 0) return 0;
  await sweep.store.commit(partition, [outdatedBefore(before)]);
  return removeFrom(sweep, changes, (row) => isOldChange(row, before));
}

async function removeFrom(
  { store, goOn }: Sweep,
  rows: { readonly partition: string; readonly prefix: string },
  isOld: (row: StoredDocument) => boolean,
): Promise<number> {
  let removed = 0;
  let continuation: string | undefined;
  do {
    if (!goOn()) break;
    const found = await store.page({ ...rows, size: pageSize, continuation });
    const old = found.documents.filter(isOld).map(({ row }) => row);
    await removeRows(store, rows.partition, old);
    removed += old.length;
    continuation = found.continuation;
  } while (continuation !== undefined);
  return removed;
}
