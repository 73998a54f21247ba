// Workflows: chains of jobs and sweeps as one graph, restarted from what failed, in the whole app over memory, in the test's time.
// Runs long: a restart that is killed at every step.
import { describe, expect, it } from "vitest";
import { experimentPath, jobBody, workspacePath, worldWithCluster } from "../support/app/stories.ts";
import { report, share as mountVolumes, sweepBody } from "../support/app/sweep-stories.ts";
import {
  at,
  command,
  endJobs,
  jobNames,
  ledger,
  messages,
  ours,
  save,
  tick,
} from "../support/app/trigger-stories.ts";
import type { World } from "../support/app/trigger-stories.ts";

interface Step {
  readonly id: string;
  readonly state: string;
  readonly decision?: string;
  readonly reason?: string;
  readonly job?: { readonly id: string };
  readonly trigger?: { readonly id: string };
  readonly outputs?: Readonly<Record<string, unknown>>;
  readonly restarts?: readonly { readonly id: string; readonly by: string; readonly from?: object }[];
}
interface Workflow {
  readonly id: string;
  readonly name: string;
  readonly properties: {
    readonly state: string;
    readonly steps: readonly Step[];
    readonly edges: readonly { readonly from: string; readonly to: string }[];
    readonly more: boolean;
  };
}

const path = (rest = "") => `${workspacePath}/workflows${rest}?${ours}`;
const last = (id = "") => id.split("/").at(-1) ?? "";

async function workflows(world: World): Promise<readonly Workflow[]> {
  const { status, body } = await world.api("GET", path(), { token: "role-reader" });
  expect(status).toBe(200);
  return (body as { value: readonly Workflow[] }).value;
}
async function workflow(world: World, id: string): Promise<Workflow["properties"]> {
  const { status, body } = await world.api("GET", path(`/${id}`), { token: "role-reader" });
  expect(status, JSON.stringify(body)).toBe(200);
  return (body as Workflow).properties;
}
const restart = (world: World, id: string, body: object = {}, token = "role-submitter") =>
  world.api("POST", path(`/${id}/restart`), { body, token });
const told = ({ steps }: Workflow["properties"]) =>
  steps.map(({ trigger, state }) => `${last(trigger?.id)} ${state}`);

const stdOutErrPathPrefix = "$AZ_BATCHAI_JOB_MOUNT_ROOT/share";

/** Four steps, of which the third tells the fourth what it chose: train → evaluate → compare → promote. */
async function chain(world: World) {
  const after = (job: string, outputs?: object) => ({
    on: { jobCompleted: { experiment: "e", job, ...(outputs === undefined ? {} : { outputs }) } },
  });
  const mounts = { mountVolumes, stdOutErrPathPrefix };
  await save(world, "train", messages, command("train {parameters.epochs}"));
  await save(world, "evaluate", after("train-{run}"), command("evaluate {job}"));
  await save(world, "compare", after("evaluate-{run}"), { ...command("compare {job}"), ...mounts });
  await save(
    world,
    "promote",
    after("compare-{run}", { model: { text: "model" } }),
    command("promote {outputs.model}"),
  );
  await world.advance(10_000);
}

async function step(world: World, exitCode = 0): Promise<void> {
  await endJobs(world, exitCode);
  await tick(world, 5_000);
}

async function says(world: World, job: string): Promise<void> {
  const { body } = await world.api("GET", `${experimentPath}/jobs/${job}`);
  const place = `${body.properties.jobOutputDirectoryPathSegment}/stdouterr/outputs.jsonl`;
  world.written.set(place, '{"name": "model", "value": "models/7"}\n');
}

/** Up to the failure of the third step. */
async function failedChain(world: World): Promise<string> {
  await chain(world);
  world.storageEvents.send("work", JSON.stringify({ epochs: 9 }));
  await tick(world, 10_000);
  await step(world);
  await step(world);
  await step(world, 1);
  const [only, ...more] = await workflows(world);
  expect(more).toEqual([]);
  return only?.name ?? "";
}

interface Listed {
  readonly state: string;
  readonly endTime?: string;
  readonly stepCounts: { readonly total: number; readonly succeeded: number; readonly failed: number };
}
const listedOf = async (world: World) => {
  const [only] = await workflows(world);
  return only?.properties as unknown as Listed;
};
/** As the graph tells it. */
async function counted(world: World, id: string): Promise<Pick<Listed, "state" | "stepCounts">> {
  const { state, steps } = await workflow(world, id);
  const of = (wanted: string) => steps.filter((one) => one.state === wanted).length;
  return { state, stepCounts: { total: steps.length, succeeded: of("succeeded"), failed: of("failed") } };
}

