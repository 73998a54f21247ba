// An experiment with many jobs is deleted in few steps: those that have ended go together, the others end first.
// Runs long: thousands of jobs.
import { describe, expect, it } from "vitest";
import { endedRun } from "../../domain/job/rules.ts";
import type { JobDocument } from "../../domain/job/schema.ts";
import { parseId, refOf } from "../../domain/shared/resource-id.ts";
import { memoryDocuments } from "../support/app/memory-documents.ts";
import {
  experimentPath,
  jobBody,
  startJob,
  workspacePath,
  worldWithCluster,
} from "../support/app/stories.ts";

type World = Awaited<ReturnType<typeof worldWithCluster>>;
const pathOf = (name: string) => `${experimentPath}/jobs/${name}`;
const many = 2_300;

async function document(world: World, name: string): Promise<JobDocument> {
  const ref = parseId(pathOf(name));
  const found = ref.kind === "job" ? await world.services.state.jobs.get(ref) : undefined;
  if (found === undefined) throw new Error(`there is no job ${name}`);
  return found;
}

/** Copies of a job, as they are after their end. */
async function addEnded(world: World, count: number): Promise<void> {
  await world.api("PUT", pathOf("model"), { body: jobBody() });
  await world.advance(500);
  const model = await document(world, "model");
  const { state } = world.services;
  const now = new Date(world.now());
  for (let index = 0; index < count; index += 1) {
    const job = `j${index}`;
    const fresh = { ...model, job, guid: guidOf(index) };
    const ended = endedRun(fresh, { kind: "succeeded", exitCode: 0 }, {}, now);
    const change = { time: now.toISOString(), actor: "tester", cause: "made" };
    await state.jobs.create(refOf<"job">(ended), ended, change);
    const row = `known|${ended.guid}`;
    await world.documents.commit(`active|${model.clusterGuid}`, [{ kind: "put", row, value: {} }]);
    world.secrets.set(ended.guid, new Map([["TOKEN", "x"]]));
  }
}

const guidOf = (index: number) => `00000000-2222-4333-8444-${String(index).padStart(12, "0")}`;

async function operationOf(world: World, answer: { headers: Readonly<Record<string, string>> }) {
  const found = await world.api("GET", answer.headers["azure-asyncoperation"] ?? "");
  return found.body as { status: string };
}

