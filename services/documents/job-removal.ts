// Removes many jobs of an experiment that goes, with their last events, in few transactions. Each of them also writes the
// experiment's document as it was seen: a removal that comes late, by a request that was sent twice, cannot hit the jobs of
// a later experiment of that name, though the tables client has no conditional removal in a transaction.
import { ExperimentDocument } from "../../domain/experiment/schema.ts";
import type { JobDocument } from "../../domain/job/schema.ts";
import { refOf } from "../../domain/shared/resource-id.ts";
import type { DocumentWrite } from "../documents.ts";
import type { Change, State } from "../state.ts";
import { readRevised } from "./collections.ts";
import type { CollectionContext } from "./collections.ts";
import { changesBetween, eventRows } from "./event-rows.ts";
import { documentKey } from "./state-keys.ts";

/** A transaction holds 100 entities: the experiment, its own event, and two for each job. */
const jobsPerCommit = 49;
/** Sorts behind every revision that a job had. */
const lastRevision = 99_999_999;

export function removeJobs({ store, random }: CollectionContext): State["removeJobs"] {
  const removals = (job: JobDocument, change: Change): readonly DocumentWrite[] => {
    const ref = refOf<"job">(job);
    return [
      { kind: "remove", row: documentKey(ref).row },
      ...eventRows(ref, lastRevision, changesBetween(job, undefined, change), random),
    ];
  };
  return async (experiment, isIt, jobs, change) => {
    const { partition, row } = documentKey(experiment);
    let removed = 0;
    for (let start = 0; start < jobs.length; start += jobsPerCommit) {
      const some = jobs.slice(start, start + jobsPerCommit);
      const stored = await store.get({ partition, row });
      if (stored === undefined) break;
      const { revision, document, removing } = readRevised(ExperimentDocument, stored.value);
      if (!isIt(document)) break;
      const told = [{ ...change, cause: `${removed + some.length} of its jobs were deleted` }];
      const isLast = start + some.length >= jobs.length;
      const written = await store.commit(partition, [
        {
          kind: "replace",
          row,
          value: { revision: revision + 1, document, removing },
          etag: stored.etag,
        },
        ...(isLast ? eventRows(experiment, revision + 1, told, random) : []),
        ...some.flatMap((job) => removals(job, change)),
      ]);
      // One of them is gone, or the experiment was written: whoever asked lists what is left.
      if (written === "conflict") break;
      removed += some.length;
    }
    return removed;
  };
}
