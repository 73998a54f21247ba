// Triggers that start sweeps, and hear of their ends, in the whole app over memory, in the test's time.
// Runs long: circles of twenty sweeps.
import { describe, expect, it } from "vitest";
import { manualClock } from "../../local/clock.ts";
import { memoryDocuments } from "../support/app/memory-documents.ts";
import { memoryStorageEvents } from "../support/app/memory-storage-events.ts";
import type { AppWorldOptions } from "../support/app/app-world.ts";
import { experimentPath, jobBody, worldWithCluster } from "../support/app/stories.ts";
import { report, sweepBody } from "../support/app/sweep-stories.ts";
import {
  at,
  blobEvent,
  command,
  decisions,
  endJobs,
  everyMinute,
  jobNames,
  ledger,
  messages,
  ours,
  refOfJob,
  refOfTrigger,
  save,
  tick,
  uploads,
} from "../support/app/trigger-stories.ts";
import type { World } from "../support/app/trigger-stories.ts";

const search = (properties: object = {}, trial: object = {}) =>
  sweepBody({ limits: { maxTrials: 1 }, ...properties }, trial);

async function saveSweep(world: World, name: string, properties: object, sweep: object = search()) {
  const body = { properties: { action: { experiment: "e", sweep }, ...properties } };
  return world.api("PUT", at(name), { body, token: "role-submitter" });
}

