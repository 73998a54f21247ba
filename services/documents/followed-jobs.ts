// The rows of an experiment's jobs as views follow them: what is there, and what of it was written since.
import { JobDocument } from "../../domain/job/schema.ts";
import type { ExperimentRef } from "../../domain/shared/resource-id.ts";
import type { FoundDocument } from "../changes.ts";
import type { StoredDocument } from "../documents.ts";
import type { FollowedJobs } from "../state.ts";
import { readRevised } from "./collections.ts";
import type { CollectionContext } from "./collections.ts";
import { checkContinuation } from "./continuation.ts";
import { listed } from "./state-keys.ts";

const pageSize = 1_000;

export function followedJobs({ store, changes }: Pick<CollectionContext, "store" | "changes">): FollowedJobs {
  const placeOf = (ref: ExperimentRef) => {
    const { partition, prefix } = listed("job", ref);
    return { partition, prefix, experiment: ref.experiment };
  };
  const found = (prefix: string, { row, value }: StoredDocument): FoundDocument<JobDocument> => {
    const { document, removing } = readRevised(JobDocument, value);
    return { key: row.slice(prefix.length), item: document, isGoing: removing };
  };
  return {
    continuationAt: (experiment, key) => `${placeOf(experiment).prefix}${key}`,
    keyAt(experiment, continuation) {
      const { prefix } = placeOf(experiment);
      checkContinuation(prefix, continuation);
      return continuation.slice(prefix.length);
    },
    position: (experiment) => changes.position(placeOf(experiment)),
    async since(experiment, position) {
      const place = placeOf(experiment);
      const written = await changes.since(place, position);
      if (written === "lost") return written;
      return { ...written, keys: written.keys.map((row) => row.slice(place.prefix.length)) };
    },
    async read(experiment, key) {
      const { partition, prefix } = placeOf(experiment);
      const stored = await store.get({ partition, row: `${prefix}${key}` });
      return stored === undefined ? undefined : found(prefix, stored);
    },
    async *all(experiment) {
      const { partition, prefix } = placeOf(experiment);
      let continuation: string | undefined;
      do {
        const page = await store.page({ partition, prefix, size: pageSize, continuation });
        yield page.documents.map((stored) => found(prefix, stored));
        continuation = page.continuation;
      } while (continuation !== undefined);
    },
  };
}
