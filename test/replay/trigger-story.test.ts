// Triggers in the whole app: real operations and ticks over memory, in the test's time.
// Runs long: two days of fire times.
import { describe, expect, it } from "vitest";
import { fireTimesAfter } from "../../domain/schedule/fire-times.ts";
import { parse } from "../../domain/shared/parse.ts";
import { Schedule } from "../../domain/schedule/schema.ts";
import { manualClock } from "../../local/clock.ts";
import { memoryDocuments } from "../support/app/memory-documents.ts";
import { memoryStorageEvents } from "../support/app/memory-storage-events.ts";
import { experimentPath, jobBody, workspacePath, worldWithCluster } from "../support/app/stories.ts";
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
import type { Told } from "../support/app/trigger-stories.ts";

interface Firings {
  readonly value: readonly { readonly properties: Told }[];
}

describe("a trigger with a schedule", () => {
  it("starts a job at each fire time, and the ledger and the job's events say so", async () => {
    const world = await worldWithCluster();
    const saved = await save(world, "often", everyMinute);
    expect(saved).toMatchObject({
      name: "often",
      type: "Microsoft.BatchAI/workspaces/triggers",
      properties: {
        enabled: true,
        savedBy: "tester",
        on: { schedule: { timeZone: "UTC", catchup: "last" } },
      },
    });
    expect(JSON.stringify(saved)).not.toContain("not-to-be-seen");
    await tick(world, 60_000);
    await tick(world, 60_000);
    const told = await ledger(world, "often");
    expect(decisions(told)).toEqual(["started", "started"]);
    const names = await jobNames(world);
    expect(names).toHaveLength(2);
    expect(told.map(({ job }) => job?.id.split("/").at(-1)).toSorted()).toEqual(names.toSorted());
    const events = await world.api("GET", `${experimentPath}/jobs/${names[0]}/events?${ours}`);
    expect(events.body.value[0].properties).toMatchObject({ actor: "tester", cause: "created" });
    expect(events.body.value[0].properties.link).toMatch(/\/triggers\/often\/firings\/\w+$/i);
    const guid = (await world.services.state.jobs.get(refOfJob(names[0] ?? "")))?.guid ?? "";
    expect(world.secrets.get(guid)?.get("secrets.TOKEN")).toBe("not-to-be-seen");
  });

  it("has one row for each slot of 48 hours with a change of the clock, whatever was cut off and missed", async () => {
    const properties = {
      on: { schedule: { cron: "7,37 * * * *", timeZone: "Europe/Berlin", catchup: "last" } },
      overlap: "allow",
    };
    const clock = manualClock(Date.parse("2026-03-28T10:00:00Z"));
    // Jobs only wait here, and nobody looks at them every few seconds.
    const world = await worldWithCluster({ targetNodeCount: 0 }, { clock, monitorMaxIntervalMs: 86_400_000 });
    await save(world, "often", properties);
    const begin = world.now();
    for (let step = 0; world.now() < begin + 48 * 3_600_000; step += 1) {
      // Down for three hours, and killed now and then.
      await world.advance(step === 90 ? 3 * 3_600_000 : 600_000);
      world.crashAt(2 + (step % 17));
      await world.dyingTick().catch(() => undefined);
      world.crashOver();
      await world.tickTriggers();
    }
    const told = await ledger(world, "often");
    const schedule = parse(Schedule, properties.on.schedule);
    const slots = fireTimesAfter(schedule, begin, 1_000).filter(({ at: slot }) => slot <= world.now());
    expect(slots.length).toBeGreaterThan(94);
    expect(told.map(({ event }) => event["time"]).toSorted()).toEqual(
      slots.map((slot) => new Date(slot.at).toISOString()),
    );
    expect(decisions(told).filter((one) => one === "started").length).toBe((await jobNames(world)).length);
    const skipped = told.filter(({ decision }) => decision === "skipped");
    expect(skipped.length).toBeGreaterThan(3);
    expect(skipped.every(({ reason }) => reason.includes("catchup 'last'"))).toBe(true);
    expect(new Set(decisions(told))).toEqual(new Set(["started", "skipped"]));
  }, 60_000);

  it("skips what overlaps, or lets it wait for its turn", async () => {
    const world = await worldWithCluster();
    await save(world, "skips", { ...everyMinute, overlap: "skip" });
    await tick(world, 60_000);
    await tick(world, 60_000);
    expect(decisions(await ledger(world, "skips"))).toEqual(["started", "skipped"]);
    await world.api("DELETE", at("skips"));
    await endJobs(world);
    await save(world, "waits", { ...everyMinute, overlap: "queue" });
    await tick(world, 60_000);
    await tick(world, 60_000);
    await world.api("PATCH", at("waits"), { body: { properties: { enabled: false, reason: "enough" } } });
    expect(decisions(await ledger(world, "waits"))).toEqual(["started", "queued"]);
    await tick(world, 10_000);
    expect(decisions(await ledger(world, "waits"))).toEqual(["started", "queued"]);
    await world.api("PATCH", at("waits"), { body: { properties: { enabled: true } } });
    await endJobs(world);
    await tick(world, 10_000);
    expect(decisions(await ledger(world, "waits")).slice(0, 2)).toEqual(["started", "started"]);
  });

  it("replaces a job that has not ended", async () => {
    const world = await worldWithCluster();
    await save(world, "anew", { ...everyMinute, overlap: "replace" });
    await tick(world, 60_000);
    const [first = ""] = await jobNames(world);
    await tick(world, 60_000);
    await world.advance(5_000);
    const job = await world.api("GET", `${experimentPath}/jobs/${first}`);
    expect(job.body.properties.executionInfo.errors[0].code).toBe("JobTerminated");
    const told = await ledger(world, "anew");
    expect(decisions(told)).toEqual(["started", "started"]);
    expect(told[1]?.reason).toContain("they are terminated");
  });

  it("says what it would do next, and fills in what passed, once", async () => {
    const clock = manualClock(Date.parse("2026-03-28T12:00:00Z"));
    const world = await worldWithCluster({}, { clock });
    const night = { cron: "30 2 * * *", timeZone: "Europe/Berlin" };
    await save(world, "nightly", { on: { schedule: night } });
    const next = await world.api("GET", at("nightly", "/nextFireTimes"));
    expect(next.body.value).toHaveLength(5);
    expect([next.body.value[0], next.body.value[1]]).toEqual([
      { time: "2026-03-29T01:00:00.000Z", local: "2026-03-29T03:00:00", edge: "gap" },
      { time: "2026-03-30T00:30:00.000Z", local: "2026-03-30T02:30:00" },
    ]);
    const period = { from: "2026-03-20T00:00:00Z", to: "2026-03-23T00:00:00Z" };
    const dry = await world.api("POST", at("nightly", "/backfill"), { body: { ...period, dryRun: true } });
    expect(dry.body.value).toHaveLength(3);
    expect(await ledger(world, "nightly")).toEqual([]);
    for (let asked = 0; asked < 2; asked += 1) {
      const filled = await world.api("POST", at("nightly", "/backfill"), { body: period });
      expect(decisions((filled.body as Firings).value.map((one) => one.properties))).toEqual([
        "started",
        "queued",
        "queued",
      ]);
    }
    expect(await jobNames(world)).toHaveLength(1);
    await endJobs(world);
    await tick(world, 10_000);
    expect(await jobNames(world)).toHaveLength(2);
  });
});