describe("the list of workflows", () => {
  it("tells of each what its graph does, before, while and after it is restarted; also when it was read before", async () => {
    const world = await worldWithCluster();
    const id = await failedChain(world);
    const failed = { state: "failed", stepCounts: { total: 3, succeeded: 2, failed: 1 } };
    for (let time = 0; time < 2; time += 1) expect(await listedOf(world)).toMatchObject(failed);
    expect((await listedOf(world)).endTime).toMatch(/^2026-/);
    await restart(world, id);
    const goesOn = await listedOf(world);
    expect(goesOn.state).toBe("running");
    expect(goesOn).toMatchObject(await counted(world, id));
    expect(goesOn).not.toHaveProperty("endTime");
    await says(world, last((await workflow(world, id)).steps[2]?.job?.id));
    await step(world);
    expect(await listedOf(world)).toMatchObject(await counted(world, id));
    await step(world);
    for (let time = 0; time < 2; time += 1)
      expect(await listedOf(world)).toMatchObject({
        state: "succeeded",
        stepCounts: { total: 4, succeeded: 4, failed: 0 },
      });
  });

  it("is one read of those that are over, and hears of a step that comes after it was read", async () => {
    const world = await worldWithCluster();
    await chain(world);
    world.storageEvents.send("work", JSON.stringify({ epochs: 9 }));
    await tick(world, 10_000);
    await endJobs(world, 0);
    for (let look = 0; look < 4; look += 1) {
      const found = await listedOf(world);
      const [only] = await workflows(world);
      if (only !== undefined) expect(found).toMatchObject(await counted(world, only.name));
      await tick(world, 5_000);
      for (const name of (await jobNames(world)).filter((each) => each.startsWith("compare-")))
        await says(world, name);
      await endJobs(world, 0);
    }
    await tick(world, 5_000);
    expect(await listedOf(world)).toMatchObject({ state: "succeeded", stepCounts: { total: 4 } });
    const before = world.documents.reads();
    await workflows(world);
    // The list, the workspace, and who may read it.
    expect(world.documents.reads() - before).toBeLessThanOrEqual(4);
  });
});