interface Sweep {
  readonly name: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

async function sweeps(world: World): Promise<readonly Sweep[]> {
  const { body } = await world.api("GET", `${experimentPath}/sweeps?${ours}`);
  return (body as { value: readonly Sweep[] }).value;
}

const sweepPath = (name: string, rest = "") => `${experimentPath}/sweeps/${name}${rest}?${ours}`;

/** Lets every trial report, and end. */
async function endTrials(world: World, exitCode = 0): Promise<void> {
  await world.advance(6_000);
  for (const name of await jobNames(world)) {
    const { body } = await world.api("GET", `${experimentPath}/jobs/${name}`);
    const place = `${body.properties.jobOutputDirectoryPathSegment}/stdouterr/metrics.jsonl`;
    if (!world.written.has(place)) world.written.set(place, report(0.25));
  }
  await endJobs(world, exitCode);
  await world.advance(20_000);
}

describe("a trigger that starts sweeps", () => {
  it("fills the template when its event comes, shows the sweep before, and names it in the ledger", async () => {
    const world = await worldWithCluster();
    const template = search(
      {
        limits: { maxTrials: "{parameters.trials}" },
        metrics: [{ name: "acc", expression: "acc {value} at {step}" }],
      },
      {
        customToolkitSettings: { commandLine: "train {dataset} --rate $PARAM_LR --kind ${PARAM_KIND}" },
        environmentVariables: [{ name: "INPUT", value: "{blob}" }],
      },
    );
    const on = {
      on: { blobCreated: { container: "data", path: "in/{dataset}.csv" } },
      parameters: { trials: 1 },
    };
    const saved = await saveSweep(world, "searches", on, template);
    expect([saved.status, saved.body.error]).toEqual([200, undefined]);
    expect(JSON.stringify(saved.body)).not.toMatch(/not-to-be-seen|bm90LXRv/);
    const sample = { kind: "blobCreated", name: "in/digits.csv", etag: "0x1", size: 1 };
    const dry = await world.api("POST", at("searches", "/test"), { body: { event: sample } });
    expect(dry.body).toMatchObject({
      wouldStart: true,
      sweep: { body: { properties: { limits: { maxTrials: 1 } } } },
    });
    expect(dry.body.job).toBeUndefined();
    expect(JSON.stringify(dry.body)).not.toMatch(/not-to-be-seen|bm90LXRv/);
    expect(await sweeps(world)).toEqual([]);

    world.storageEvents.upload("data", "in/digits.csv");
    for (let look = 0; look < 3; look += 1) await tick(world, 30_000);
    const [told, ...more] = await ledger(world, "searches");
    expect([told?.decision, more]).toEqual(["started", []]);
    const [made, ...others] = await sweeps(world);
    expect(others).toEqual([]);
    expect(told?.sweep?.id).toMatch(new RegExp(`/experiments/e/sweeps/${made?.name}$`));
    expect(made?.name).toMatch(/^searches-[0-9a-f]{12}$/);
    expect(made?.properties).toMatchObject({ metrics: [{ expression: "acc {value} at {step}" }] });
    const job = await world.api("GET", `${experimentPath}/jobs/${made?.name}_0`);
    expect(job.body.properties.customToolkitSettings.commandLine).toMatch(/^train digits --rate /);
    expect(job.body.properties.environmentVariables).toContainEqual({
      name: "INPUT",
      value: "in/digits.csv",
    });
    const guid = (await world.services.state.jobs.get(refOfJob(`${made?.name}_0`)))?.guid ?? "";
    expect(world.secrets.get(guid)?.get("secrets.TOKEN")).toBe("not-to-be-seen");
  });

  it.each([
    [
      "an expression that the trigger does not have",
      { ...everyMinute },
      search({}, { customToolkitSettings: { commandLine: "train {datset} $PARAM_LR $PARAM_KIND" } }),
      "properties.action.sweep.properties.trial.properties.customToolkitSettings.commandLine: '{datset}' is no value",
    ],
    [
      "a search that makes no sense",
      { ...everyMinute },
      search({ searchSpace: { LR: { type: "uniform", min: 2, max: 1 } } }),
      "properties.action.sweep: properties.searchSpace.LR",
    ],
    [
      "a trial that is no job",
      { ...everyMinute },
      search({}, { nodeCount: "two" }),
      "properties.action.sweep: properties.trial: properties.nodeCount",
    ],
    [
      "a parameter of the search that it does not have",
      { ...everyMinute },
      search({}, { customToolkitSettings: { commandLine: "train $PARAM_RATE" } }),
      "properties.action.sweep: properties.trial: has $PARAM_RATE",
    ],
  ])("is refused when it is saved with %s", async (_, properties, sweep, message) => {
    const world = await worldWithCluster();
    const saved = await saveSweep(world, "wrong", properties, sweep);
    expect([saved.status, saved.body.error.message]).toEqual([400, expect.stringContaining(message)]);
  });

  it("is refused with a job and a sweep, or with neither", async () => {
    const world = await worldWithCluster();
    for (const [action, found] of [
      [{ experiment: "e", sweep: search(), job: jobBody() }, "and not both"],
      [{ experiment: "e" }, "and not none"],
    ] as const) {
      const body = { properties: { ...everyMinute, action } };
      const saved = await world.api("PUT", at("wrong"), { body });
      expect([saved.status, saved.body.error.message]).toEqual([400, expect.stringContaining(found)]);
    }
  });

  it("looks for the files that a parameter chooses from when the event has come", async () => {
    const world = await worldWithCluster();
    const files = { type: "file", path: "$AZ_BATCHAI_JOB_MOUNT_ROOT/share/{file}" };
    const template = search(
      { searchSpace: { DATA: files } },
      { customToolkitSettings: { commandLine: "train $PARAM_DATA" } },
    );
    expect((await saveSweep(world, "searches", uploads, template)).status).toBe(200);
    world.storageEvents.upload("data", "in/digits.csv");
    for (let look = 0; look < 3; look += 1) await tick(world, 30_000);
    const [told] = await ledger(world, "searches");
    expect(told).toMatchObject({ decision: "failed" });
    expect(told?.reason).toContain("has no file");
  });

  it("counts sweeps that have not ended: skips, lets wait, or replaces", async () => {
    const world = await worldWithCluster({ targetNodeCount: 4 });
    for (const overlap of ["skip", "queue", "replace"])
      expect((await saveSweep(world, overlap, { ...everyMinute, overlap })).status).toBe(200);
    await tick(world, 60_000);
    const [first] = (await sweeps(world)).filter(({ name }) => name.startsWith("replace-"));
    await tick(world, 60_000);
    const [skipped, queued, replaced] = await Promise.all(
      ["skip", "queue", "replace"].map((name) => ledger(world, name)),
    );
    expect(decisions(skipped ?? [])).toEqual(["started", "skipped"]);
    expect(skipped?.[1]?.reason).toContain("1 of at most 1 sweeps of the trigger have not ended");
    expect(decisions(queued ?? [])).toEqual(["started", "queued"]);
    expect(decisions(replaced ?? [])).toEqual(["started", "started"]);
    const ended = await world.api("GET", sweepPath(first?.name ?? ""));
    expect(ended.body.properties.executionState).not.toBe("running");
    await world.api("DELETE", at("skip"));
    await world.api("DELETE", at("replace"));
    // The one that waits has its turn when the sweep before it ends.
    await endTrials(world);
    await tick(world, 10_000);
    expect(decisions(await ledger(world, "queue")).slice(0, 2)).toEqual(["started", "started"]);
  });

  it("acts with the rights of whoever saved it, as they are when the event comes", async () => {
    const world = await worldWithCluster();
    expect((await saveSweep(world, "searches", everyMinute)).status).toBe(200);
    await world.services.state.triggers.update(refOfTrigger("searches"), (found) => ({
      ...found,
      savedBy: { ...found.savedBy, roles: ["reader"] },
    }));
    await tick(world, 60_000);
    expect(await ledger(world, "searches")).toMatchObject([{ decision: "failed" }]);
    expect(await sweeps(world)).toEqual([]);
  });

  it("starts one sweep for each blob and each message, wherever its process is killed", async () => {
    const count = 12;
    const clock = manualClock();
    const storageEvents = memoryStorageEvents(() => clock.now());
    const options: AppWorldOptions = {
      clock,
      storageEvents,
      documents: memoryDocuments(),
      monitorMaxIntervalMs: 86_400_000,
    };
    const world = await worldWithCluster({ targetNodeCount: 0 }, options);
    const template = (what: string) =>
      search({}, { customToolkitSettings: { commandLine: `${what} $PARAM_LR $PARAM_KIND` } });
    expect((await saveSweep(world, "arrivals", uploads, template("{file}"))).status).toBe(200);
    expect((await saveSweep(world, "orders", messages, template("{parameters.epochs}"))).status).toBe(200);
    for (let index = 0; index < count; index += 1) {
      const etag = storageEvents.upload("data", `in/${index}.csv`);
      const event = JSON.stringify(blobEvent(`e${index}`, `in/${index}.csv`, etag, "PutBlob"));
      storageEvents.send("batchai-blob-events", event);
      if (index % 2 === 0) storageEvents.send("batchai-blob-events", event);
      storageEvents.send("work", JSON.stringify({ epochs: index }));
      world.crashAt(1 + index * 7);
      await world.dyingTick().catch(() => undefined);
      world.crashOver();
      await world.advance(15_000);
    }
    for (let step = 0; step < 20; step += 1) await tick(world, 10_000);
    const made = await sweeps(world);
    expect(made).toHaveLength(2 * count);
    const of = (name: string) => made.filter((sweep) => sweep.name.startsWith(`${name}-`)).length;
    expect([of("arrivals"), of("orders")]).toEqual([count, count]);
    const told = [...(await ledger(world, "arrivals")), ...(await ledger(world, "orders"))];
    expect(told.filter(({ decision }) => decision === "started")).toHaveLength(2 * count);
    // Each of them goes on by itself, whatever was cut off.
    expect((await jobNames(world)).toSorted()).toEqual(made.map(({ name }) => `${name}_0`).toSorted());
  });
});

describe("a trigger for the end of sweeps", () => {
  const after = (sweep: string, more: object = {}) => ({
    on: { jobCompleted: { experiment: "e", sweep, ...more } },
  });

  it("hands the best trial and what it reported to the next job, once for each end", async () => {
    const world = await worldWithCluster({ targetNodeCount: 4 });
    const outputs = { loss: { metric: "loss" } };
    await save(
      world,
      "promote",
      after("search-{run}", { outputs }),
      command("promote {run} {sweep.state} {sweep.best.job} {sweep.best.value} {outputs.loss}"),
    );
    // One for jobs hears of the trials, and not of the sweep.
    await save(world, "jobs", { on: { jobCompleted: { experiment: "e", job: "search-{rest}" } } });
    await world.advance(10_000);
    await world.api("PUT", sweepPath("search-7"), { body: search() });
    await endTrials(world);
    await tick(world, 5_000);
    const told = await ledger(world, "promote");
    expect(decisions(told)).toEqual(["started"]);
    const job = await world.api("GET", told[0]?.job?.id ?? "");
    expect(job.body.properties.customToolkitSettings.commandLine).toBe(
      "promote 7 succeeded search-7_0 0.25 0.25",
    );
    expect((await ledger(world, "jobs")).map(({ event }) => event["job"])).toEqual(["search-7_0"]);
    // One that goes on and ends again is another end; a look that finds the same end is not.
    await world.reconcileResources();
    await tick(world, 5_000);
    expect(await ledger(world, "promote")).toHaveLength(1);
    await world.api("POST", sweepPath("search-7", "/extend"), {
      body: { properties: { limits: { maxTrials: 2 } } },
    });
    await endTrials(world);
    await tick(world, 5_000);
    expect(decisions(await ledger(world, "promote"))).toEqual(["started", "started"]);
  });

  it("hears of a failure, and of an end that was missed", async () => {
    const world = await worldWithCluster();
    await save(world, "tell", after("search-{run}", { outcome: "failed" }), command("tell {sweep.state}"));
    await world.advance(10_000);
    const limits = { maxTrials: 1, maxFailedTrials: 1 };
    await world.api("PUT", sweepPath("search-1"), { body: search({ limits }) });
    await endTrials(world, 1);
    await tick(world, 5_000);
    expect(await ledger(world, "tell")).toMatchObject([
      { decision: "started", event: { sweep: "search-1", state: "failed" } },
    ]);
    await save(world, "late", after("search-{run}", { outcome: "any" }), command("tell {sweep.state}"));
    const since = new Date(world.now() - 3_600_000).toISOString();
    await world.services.state.triggers.update(refOfTrigger("late"), (found) => ({ ...found, since }));
    await world.advance(10_000);
    for (let look = 0; look < 2; look += 1) {
      await world.reconcileResources();
      await tick(world, 5_000);
    }
    expect(decisions(await ledger(world, "late"))).toEqual(["started"]);
  });

  it("ends a circle of sweeps, also one that goes by their trials", async () => {
    for (const on of [after("{any}").on, { jobCompleted: { experiment: "e" } }]) {
      const world = await worldWithCluster();
      expect((await saveSweep(world, "again", { on })).status).toBe(200);
      await world.advance(10_000);
      await world.api("PUT", sweepPath("first"), { body: search() });
      for (let round = 0; round < 22; round += 1) {
        await endTrials(world);
        await tick(world, 5_000);
      }
      const told = await ledger(world, "again");
      expect(decisions(told)).toEqual([...Array.from({ length: 20 }, () => "started"), "skipped"]);
      expect(told.at(-1)?.reason).toContain("20 jobs or sweeps started one another");
    }
  }, 120_000);
});