describe("a trigger for blobs", () => {
  it("starts one job for each version of a blob, whoever tells of it and however often", async () => {
    const world = await worldWithCluster();
    await save(world, "arrivals", uploads, command("train {file}"));
    const etag = world.storageEvents.upload("data", "in/a.csv");
    world.storageEvents.upload("data", "in/b.txt");
    const told = (id: string, api: string) =>
      world.storageEvents.send(
        "batchai-blob-events",
        JSON.stringify(blobEvent(id, "in/a.csv", `"${etag}"`, api)),
      );
    told("e1", "PutBlockList");
    told("e2", "PutBlockList");
    told("e3", "CreateFile");
    for (let step = 0; step < 4; step += 1) await tick(world, 30_000);
    expect(decisions(await ledger(world, "arrivals")).toSorted()).toEqual([
      "duplicate",
      "duplicate",
      "started",
    ]);
    expect(world.storageEvents.left("batchai-blob-events")).toBe(0);
    world.storageEvents.upload("data", "in/a.csv");
    for (let step = 0; step < 4; step += 1) await tick(world, 30_000);
    expect((await ledger(world, "arrivals", "&decision=started")).length).toBe(2);
    const [name] = await jobNames(world);
    const job = await world.api("GET", `${experimentPath}/jobs/${name}`);
    expect(job.body.properties.customToolkitSettings.commandLine).toBe("train a");
  });

  it("loses and doubles none of many, wherever its process is killed", async () => {
    const blobs = 60;
    const storageEvents = memoryStorageEvents(() => clock.now());
    const clock = manualClock();
    const world = await worldWithCluster({}, { clock, storageEvents, documents: memoryDocuments() });
    await save(world, "arrivals", uploads, command("train {file}"));
    for (let index = 0; index < blobs; index += 1) {
      const etag = storageEvents.upload("data", `in/${index}.csv`);
      if (index % 3 === 0) continue;
      const event = JSON.stringify(blobEvent(`e${index}`, `in/${index}.csv`, etag, "PutBlob"));
      storageEvents.send("batchai-blob-events", event);
      if (index % 4 === 0) storageEvents.send("batchai-blob-events", event);
      if (index % 5 !== 0) continue;
      world.crashAt(1 + ((index * 7) % 40));
      await world.dyingTick().catch(() => undefined);
      world.crashOver();
      await world.advance(1_000);
    }
    for (let step = 0; step < 15; step += 1) await tick(world, 30_000);
    const commands = new Set<string>();
    for (const name of await jobNames(world)) {
      const { body } = await world.api("GET", `${experimentPath}/jobs/${name}`);
      commands.add(String(body.properties.customToolkitSettings.commandLine));
    }
    expect((await jobNames(world)).length).toBe(blobs);
    expect(commands.size).toBe(blobs);
    const open = (await ledger(world, "arrivals")).filter(({ decision }) => decision === "waiting");
    expect(open).toEqual([]);
  }, 60_000);

  it("keeps what a shell could read out of command lines, and what failed can be replayed", async () => {
    const world = await worldWithCluster();
    await save(world, "arrivals", uploads, command("train {file}"));
    world.storageEvents.upload("data", "in/$(reboot).csv");
    await tick(world, 60_000);
    const [failed] = await ledger(world, "arrivals");
    expect(failed).toMatchObject({ decision: "failed" });
    expect(failed?.reason).toContain("pass it through environmentVariables");
    const variable = { environmentVariables: [{ name: "FILE", value: "{file}" }] };
    const saved = await save(world, "arrivals", uploads, variable);
    expect(saved.properties.action.job.properties.environmentVariables[0]?.value).toBe("{file}");
    const replayed = await world.api("POST", at("arrivals", "/replay"), { body: { failed: true } });
    expect(replayed.body.value[0].properties.decision).toBe("replayed");
    const again = await world.api("POST", at("arrivals", "/replay"), {
      body: { firings: [replayed.body.value[0].name] },
    });
    expect(again.body.value[0].properties).toMatchObject({ decision: "replayed" });
    expect(await jobNames(world)).toHaveLength(1);
  });
});