describe("a workflow", () => {
  it("shows a chain as one graph, and goes on from the step that failed", async () => {
    const world = await worldWithCluster();
    const id = await failedChain(world);
    const failed = await workflow(world, id);
    expect([failed.state, told(failed)]).toEqual([
      "failed",
      ["train succeeded", "evaluate succeeded", "compare failed"],
    ]);
    const ids = failed.steps.map((one) => one.id);
    expect(ids[0]).toBe(id);
    expect(failed.edges).toEqual([
      { from: ids[0], to: ids[1] },
      { from: ids[1], to: ids[2] },
    ]);
    expect(failed.steps[1]).toMatchObject({
      decision: "started",
      reason: expect.stringMatching(/^job train-\w+ succeeded$/) as string,
      exitCode: 0,
    });
    const before = last(failed.steps[2]?.job?.id);

    const answer = await restart(world, id, { id: "after-the-repair" });
    expect([answer.status, answer.body.restarted]).toEqual([200, [ids[2]]]);
    // Asking again is asking once, while it goes on and also when it has failed again meanwhile.
    expect((await restart(world, id)).body.restarted).toEqual([]);
    await step(world, 1);
    expect((await restart(world, id, { id: "after-the-repair" })).body.restarted).toEqual([ids[2]]);
    expect(told(await workflow(world, id)).at(-1)).toBe("compare failed");
    expect((await jobNames(world)).filter((name) => name.startsWith("compare-"))).toHaveLength(2);

    await restart(world, id, { steps: [ids[2]] });
    const anew = last((await workflow(world, id)).steps[2]?.job?.id);
    expect(anew).toBe(`${before}-r2`);
    await says(world, anew);
    await step(world);
    await step(world);
    const done = await workflow(world, id);
    expect([done.state, told(done)]).toEqual([
      "succeeded",
      ["train succeeded", "evaluate succeeded", "compare succeeded", "promote succeeded"],
    ]);
    expect(done.steps[2]).toMatchObject({
      decision: "replayed",
      restarts: [
        {
          id: "after-the-repair",
          by: "tester",
          from: { job: { id: expect.stringContaining(before) as string } },
        },
        { from: { job: { id: expect.stringContaining(`${before}-r1`) as string } } },
      ],
    });
    expect(done.steps[3]).toMatchObject({ outputs: { "outputs.model": "models/7" } });
    const promoted = await world.api("GET", done.steps[3]?.job?.id ?? "");
    expect(promoted.body.properties.customToolkitSettings.commandLine).toBe("promote models/7");
    // The steps before ran once.
    const names = await jobNames(world);
    expect(names.filter((name) => /^(?:train|evaluate)-/.test(name))).toHaveLength(2);
    // The ledger of the trigger says the same.
    const rows = await ledger(world, "compare");
    expect(rows.map(({ decision }) => decision)).toEqual(["replayed"]);
  });

  it("restarts its first step, too, and says what it cannot restart", async () => {
    const world = await worldWithCluster();
    await chain(world);
    world.storageEvents.send("work", "");
    await tick(world, 10_000);
    await step(world, 1);
    const [only] = await workflows(world);
    const id = only?.name ?? "";
    expect(told(await workflow(world, id))).toEqual(["train failed"]);
    expect((await restart(world, id)).body.restarted).toEqual([id]);
    await step(world);
    expect(told(await workflow(world, id)).slice(0, 2)).toEqual(["train succeeded", "evaluate queued"]);

    // One that somebody made by hand: how, only they know.
    await world.api("PUT", `${experimentPath}/jobs/train-byhand`, { body: jobBody() });
    for (let round = 0; round < 2; round += 1) await step(world, 1);
    const [newest] = await workflows(world);
    const refused = await restart(world, newest?.name ?? "");
    expect([refused.status, refused.body.error.code]).toEqual([409, "InvalidState"]);
    expect(refused.body.error.message).toContain("job 'train-byhand' was started by no trigger");
  });

  it("restarts a step that could not be started", async () => {
    const world = await worldWithCluster();
    await chain(world);
    await world.api("PUT", `${experimentPath}/jobs/compare-1`, {
      body: jobBody({ mountVolumes, stdOutErrPathPrefix }),
    });
    await step(world);
    const [only] = await workflows(world);
    const id = only?.name ?? "";
    const failed = await workflow(world, id);
    expect(told(failed)).toEqual([" succeeded", "promote failed"]);
    expect(failed.steps[1]?.reason).toContain("reported no 'model'");
    await says(world, "compare-1");
    await restart(world, id);
    await step(world);
    expect(told(await workflow(world, id))).toEqual([" succeeded", "promote succeeded"]);
  });

  it("has sweeps as steps", async () => {
    const world = await worldWithCluster({ targetNodeCount: 2 });
    const body = {
      properties: {
        on: { jobCompleted: { experiment: "e", job: "prepare-{run}" } },
        action: { experiment: "e", sweep: sweepBody({ limits: { maxTrials: 1 } }) },
      },
    };
    expect((await world.api("PUT", at("search"), { body })).status).toBe(200);
    await save(
      world,
      "promote",
      { on: { jobCompleted: { experiment: "e", sweep: "search-{run}" } } },
      command("promote {sweep.best.job}"),
    );
    await world.advance(10_000);
    await world.api("PUT", `${experimentPath}/jobs/prepare-1`, { body: jobBody() });
    await step(world);
    await world.advance(6_000);
    const [trial = ""] = (await jobNames(world)).filter((name) => name.startsWith("search-"));
    const shown = await world.api("GET", `${experimentPath}/jobs/${trial}`);
    world.written.set(
      `${shown.body.properties.jobOutputDirectoryPathSegment}/stdouterr/metrics.jsonl`,
      report(0.5),
    );
    await step(world);
    await tick(world, 20_000);
    await step(world);
    const [only, ...more] = await workflows(world);
    expect(more).toEqual([]);
    const { steps } = await workflow(world, only?.name ?? "");
    expect(steps.map(({ trigger, state }) => `${last(trigger?.id)} ${state}`)).toEqual([
      " succeeded",
      "search succeeded",
      "promote succeeded",
    ]);
    expect(steps[1]).toMatchObject({ sweep: { id: expect.stringContaining("/sweeps/search-") as string } });
  });

  it("is for readers; a restart is for submitters; what is not there is not found", async () => {
    const world = await worldWithCluster();
    const id = await failedChain(world);
    expect((await restart(world, id, {}, "role-reader")).status).toBe(403);
    expect(told(await workflow(world, id)).at(-1)).toBe("compare failed");
    const unknown = await world.api("GET", path("/none"));
    expect([unknown.status, unknown.body.error.code]).toEqual([404, "WorkflowNotFound"]);
    const wrong = await restart(world, id, { steps: ["none"] });
    expect([wrong.status, wrong.body.error.message]).toEqual([
      400,
      expect.stringContaining("no step 'none'"),
    ]);
    expect((await world.api("GET", `${workspacePath}/workflows`)).status).toBe(404);
  });

  it("goes after as long as the ledger", async () => {
    const world = await worldWithCluster();
    await failedChain(world);
    await world.advance(31 * 86_400_000);
    await world.removeOutdated();
    expect(await workflows(world)).toEqual([]);
    const rows = (JSON.parse(world.documents.dump()) as [string, unknown[]][]).filter(
      ([partition, found]) => partition.startsWith("workflows|") && found.length > 0,
    );
    expect(rows).toEqual([]);
  });

  it("is restarted once, wherever the process is killed meanwhile", async () => {
    let isOver = false;
    let kill = 0;
    while (!isOver) {
      kill += 1;
      const world = await worldWithCluster();
      const id = await failedChain(world);
      world.crashAt(kill);
      await restart(world, id, { id: "once" });
      isOver = world.crashOver();
      await world.advance(1_000);
      const again = await restart(world, id, { id: "once" });
      expect(again.body.restarted).toHaveLength(1);
      for (let look = 0; look < 5; look += 1) await tick(world, 30_000);
      const names = (await jobNames(world)).filter((name) => name.startsWith("compare-"));
      expect(names.toSorted().map((name) => name.slice(20))).toEqual(["", "-r1"]);
      const [, , compared] = (await workflow(world, id)).steps;
      expect(compared).toMatchObject({ decision: "replayed", restarts: [{ id: "once" }] });
    }
    expect(kill).toBeGreaterThan(10);
  }, 300_000);
});