describe("an experiment with thousands of jobs that have ended", () => {
  it("is gone within a minute of the service's time, with all that was kept of them, in few transactions", async () => {
    const documents = memoryDocuments();
    const world = await worldWithCluster({ targetNodeCount: 0 }, { documents });
    await addEnded(world, many);
    const before = documents.writes();
    const answer = await world.api("DELETE", experimentPath);
    await world.advance(20_000);
    expect(await operationOf(world, answer)).toMatchObject({ status: "Succeeded" });
    expect((await world.api("GET", experimentPath)).status).toBe(404);
    expect(documents.writes() - before).toBeLessThan(many / 10);
    expect([...world.secrets.keys()].filter((owner) => owner.startsWith("00000000-"))).toEqual([]);
    const kept = documents.dump();
    expect(kept).not.toContain("known|00000000-");
    expect(kept).not.toMatch(/\["job\|e\|/);
  });

  it("tells of each of them, and of itself, that it went", async () => {
    const world = await worldWithCluster({ targetNodeCount: 0 });
    await addEnded(world, 120);
    await world.api("DELETE", experimentPath);
    await world.advance(20_000);
    const eventsOf = async (path: string) => {
      const found = await world.api("GET", `${path}/events?api-version=2026-11-01`);
      return (found.body.value as { properties: { cause: string } }[]).map(({ properties }) => properties);
    };
    expect((await eventsOf(pathOf("j77"))).at(-1)).toMatchObject({
      cause: "the experiment is deleted",
      from: "succeeded",
    });
    const causes = (await eventsOf(experimentPath)).map(({ cause }) => cause);
    expect(causes).toContain("120 of its jobs were deleted");
    expect(causes.at(-1)).toBe("deleted");
  });

  it("takes those with it that still run or wait, each after its end", async () => {
    const world = await worldWithCluster();
    await startJob(world, pathOf("runs"));
    await addEnded(world, 250);
    const answer = await world.api("DELETE", experimentPath);
    await world.advance(60_000);
    expect(await operationOf(world, answer)).toMatchObject({ status: "Succeeded" });
    expect(world.azure.tasks()).toEqual([]);
    expect(world.stagedOfRuns()).toEqual([]);
    expect(world.active().filter((id) => !id.startsWith("monitor-"))).toEqual([]);
  });

  it("goes on where a crash cut it off, at whatever step", async () => {
    for (let step = 1; step < 40; step += 3) {
      const world = await worldWithCluster({ targetNodeCount: 0 });
      await addEnded(world, 130);
      const answer = await world.api("DELETE", workspacePath);
      world.activityCrash.crashAt(step);
      await world.advance(2_000);
      world.activityCrash.crashOver();
      await world.advance(120_000);
      expect(await operationOf(world, answer), `step ${step}`).toMatchObject({ status: "Succeeded" });
      expect(world.documents.dump(), `step ${step}`).not.toMatch(/known\|0000|\["job\|e\|/);
    }
  });
});

describe("the removal of many jobs", () => {
  it("does not touch the jobs of a later experiment of that name, though it comes late", async () => {
    const world = await worldWithCluster({ targetNodeCount: 0 });
    await addEnded(world, 3);
    const jobs = await Promise.all(["j0", "j1", "j2"].map((name) => document(world, name)));
    const ref = parseId(experimentPath);
    if (ref.kind !== "experiment") throw new Error("not an experiment");
    const experiment = await world.services.state.experiments.get(ref);
    if (experiment === undefined) throw new Error("no experiment");
    const change = { time: new Date(world.now()).toISOString(), actor: "tester", cause: "deleted" };
    const earlier = () => false;
    expect(await world.services.state.removeJobs(ref, earlier, jobs, change)).toBe(0);
    expect((await world.api("GET", pathOf("j1"))).status).toBe(200);
  });

  it("leaves out what somebody else removed meanwhile, and is done at the next look", async () => {
    const world = await worldWithCluster({ targetNodeCount: 0 });
    await addEnded(world, 3);
    const jobs = await Promise.all(["j0", "j1", "j2"].map((name) => document(world, name)));
    const ref = parseId(experimentPath);
    if (ref.kind !== "experiment") throw new Error("not an experiment");
    const change = { time: new Date(world.now()).toISOString(), actor: "tester", cause: "deleted" };
    const [first, ...rest] = jobs;
    if (first === undefined) throw new Error("no job");
    await world.services.state.jobs.remove(refOf<"job">(first), () => true, change);
    expect(await world.services.state.removeJobs(ref, () => true, jobs, change)).toBe(0);
    expect(await world.services.state.removeJobs(ref, () => true, rest, change)).toBe(2);
    expect((await world.api("GET", pathOf("j1"))).status).toBe(404);
  });
});

describe("a job that has ended", () => {
  it("is deleted by the request itself, with what was kept of it, and the operation says so at the first look", async () => {
    const world = await worldWithCluster();
    await startJob(world, pathOf("done"));
    world.azure.complete(world.onlyTask(), { exitCode: 0 });
    await world.advance(2_000);
    const { guid } = await document(world, "done");
    const answer = await world.api("DELETE", pathOf("done"));
    expect(await operationOf(world, answer)).toMatchObject({ status: "Succeeded" });
    expect((await world.api("GET", pathOf("done"))).status).toBe(404);
    expect(world.engine.client.get(`delete-job-${guid}`)).toBeUndefined();
    expect(world.azure.tasks()).toEqual([]);
    expect([...world.secrets.keys()]).not.toContain(guid);
    expect(world.documents.dump()).not.toContain(`known|${guid}`);
    const again = await world.api("DELETE", pathOf("done"));
    expect(again.status).toBe(204);
  });

  it("is still there, or gone altogether, when the request was cut off at whatever step; asking again deletes it", async () => {
    for (let step = 1; ; step += 1) {
      const world = await worldWithCluster();
      await startJob(world, pathOf("done"));
      world.azure.complete(world.onlyTask(), { exitCode: 0 });
      await world.advance(2_000);
      const { guid } = await document(world, "done");
      world.crashAt(step);
      await world.api("DELETE", pathOf("done")).catch(() => undefined);
      if (world.crashOver()) break;
      const state = await world.api("GET", pathOf("done"));
      expect([200, 404], `step ${step}`).toContain(state.status);
      await world.api("DELETE", pathOf("done"));
      await world.advance(5_000);
      expect((await world.api("GET", pathOf("done"))).status, `step ${step}`).toBe(404);
      expect(world.azure.tasks(), `step ${step}`).toEqual([]);
      expect([...world.secrets.keys()], `step ${step}`).not.toContain(guid);
      expect(world.documents.dump(), `step ${step}`).not.toContain(`known|${guid}`);
    }
  });
});
