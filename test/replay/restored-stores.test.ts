// Tables and histories of different moments: whatever they disagree about, the repair timers bring everything to an end.
// Runs long: every pair of moments is tried out.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { seededRandom } from "../../local/random.ts";
import { liveOnce, repair, wakeUp } from "../support/app/restored-stores.ts";
import type { Remains } from "../support/app/restored-stores.ts";

type World = Awaited<ReturnType<typeof wakeUp>>;
const pairsPerSeed = 6;

interface Stored {
  readonly status?: string;
  readonly document?: {
    readonly kind: string;
    readonly provisioningState: string;
    readonly executionState?: string;
  };
}

/** What has not come to an end, in words. */
function unfinished({ documents, engine }: World): string[] {
  const partitions = JSON.parse(documents.dump()) as [string, [string, { text: string }][]][];
  const left = partitions.flatMap(([partition, rows]) =>
    rows.flatMap(([row, { text }]) => {
      const { status, document } = JSON.parse(text) as Stored;
      const name = `${partition} ${row}`;
      if (partition.startsWith("active|") && row.startsWith("job|")) return [`${name} is in the index`];
      if (partition === "operations") return [`${name} is listed`];
      if (status === "InProgress") return [`${name} is in progress`];
      if (document === undefined) return [];
      if (["creating", "deleting"].includes(document.provisioningState))
        return [`${name} is ${document.provisioningState}`];
      const { executionState = "" } = document;
      const open = ["queued", "running", "terminating"].includes(executionState);
      return open ? [`${name} is ${document.executionState}`] : [];
    }),
  );
  const { instances } = engine.client.list({ statuses: ["Running", "Pending"] }, { top: 100 });
  return [...left, ...instances.map(({ instanceId }) => `${instanceId} is active`)];
}

describe.each([1, 2, 3])("stores restored from different moments (seed %i)", (seed) => {
  let remains: Remains;
  beforeAll(async () => {
    remains = await liveOnce(seed);
  }, 60_000);
  afterAll(() => remains.dispose());

  it("disagree, and nothing hangs: operations end, what is deleted goes, jobs end where there are nodes", async () => {
    const random = seededRandom(seed);
    const pick = (length: number) => Math.floor(random.next() * length);
    for (let pair = 0; pair < pairsPerSeed; pair += 1) {
      const cut = pick(remains.moments.length);
      const moment = remains.moments[cut];
      const [table, history] = [pick(moment?.tables ?? 0), pick(cut + 1)];
      const [tables, histories] = [remains.tables[table], remains.moments[history]?.histories];
      if (moment === undefined || tables === undefined || histories === undefined)
        throw new Error("a moment without its copies");
      const world = await wakeUp(moment, tables, histories, 1_000 * seed + pair);
      await repair(world);
      expect(unfinished(world), `cut ${cut}, tables ${table}, histories ${history}`).toEqual([]);
      await world.engine.stop(0);
    }
  }, 120_000);
});
