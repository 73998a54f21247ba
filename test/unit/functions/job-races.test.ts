// Two requests about one job at the same time, with storage that answers whenever it likes. What was deleted holds nothing.
// Runs long: a hundred rounds of a race.
import { expect, it } from "vitest";
import { seededRandom } from "../../../local/random.ts";
import { clusterOfName } from "../../../services/batch-names.ts";
import type { ActiveJob } from "../../../services/active-jobs.ts";
import type { DocumentStore } from "../../../services/documents.ts";
import { subscriptionId } from "../../support/app/app-world.ts";
import { memoryDocuments } from "../../support/app/memory-documents.ts";
import type { MemoryDocuments } from "../../support/app/memory-documents.ts";
import { experimentPath, jobBody, worldWithCluster } from "../../support/app/stories.ts";

const rounds = 100;

/** While it is `late`, each call is answered after a random number of turns of the event loop. */
function capricious(store: MemoryDocuments, seed: number) {
  const random = seededRandom(seed);
  const mood = { late: false };
  const turns = async () => {
    for (let left = mood.late ? random.next() * 6 : 0; left > 0; left -= 1)
      await new Promise<void>((done) => setImmediate(done));
  };
  const late =
    <Given extends unknown[], Result>(call: (...given: Given) => Promise<Result>) =>
    async (...given: Given): Promise<Result> => {
      await turns();
      const result = await call(...given);
      await turns();
      return result;
    };
  const calls: DocumentStore = {
    get: late((...given: Parameters<DocumentStore["get"]>) => store.get(...given)),
    commit: late((...given: Parameters<DocumentStore["commit"]>) => store.commit(...given)),
    remove: late((...given: Parameters<DocumentStore["remove"]>) => store.remove(...given)),
    page: late((...given: Parameters<DocumentStore["page"]>) => store.page(...given)),
    partitions: (prefix) => store.partitions(prefix),
  };
  return { mood, documents: { ...store, ...calls } };
}

const jobs = `${experimentPath}/jobs`;

async function raceTrack() {
  const { mood, documents } = capricious(memoryDocuments(), 11);
  const world = await worldWithCluster({}, { documents });
  const [pool = ""] = world.azure.poolsById.keys();
  return { world, mood, clusterGuid: clusterOfName(pool) ?? "" };
}

it("a job put and deleted at the same time leaves its cluster every node", async () => {
  const { world, mood, clusterGuid } = await raceTrack();
  for (let round = 0; round < rounds; round += 1) {
    const path = `${jobs}/raced${round}`;
    mood.late = true;
    await Promise.all([world.api("PUT", path, { body: jobBody() }), deletedOnceSeen(world, path)]);
    mood.late = false;
    for (let left = 30; left > 0 && (await world.api("GET", path)).status !== 404; left -= 1)
      await world.advance(100);
    expect([round, (await world.api("GET", path)).status]).toEqual([round, 404]);
    expect([round, await world.services.state.activeJobs.list(clusterGuid)]).toEqual([round, []]);
  }
  await world.api("PUT", `${jobs}/next`, { body: jobBody() });
  await world.advance(3_000);
  expect(world.azure.tasks()).toHaveLength(1);
});

it("a job that is handed over and does not exist gives its nodes to the next", async () => {
  const { world, clusterGuid } = await raceTrack();
  const { activeJobs } = world.services.state;
  const ghost: ActiveJob = {
    jobGuid: "00000000-0000-4000-8000-000000000001",
    ref: { kind: "job", subscriptionId, resourceGroup: "rg", workspace: "w", experiment: "e", job: "ghost" },
    priority: "high",
    nodeCount: 1,
    attempt: 1,
    since: new Date(world.now()).toISOString(),
  };
  await activeJobs.announce(clusterGuid, ghost);
  await activeJobs.add(clusterGuid, ghost);
  await world.api("PUT", `${jobs}/next`, { body: jobBody() });
  await world.advance(5_000);
  expect(world.azure.tasks()).toHaveLength(1);
  expect((await activeJobs.list(clusterGuid)).map(({ ref }) => ref.job)).toEqual(["next"]);
});

async function deletedOnceSeen(world: Awaited<ReturnType<typeof worldWithCluster>>, path: string) {
  for (let tries = 0; tries < 1_000; tries += 1) if ((await world.api("DELETE", path)).status === 202) return;
  throw new Error("the job was never seen");
}
