// Known results over a DocumentStore: those of a workspace in one partition, a row for each digest.
import { z } from "zod";
import { refShape } from "../../domain/shared/resource-id.ts";
import type { DocumentStore } from "../documents.ts";
import type { Results } from "../results.ts";
import { resultPartition } from "./state-keys.ts";

const KnownResult = z.object({ job: z.object(refShape("job")), jobGuid: z.string() });
const rowOf = (key: string) => `result|${key}`;

export function documentResults(store: DocumentStore): Results {
  const read = (partition: string, key: string) => store.get({ partition, row: rowOf(key) });
  return {
    async find(workspace, key) {
      const found = await read(resultPartition(workspace), key);
      return found === undefined ? undefined : KnownResult.parse(found.value);
    },
    async keep(workspace, key, value) {
      await store.commit(resultPartition(workspace), [{ kind: "put", row: rowOf(key), value }]);
    },
    async remove(workspace, key, jobGuid) {
      const partition = resultPartition(workspace);
      const found = await read(partition, key);
      if (found === undefined || KnownResult.parse(found.value).jobGuid !== jobGuid) return;
      await store.remove({ partition, row: rowOf(key) }, found.etag);
    },
  };
}
