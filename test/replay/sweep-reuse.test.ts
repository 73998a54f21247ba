// Trials that take the results of equal ones: what is taken, what never is, and that a sweep is the same sweep by it.
// Runs long: every case is one sweep or more in virtual time, and a process that dies at each step of a look is a world each.
import { describe, expect, it } from "vitest";
import { report, story, sweepBody } from "../support/app/sweep-stories.ts";
import type { Shown, Story } from "../support/app/sweep-stories.ts";
import { experimentPath } from "../support/app/stories.ts";

const own = "api-version=2026-11-01";
const root = "$AZ_BATCHAI_JOB_MOUNT_ROOT/share";
const trial = { inputDirectories: [{ id: "DATA", path: `${root}/data` }], receipt: {} };
const body = (properties: object = {}, job: object = {}) =>
  sweepBody({ reuse: true, ...properties }, { ...trial, ...job });

interface ReusedTrial extends Shown {
  readonly value?: number;
  readonly reusedFrom?: string;
  readonly spent: { readonly nodeHours: number };
}

interface Properties {
  readonly executionState: string;
  readonly spent: { readonly nodeHours: number };
  readonly best: { readonly trial: number; readonly job: string };
}

/** A named sweep of the world, and whatever runs its trials. */
function sweepOf(world: Story, name: string) {
  const at = `${experimentPath}/sweeps/${name}`;
  const ask = (method: string, action = "", asked?: object) =>
    world.api(method, `${at}${action}${action.includes("?") ? "&" : "?"}${own}`, asked && { body: asked });
  const trials = async () => (await ask("GET", "/trials")).body.value as readonly ReusedTrial[];
  const properties = async () => (await ask("GET")).body.properties as Properties;
  return {
    ask,
    trials,
    properties,
    async put(asked: object) {
      const answer = await ask("PUT", "", asked);
      expect([answer.status, answer.body]).toEqual([200, expect.anything()]);
    },
    /** Lets every task run and report its rate, as deterministic training does. @returns the jobs that ran. */
    async run(about: { exitCode?: number; onRun?: (one: Shown) => void; receipt?: boolean } = {}) {
      const ran: string[] = [];
      for (let round = 0; round < 60; round += 1) {
        await world.advance(6_000);
        if ((await properties()).executionState !== "running") return ran;
        for (const one of await trials()) {
          if (one.state !== "queued" && one.state !== "running") continue;
          const task = await world.taskOf(one.job);
          if (task === "") continue;
          ran.push(one.job);
          world.azure.start(task);
          about.onRun?.(one);
          const value = Number(one.parameters["LR"]);
          await world.says(one.job, [1, 2, 3].map((step) => report(value / step, step)).join(""));
          const guid = task.slice(0, 36);
          if (about.receipt !== false)
            await world.says(one.job, `run ${guid} 1\ninput DATA\nend\n`, "receipt");
          world.azure.complete(task, { exitCode: about.exitCode ?? 0 });
        }
      }
      throw new Error(`the sweep ${name} does not end`);
    },
  };
}

const holds = (world: Story, ...etags: readonly string[]) =>
  world.outputs.set(
    "data",
    etags.map((etag, at) => ({ name: `part-${at}`, isDirectory: false, etag, contentLength: 4 })),
  );

async function twice(between: (world: Story) => void | Promise<void>, again = body(), first = body()) {
  const world = await story();
  holds(world, "1", "2");
  const [one, other] = [sweepOf(world, "one"), sweepOf(world, "other")];
  await one.put(first);
  expect(await one.run()).toHaveLength(4);
  await between(world);
  await other.put(again);
  return { world, one, other, ran: await other.run() };
}

