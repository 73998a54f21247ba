// State over a DocumentStore: a collection for each kind, the index of unfinished jobs, the events.
import { z } from "zod";
import { resourceKinds, rowOf } from "../../domain/resources.ts";
import type { ResourceKind } from "../../domain/resources.ts";
import { BatchAIError } from "../../domain/shared/batch-ai-error.ts";
import { trackedStates } from "../../domain/shared/event.ts";
import type { Random } from "../clock.ts";
import type { DocumentStore } from "../documents.ts";
import type { Collection, Collections, State } from "../state.ts";
import { activeJobs } from "./active-jobs.ts";
import { changeLog } from "./change-log.ts";
import { collection } from "./collections.ts";
import { followedJobs } from "./followed-jobs.ts";
import { removeJobs } from "./job-removal.ts";
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

export function documentState(given: {
  readonly store: DocumentStore;
  readonly random: Random;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}): State {
  const { store } = given;
  const context = { ...given, changes: changeLog(given) };
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
    followedJobs: followedJobs(context),
    async forgetChanges(experiment) {
      const { partition } = listed("job", experiment);
      await context.changes.forget({ partition, experiment: experiment.experiment });
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
