// State over a DocumentStore: a collection for each kind, the index of unfinished jobs, the events.
import { z } from "zod";
import { JobDocument } from "../../domain/job/schema.ts";
import { resourceKinds, rowOf } from "../../domain/resources.ts";
import type { ResourceKind } from "../../domain/resources.ts";
import { BatchAIError } from "../../domain/shared/batch-ai-error.ts";
import { trackedStates } from "../../domain/shared/event.ts";
import type { Collection, Collections, State } from "../state.ts";
import { activeJobs } from "./active-jobs.ts";
import { changedRows, changesOf } from "./change-rows.ts";
import { collection, readRevised } from "./collections.ts";
import type { CollectionContext } from "./collections.ts";
import { removeJobs } from "./job-removal.ts";
import { removeBelow } from "./remove-rows.ts";
import { documentKey, eventPrefix, listed, workspaceOfPartition } from "./state-keys.ts";

const RecordedChange = z.object({
  id: z.string(),
  time: z.string(),
  actor: z.string(),
  actorName: z.string().optional(),
  cause: z.string(),
  link: z.string().optional(),
  errors: z.array(BatchAIError).optional(),
  state: z.enum(trackedStates).optional(),
  from: z.string().optional(),
  to: z.string().optional(),
});

export function documentState(context: CollectionContext): State {
  const { store } = context;
  const byKind = new Map(resourceKinds.map((kind) => [kind, collection(context, kind)]));
  const byName = resourceKinds.map((kind) => [rowOf(kind).collection, byKind.get(kind)]);
  return {
    ...(Object.fromEntries(byName) as Collections),
    of: <Kind extends ResourceKind>(kind: Kind) => byKind.get(kind) as unknown as Collection<Kind>,
    activeJobs: activeJobs(store),
    removeJobs: removeJobs(context),
    async everyWorkspace(subscriptionId) {
      const partitions = await store.partitions(subscriptionId.toLowerCase());
      return partitions.flatMap((partition) => workspaceOfPartition(partition) ?? []);
    },
    async changedJobs(experiment, since) {
      const { partition, prefix } = listed("job", experiment);
      const rows = await changedRows(store, partition, experiment.experiment, since);
      return rows.map(({ row, stamp }) => ({
        key: row.slice(prefix.length),
        stamp,
        async read() {
          const stored = await store.get({ partition, row });
          const found = stored === undefined ? undefined : readRevised(JobDocument, stored.value);
          return found?.removing === true ? undefined : found?.document;
        },
      }));
    },
    async forgetChanges(experiment) {
      const { partition } = listed("job", experiment);
      await removeBelow(store, partition, changesOf(experiment.experiment));
    },
    async listChanges(ref, { since, until, ...page }) {
      const { partition } = documentKey(ref);
      const prefix = eventPrefix(ref);
      const { documents, continuation } = await store.page({
        partition,
        prefix,
        ...page,
        ...(since === undefined ? {} : { from: `${prefix}${since}` }),
        ...(until === undefined ? {} : { before: `${prefix}${until}` }),
      });
      return { items: documents.map(({ value }) => RecordedChange.parse(value)), continuation };
    },
  };
}
