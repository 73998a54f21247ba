// Quiet windows in the whole app: one job for a burst of uploads, in the test's time.
// Runs long: hundreds of uploads, and processes that die.
import { describe, expect, it } from "vitest";
import { manualClock } from "../../local/clock.ts";
import { seededRandom } from "../../local/random.ts";
import { memoryDocuments } from "../support/app/memory-documents.ts";
import { memoryStorageEvents } from "../support/app/memory-storage-events.ts";
import { experimentPath, jobBody, worldWithCluster } from "../support/app/stories.ts";
import { at, decisions, jobNames, ledger, save, tick } from "../support/app/trigger-stories.ts";
import type { World } from "../support/app/trigger-stories.ts";

const bursts = {
  on: {
    blobCreated: {
      container: "data",
      path: "in/{file}.csv",
      quietWindow: { quietFor: "PT2M", maxWait: "PT10M" },
    },
  },
};
const withList = {
  customToolkitSettings: { commandLine: "train {blobs.count} {blobs.bytes} {blob.container}" },
  environmentVariables: [{ name: "BLOBS", value: "{blobs}" }],
};

/** The lists of all jobs, each in order. */
async function listsOf(world: World): Promise<string[][]> {
  const lists: string[][] = [];
  for (const name of await jobNames(world)) {
    const { body } = await world.api("GET", `${experimentPath}/jobs/${name}`);
    const [{ value }] = body.properties.environmentVariables as [{ value: string }];
    lists.push((JSON.parse(value) as string[]).toSorted());
  }
  return lists;
}

async function ticks(world: World, seconds: number): Promise<void> {
  for (let passed = 0; passed < seconds; passed += 5) await tick(world, 5_000);
}