describe("a sweep that takes results", () => {
  it("runs nothing that ran before, costs nothing, and says where each result is from", async () => {
    const budget = { budget: { nodeHours: 0.2 } };
    const limits = { limits: { maxTrials: 4, maxConcurrentTrials: 2, trialTimeout: "PT3M" } };
    const asked = body({ ...budget, ...limits });
    const { world, one, other, ran } = await twice(() => undefined, asked, asked);
    expect(ran).toEqual([]);
    const [before, after] = [await one.trials(), await other.trials()];
    expect(after.map(({ value, parameters, state }) => ({ value, parameters, state }))).toEqual(
      before.map(({ value, parameters }) => ({ value, parameters, state: "succeeded" })),
    );
    for (const [at, { reusedFrom, spent }] of after.entries()) {
      expect(reusedFrom).toMatch(new RegExp(`/experiments/e/jobs/${before[at]?.job ?? ""}$`));
      expect(spent.nodeHours).toBe(0);
    }
    const [was, is] = [await one.properties(), await other.properties()];
    expect(was).toMatchObject({ reuse: true, reused: 0 });
    expect(is).toMatchObject({ reuse: true, reused: 4, counts: { succeeded: 4 }, endReason: "allTrials" });
    expect(is.spent.nodeHours).toBe(0);
    expect(is.best).toEqual({ ...was.best, job: `other_${was.best.trial}`, reusedFrom: expect.any(String) });
    const best = (await other.ask("GET", "/best")).body;
    expect(best.jobId).toBe(best.reusedFrom);
    // Its curves are its own, also when the first sweep is gone; a third one runs again then.
    const curve = async () => (await other.ask("GET", "/metrics?trial=1&metric=loss&format=jsonl")).text;
    expect(((await curve()) ?? "").split("\n")).toHaveLength(4);
    const csv = (await other.ask("GET", "/export?format=csv")).text ?? "";
    expect(csv.split("\r\n")[0]).toContain(",endTime,reusedFrom,");
    await one.ask("DELETE");
    await world.advance(600_000);
    expect(((await curve()) ?? "").split("\n")).toHaveLength(4);
    const third = sweepOf(world, "third");
    await third.put(asked);
    expect(await third.run()).toHaveLength(4);
    expect((await third.trials())[0]).not.toHaveProperty("reusedFrom");
  });

  it.each<[string, (world: Story) => void, object?]>([
    ["one byte of one file", (world) => holds(world, "1", "3")],
    ["a file more", (world) => holds(world, "1", "2", "3")],
    ["a file less", (world) => holds(world, "1")],
    ["the command", () => undefined, body({}, { customToolkitSettings: { commandLine: "train $PARAM_LR" } })],
    ["a variable", () => undefined, body({}, { environmentVariables: [{ name: "SEED", value: "2" }] })],
    ["how metrics are read", () => undefined, body({ metrics: [{ name: "x", expression: "x={value}" }] })],
    ["the seed", () => undefined, body({ algorithm: { type: "random", seed: 5 } })],
  ])("runs all that differs in %s", async (_, change, again = body()) => {
    const { ran } = await twice(change, again);
    expect(ran).toHaveLength(4);
  });

  it("takes what differs in nothing that decides a result", async () => {
    const again = body({}, { stdOutErrPathPrefix: `${root}/elsewhere`, schedulingPriority: "low" });
    expect((await twice(() => undefined, again)).ran).toEqual([]);
  });

  it.each<[string, Parameters<ReturnType<typeof sweepOf>["run"]>[0], ((world: Story) => void)?]>([
    ["a failed trial", { exitCode: 3 }],
    ["a trial without a receipt", { receipt: false }],
    ["a trial whose input changed while it ran", {}, (world) => holds(world, "1", "9")],
  ])("never takes the result of %s", async (_, about, onRun) => {
    const world = await story();
    holds(world, "1", "2");
    const first = sweepOf(world, "one");
    await first.put(body());
    await first.run({ ...about, onRun: () => onRun?.(world) });
    holds(world, "1", "2");
    const again = sweepOf(world, "again");
    await again.put(body({ limits: { maxTrials: 1 } }));
    expect(await again.run()).toHaveLength(1);
  });

  it("never takes the result of a trial that was ended", async () => {
    const world = await story();
    holds(world, "1", "2");
    const first = sweepOf(world, "one");
    await first.put(body());
    await world.advance(6_000);
    for (const { job } of await first.trials()) world.azure.start(await world.taskOf(job));
    await world.advance(6_000);
    await first.ask("POST", "/terminate");
    await world.advance(120_000);
    expect((await first.trials()).map(({ state }) => state)).toEqual(["canceled", "canceled"]);
    const again = sweepOf(world, "again");
    await again.put(body());
    expect(await again.run()).toHaveLength(4);
  });

  it("makes the same suggestions and decisions as one that runs everything", async () => {
    const properties = {
      algorithm: { type: "tpe", seed: 11, startupTrials: 3 },
      stopping: { type: "asha", minResource: 1, reductionFactor: 2 },
      limits: { maxTrials: 12, maxConcurrentTrials: 3 },
    };
    const world = await story();
    holds(world, "1", "2");
    const told = async (name: string, asked: object) => {
      const sweep = sweepOf(world, name);
      await sweep.put(asked);
      const ran = await sweep.run();
      const trials = (await sweep.trials()).map(({ parameters, value }) => ({ parameters, value }));
      const { value: decisions } = (await sweep.ask("GET", "/decisions")).body;
      return { ran, told: { trials, decisions } };
    };
    const plain = await told("plain", body({ ...properties, reuse: false }));
    const some = await told(
      "some",
      body({ ...properties, limits: { maxTrials: 5, maxConcurrentTrials: 3 } }),
    );
    const rest = await told("rest", body(properties));
    const none = await told("none", body(properties));
    expect(plain.ran).toHaveLength(12);
    expect(some.ran).toHaveLength(5);
    expect(rest.ran.length).toBeLessThan(12);
    expect(rest.told).toEqual(plain.told);
    expect(none.told).toEqual(plain.told);
    expect(plain.told.decisions).not.toEqual([]);
  });

  it("comes to the same when its process dies at any moment of a look", async () => {
    for (let step = 1; step <= 30; step += 1) {
      const world = await story();
      holds(world, "1", "2");
      const first = sweepOf(world, "one");
      await first.put(body());
      await first.run();
      const again = sweepOf(world, "again");
      world.activityCrash.crashAt(step);
      await again.put(body());
      await world.advance(6_000);
      const unharmed = world.activityCrash.crashOver();
      if (!unharmed) await world.reconcile();
      expect(await again.run()).toEqual([]);
      expect(await again.properties()).toMatchObject({ reused: 4, counts: { succeeded: 4 } });
      const points = (await again.ask("GET", "/metrics?trial=0&metric=loss&format=jsonl")).text ?? "";
      expect(points.trimEnd().split("\n")).toHaveLength(3);
      if (unharmed) {
        expect(step).toBeGreaterThan(5);
        return;
      }
    }
  }, 240_000);

  it.each<[string, object, string]>([
    ["no receipts", { receipt: undefined }, '"receipt": {}'],
    ["inputs that nobody can list", { inputDirectories: [{ id: "DATA", path: "/data" }] }, "'DATA'"],
    ["an image by its tag", { containerSettings: { imageSourceRegistry: { image: "train:2" } } }, "@sha256"],
  ])("is refused with %s", async (_, job, said) => {
    const world = await story();
    const answer = await sweepOf(world, "one").ask("PUT", "", body({}, job));
    expect(answer).toMatchObject({ status: 400, body: { error: { target: "properties.reuse" } } });
    expect(answer.body.error.message).toContain(said);
  });
});
