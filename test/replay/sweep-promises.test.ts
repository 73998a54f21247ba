// What a sweep promises: it costs no more than its budget, and what it was forecast, whatever happens to the service.
// Runs long: trials take minutes and hours of virtual time, with a poll every few seconds of it; the limits of real time are against hanging
// alone. SWEEP_SEEDS asks for more runs.
import { describe, expect, it } from "vitest";
import { draws } from "../../domain/sweep/search/random.ts";
import { experimentPath } from "../support/app/stories.ts";
import { report, runAll, story, sweepBody } from "../support/app/sweep-stories.ts";
import type { Shown, Story } from "../support/app/sweep-stories.ts";

const minuteMs = 60_000;
const seeds = Array.from({ length: Number(process.env["SWEEP_SEEDS"] ?? 2) }, (_, at) => at + 1);

/**
 * Lets tasks start when they are there, report evenly, and end after as long as each takes. @returns the node time that the nodes
 * were busy with it, of which the service has no say.
 */
async function runFor(world: Story, stepMs: number, durationOf: (trial: Shown) => number, kill?: () => void) {
  const started = new Map<string, number>();
  let nodeMs = 0;
  for (let step = 0; step < 800; step += 1) {
    kill?.();
    await world.advance(stepMs);
    // As at every start.
    if (!world.activityCrash.crashOver()) await world.reconcile();
    const { body } = await world.sweep("GET", "");
    if (body.properties.executionState !== "running") return nodeMs;
    const { value } = await world.trials();
    for (const trial of value.filter(({ state }) => state === "queued" || state === "running")) {
      const task = await world.taskOf(trial.job);
      if (task === "") continue;
      const since = started.get(task);
      if (since === undefined) {
        world.azure.start(task);
        started.set(task, world.now());
      } else if (world.now() - since >= durationOf(trial)) {
        await world.says(trial.job, report(Number(trial.parameters["LR"]), 1));
        nodeMs += world.now() - since;
        world.azure.complete(task, { exitCode: 0 });
        started.set(task, Number.POSITIVE_INFINITY);
      }
    }
  }
  throw new Error("the sweep does not end");
}

describe("the budget of a sweep", () => {
  it.each(seeds)(
    "holds whenever the service is killed (seed %i)",
    async (seed) => {
      const draw = draws(seed, "kills", 0);
      const world = await story();
      const capHours = 0.22;
      await world.sweep(
        "PUT",
        "",
        sweepBody({
          limits: { maxTrials: 40, maxConcurrentTrials: 3, trialTimeout: "PT3M" },
          budget: { nodeHours: capHours },
        }),
      );
      const durations = draws(seed, "durations", 0);
      const known = new Map<number, number>();
      const durationOf = ({ trial }: Shown) => {
        const duration = known.get(trial) ?? (0.2 + durations() * 2.4) * minuteMs;
        known.set(trial, duration);
        return duration;
      };
      const nodeMs = await runFor(world, 5_000, durationOf, () => {
        if (draw() < 0.3) world.activityCrash.crashAt(1 + Math.floor(draw() * 25));
      });
      const { properties } = (await world.sweep("GET", "")).body;
      expect(properties.endReason).toBe("budget");
      expect(nodeMs / 3_600_000).toBeLessThanOrEqual(capHours);
      expect(properties.spent.nodeHours).toBeLessThanOrEqual(capHours);
      // It is not held by doing nothing: less than one more trial's reservation is left.
      expect(properties.spent.nodeHours).toBeGreaterThan(capHours - 0.05);
    },
    300_000,
  );
});

describe("the forecast of a sweep", () => {
  it("is what a run of the same spec takes and costs", async () => {
    const minutes = 10;
    const limits = { maxTrials: 7, maxConcurrentTrials: 4 };
    const world = await story();
    const asked = sweepBody({ limits }) as { properties: object };
    const { body } = await world.sweep("POST", "/preview", {
      ...asked,
      forecast: { trialDuration: `PT${minutes}M`, nodes: 4 },
    });
    const began = world.now();
    await world.sweep("PUT", "", asked);
    const nodeMs = await runFor(world, 20_000, () => minutes * minuteMs);
    const { seconds, nodeHours } = body.forecast;
    const ratios = [(world.now() - began) / 1000 / seconds.median, nodeMs / 3_600_000 / nodeHours.median];
    for (const ratio of ratios) expect(Math.abs(ratio - 1)).toBeLessThan(0.1);
  }, 300_000);

  it("waits in a forecast as the trials of an earlier sweep waited on the same cluster", async () => {
    const world = await story();
    await world.sweep("PUT", "", sweepBody());
    await runAll(world);
    const { properties } = sweepBody({ limits: { maxTrials: 4, maxConcurrentTrials: 1 } }) as {
      properties: object;
    };
    const told = async (forecast: object) => {
      const path = `${experimentPath}/sweeps/another/preview?api-version=2026-11-01`;
      const answer = await world.api("POST", path, { body: { properties, forecast } });
      expect(answer.status, JSON.stringify(answer.body)).toBe(200);
      return answer.body.forecast as { measuredTrials?: number; seconds: { median: number } };
    };
    const own = (await world.sweep("POST", "/preview", { forecast: { trialDuration: "PT1M" } })).body
      .forecast;
    const waiting = await told({ trialDuration: "PT1M" });
    expect(own.measuredTrials).toBe(4);
    expect(waiting.measuredTrials).toBe(4);
    const delay = (waiting.seconds.median - 240) / 4;
    // The trials were started when the world looked at them, every six seconds.
    expect(delay).toBeGreaterThan(0);
    expect(delay).toBeLessThan(13);
    expect(own.seconds.median).toBeCloseTo(120 + 2 * delay, 0);
    expect(await told({ trialDuration: "PT1M", startDelay: "PT0S" })).toMatchObject({
      seconds: { median: 240 },
    });
  });
});