describe("a trigger for messages", () => {
  it("takes parameters from a message, keeps one that is none with its error, and never loses one", async () => {
    const world = await worldWithCluster();
    await save(world, "work", messages, command("train {parameters.epochs}"));
    world.storageEvents.send("work", '{"epochs": 9}');
    world.storageEvents.send("work", "");
    world.storageEvents.send("work", "not JSON");
    world.crashAt(6);
    await world.dyingTick().catch(() => undefined);
    world.crashOver();
    for (let step = 0; step < 13; step += 1) await tick(world, 30_000);
    const told = await ledger(world, "work");
    expect(decisions(told).toSorted()).toEqual(["failed", "started", "started"]);
    expect(told.find(({ decision }) => decision === "failed")?.reason).toContain("not a JSON object");
    expect(world.storageEvents.left("work")).toBe(0);
    const run = await world.api("POST", at("work", "/run"), {
      body: { id: "mine", parameters: { epochs: 5 } },
    });
    expect(run.body.properties.decision).toBe("started");
    const twice = await world.api("POST", at("work", "/run"), { body: { id: "mine" } });
    expect(twice.body.name).toBe(run.body.name);
    expect(await jobNames(world)).toHaveLength(3);
  });
});

describe("a trigger", () => {
  it("shows what it would do before it is saved, and writes nothing", async () => {
    const world = await worldWithCluster();
    const before = world.documents.writes();
    const event = { kind: "blobCreated", name: "in/a.csv", etag: "0x1", size: 1 };
    const properties = { action: { experiment: "e", job: jobBody(command("train {file}")) }, ...uploads };
    const tried = await world.api("POST", at("draft", "/test"), { body: { event, properties } });
    expect(tried.body).toMatchObject({ wouldStart: true, reason: "the blob was written" });
    expect(tried.body.job.body.properties.customToolkitSettings.commandLine).toBe("train a");
    expect(JSON.stringify(tried.body)).not.toContain("not-to-be-seen");
    const other = await world.api("POST", at("draft", "/test"), {
      body: { event: { ...event, name: "out/a" }, properties },
    });
    expect(other.body).toMatchObject({
      wouldStart: false,
      reason: "the blob's name does not match in/{file}.csv",
    });
    expect(world.documents.writes()).toBe(before);
  });

  it("is refused when its template is no job, and the field is named", async () => {
    const world = await worldWithCluster();
    const put = (job: object) =>
      world.api("PUT", at("x"), {
        body: { properties: { ...everyMinute, action: { experiment: "e", job: jobBody(job) } } },
      });
    const bad = await put({ nodeCount: 0 });
    expect(bad.body.error.message).toContain(
      "properties.action.job: properties.nodeCount: expected a whole number",
    );
    const none = await put({ cluster: { id: `${workspacePath}/clusters/none` } });
    expect(none.body.error.code).toBe("ClusterNotFound");
    const unknown = await put(command("train {file}"));
    expect(unknown.body.error.message).toContain("'{file}' is no value of this trigger");
  });

  it("does nothing for somebody who may not submit jobs, and says so", async () => {
    const world = await worldWithCluster();
    await save(world, "often", everyMinute);
    const saved = (await world.api("GET", at("often"))).body;
    expect(saved.properties.savedBy).toBe("tester");
    await world.services.state.triggers.update(refOfTrigger("often"), (found) => ({
      ...found,
      savedBy: { subject: "eve", roles: ["reader"] },
    }));
    await tick(world, 60_000);
    const told = await ledger(world, "often");
    expect(told[0]).toMatchObject({ decision: "failed" });
    expect(told[0]?.reason).toContain("'eve', who saved the trigger, may not submit jobs");
  });

  it("is gone with its secrets, also with its workspace, and what was planned for it does nothing", async () => {
    const world = await worldWithCluster();
    await save(world, "one", { ...everyMinute, overlap: "queue" });
    await save(world, "two", everyMinute);
    await save(world, "three", uploads);
    await tick(world, 120_000);
    await tick(world, 10_000);
    const secrets = world.secrets.size;
    expect((await world.api("DELETE", at("one"))).status).toBe(202);
    expect((await world.api("GET", at("one"))).body.error.code).toBe("TriggerNotFound");
    expect(world.secrets.size).toBe(secrets - 1);
    await world.api("DELETE", workspacePath);
    await world.advance(60_000);
    expect((await world.api("GET", workspacePath)).status).toBe(404);
    await tick(world, 300_000);
    await tick(world, 10_000);
    expect(await world.services.due.upTo("9999", 10)).toEqual([]);
    await world.advance(31 * 86_400_000);
    await world.removeOutdated();
    expect(await world.documents.partitions("firings|")).toEqual([]);
    expect(await world.documents.partitions("watched")).toEqual([]);
  });

  it("keeps its secrets when what has no owner is removed", async () => {
    const world = await worldWithCluster();
    await save(world, "often", everyMinute);
    const before = world.secrets.size;
    await world.advance(2 * 3_600_000);
    await world.removeOrphans();
    expect(world.secrets.size).toBe(before);
  });
});

describe("10,000 schedules", () => {
  it("cost one read a tick while none of them is due", async () => {
    const world = await worldWithCluster();
    await save(world, "often", { on: { schedule: { cron: "0 0 1 1 *" } } });
    const [entry] = await world.services.due.upTo("9999", 1);
    if (entry === undefined) throw new Error("the schedule is not planned");
    for (let index = 0; index < 10_000; index += 1)
      await world.services.due.add({ ...entry, guid: `${entry.guid}-${index}` });
    const before = world.documents.reads();
    await world.tickTriggers();
    expect(world.documents.reads() - before).toBe(1);
  });
});