describe("a trigger with a quiet window", () => {
  it("starts one job for a burst, with the list of its blobs, when none came for a while", async () => {
    const world = await worldWithCluster();
    await save(world, "bursts", bursts, withList);
    for (let index = 0; index < 5; index += 1) {
      world.storageEvents.upload("data", `in/${index}.csv`);
      await ticks(world, 60);
    }
    // Written again, and something else.
    world.storageEvents.upload("data", "in/4.csv");
    world.storageEvents.upload("data", "in/note.txt");
    await ticks(world, 60);
    expect(await jobNames(world)).toEqual([]);
    const waiting = await ledger(world, "bursts");
    expect(decisions(waiting)).toEqual(Array(6).fill("waiting"));
    expect(waiting[0]?.reason).toContain("until no more blobs come");
    await ticks(world, 130);
    expect(await listsOf(world)).toEqual([[0, 1, 2, 3, 4].map((index) => `in/${index}.csv`)]);
    const told = await ledger(world, "bursts");
    expect(decisions(told).toSorted()).toEqual([...Array.from({ length: 6 }, () => "batched"), "started"]);
    const batch = told.find(({ decision }) => decision === "started");
    expect(batch?.event["kind"]).toBe("blobBatch");
    expect(told.find(({ decision }) => decision === "batched")?.reason).toContain("one of the 6 blobs");
    const [name] = await jobNames(world);
    const { body } = await world.api("GET", `${experimentPath}/jobs/${name}`);
    expect(body.properties.customToolkitSettings.commandLine).toMatch(/^train 5 \d+ data$/);
    // The next burst is another job.
    world.storageEvents.upload("data", "in/9.csv");
    await ticks(world, 200);
    expect((await listsOf(world)).toSorted((a, b) => a.length - b.length)[0]).toEqual(["in/9.csv"]);
  });

  it("starts a job after its longest wait though uploads never stop, and none is lost or in two", async () => {
    const world = await worldWithCluster();
    await save(world, "bursts", bursts, withList);
    for (let index = 0; index < 40; index += 1) {
      world.storageEvents.upload("data", `in/${index}.csv`);
      await ticks(world, 60);
    }
    await ticks(world, 300);
    const lists = await listsOf(world);
    expect(lists.length).toBeGreaterThanOrEqual(4);
    expect(lists.length).toBeLessThanOrEqual(5);
    expect(lists.flat().toSorted()).toEqual(
      Array.from({ length: 40 }, (_, index) => `in/${index}.csv`).toSorted(),
    );
  });

  it("puts more blobs than one list holds into several jobs", async () => {
    const world = await worldWithCluster();
    await save(world, "bursts", bursts, withList);
    const long = "x".repeat(900);
    for (let index = 0; index < 100; index += 1) world.storageEvents.upload("data", `in/${long}${index}.csv`);
    await ticks(world, 240);
    const lists = await listsOf(world);
    expect(lists.length).toBe(4);
    for (const list of lists) expect(JSON.stringify(list).length).toBeLessThanOrEqual(30_001);
    expect(new Set(lists.flat()).size).toBe(100);
  });

  it("has each version in one batch wherever its process is killed", async () => {
    const random = seededRandom(11);
    const clock = manualClock();
    const storageEvents = memoryStorageEvents(() => clock.now());
    const world = await worldWithCluster({}, { clock, storageEvents, documents: memoryDocuments() });
    await save(world, "bursts", bursts, withList);
    const uploads = 60;
    for (let index = 0; index < uploads; index += 1) {
      storageEvents.upload("data", `in/${index}.csv`);
      world.crashAt(1 + Math.floor(random.next() * 60));
      await world.dyingTick().catch(() => undefined);
      world.crashOver();
      await world.advance(random.next() < 0.1 ? 200_000 : 5_000);
    }
    for (let round = 0; round < 40; round += 1) {
      world.crashAt(1 + Math.floor(random.next() * 80));
      await world.dyingTick().catch(() => undefined);
      world.crashOver();
      await world.advance(10_000);
    }
    await ticks(world, 300);
    const lists = await listsOf(world);
    expect(lists.flat().toSorted()).toEqual(
      Array.from({ length: uploads }, (_, index) => `in/${index}.csv`).toSorted(),
    );
    const told = await ledger(world, "bursts");
    expect(decisions(told).filter((one) => one === "batched")).toHaveLength(uploads);
    expect(decisions(told).filter((one) => one === "started")).toHaveLength(lists.length);
    expect(told).toHaveLength(uploads + lists.length);
    expect(lists.length).toBeLessThan(uploads / 4);
  }, 60_000);

  it("has each version in one batch though two look at the same time, again and again", async () => {
    const world = await worldWithCluster();
    await save(world, "bursts", bursts, withList);
    const long = "x".repeat(900);
    for (let index = 0; index < 100; index += 1) world.storageEvents.upload("data", `in/${long}${index}.csv`);
    for (let passed = 0; passed < 300; passed += 5) {
      await world.advance(5_000);
      await Promise.all([world.tickTriggers(), world.tickTriggers()]);
    }
    const all = (await listsOf(world)).flat();
    expect(all).toHaveLength(100);
    expect(new Set(all).size).toBe(100);
  });

  it("keeps what gathered while it is paused, and skips what comes then; what was skipped joins a batch when it is replayed", async () => {
    const world = await worldWithCluster();
    await save(world, "bursts", bursts, withList);
    world.storageEvents.upload("data", "in/before.csv");
    await ticks(world, 65);
    await world.api("PATCH", at("bursts"), { body: { properties: { enabled: false } } });
    world.storageEvents.upload("data", "in/while.csv");
    await ticks(world, 400);
    expect(decisions(await ledger(world, "bursts"))).toEqual(["waiting", "skipped"]);
    await world.api("PATCH", at("bursts"), { body: { properties: { enabled: true } } });
    await ticks(world, 100);
    expect(await listsOf(world)).toEqual([["in/before.csv"]]);
    const { body } = await world.api("GET", `${at("bursts", "/firings")}&decision=skipped`);
    const [{ name }] = body.value as [{ name: string }];
    const replayed = await world.api("POST", at("bursts", "/replay"), { body: { firings: [name] } });
    expect(replayed.body.value[0].properties.decision).toBe("waiting");
    await ticks(world, 200);
    expect((await listsOf(world)).flat().toSorted()).toEqual(["in/before.csv", "in/while.csv"]);
    const batched = await world.api("GET", at("bursts", `/firings/${name}`));
    expect(batched.body.properties.batch.id).toMatch(/\/firings\/\w+$/);
  });

  it("is tried with a batch, and refused with what it has no values for", async () => {
    const world = await worldWithCluster();
    await save(world, "bursts", bursts, withList);
    const blob = { name: "in/a.csv", etag: "0x1", size: 5 };
    const tried = (event: object) => world.api("POST", at("bursts", "/test"), { body: { event } });
    expect((await tried({ kind: "blobCreated", ...blob })).body).toMatchObject({
      wouldStart: false,
      reason: expect.stringContaining("test a blobBatch") as string,
    });
    const batch = await tried({
      kind: "blobBatch",
      id: "1",
      blobs: [blob, { ...blob, etag: "0x2", size: 7 }],
    });
    expect(batch.body.job.body.properties.customToolkitSettings.commandLine).toBe("train 1 7 data");
    const put = (quietWindow: object, commandLine: string) =>
      world.api("PUT", at("x"), {
        body: {
          properties: {
            on: { blobCreated: { ...bursts.on.blobCreated, quietWindow } },
            action: { experiment: "e", job: jobBody({ customToolkitSettings: { commandLine } }) },
          },
        },
      });
    for (const [quietWindow, line, words] of [
      [{ quietFor: "PT2M" }, "train {file}", "'{file}' is no value of this trigger"],
      [{ quietFor: "PT1S" }, "train", "quietWindow.quietFor: expected between PT5S and P1D"],
      [{ quietFor: "PT2H" }, "train", "quietWindow.quietFor: expected at most maxWait"],
      [{}, "train", "quietWindow.quietFor"],
    ] as const)
      expect((await put(quietWindow, line)).body.error.message).toContain(words);
    // In a command line the list would be read by a shell.
    const bare = { customToolkitSettings: { commandLine: "train {blobs}" } };
    await expect(save(world, "bare", bursts, bare)).rejects.toThrow("pass it through environmentVariables");
  });

  it("leaves nothing behind when it is gone for long", async () => {
    const world = await worldWithCluster();
    await save(world, "bursts", bursts, withList);
    world.storageEvents.upload("data", "in/a.csv");
    await ticks(world, 65);
    await world.api("DELETE", at("bursts"));
    await ticks(world, 300);
    await tick(world, 300_000);
    expect(await jobNames(world)).toEqual([]);
    expect(await world.services.due.upTo("9999", 10)).toEqual([]);
    await world.advance(31 * 86_400_000);
    await world.removeOutdated();
    expect(await world.documents.partitions("firings|")).toEqual([]);
  });
});
