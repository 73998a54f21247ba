// That a sweep can be reproduced in parallel: its suggestions and stop decisions are a matter of its spec and seed, whatever happens to
// its trials, their nodes and the service. The pure rules of it are tried in far more orders in unit/domain/sweep/advance.test.ts, real
// kills in e2e/sweeps/reproduction.test.ts. Runs long: the whole service, for minutes of virtual time, for each seed; SWEEP_SEEDS asks for
// more of them; the limit of real time is against hanging alone.
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { draws } from "../../domain/sweep/search/random.ts";
import { report, story, sweepBody } from "../support/app/sweep-stories.ts";
import type { Shown, Story } from "../support/app/sweep-stories.ts";

const seeds = Array.from({ length: Number(process.env["SWEEP_SEEDS"] ?? 3) }, (_, at) => at + 1);
const steps = 4;

/** What a trial reports at a step: a matter of its parameters alone. */
const lossAt = ({ parameters }: Shown, step: number) =>
  Math.abs(Math.log10(Number(parameters["LR"])) + 1.5) + 1 / step;

/** What may happen between two looks of the world at its trials. */
interface Weather {
  /** Between 0 and 1. */
  readonly draw: () => number;
  /** Shares of the looks in which a trial makes no step, loses its node, and in which the service is killed. */
  readonly slow: number;
  readonly evicted: number;
  readonly killed: number;
}

/** @returns how often it came to a loss of a node, and to a kill. */
async function live(world: Story, { draw, slow, evicted, killed }: Weather) {
  const reached = new Map<string, number>();
  const happened = { evictions: 0, kills: 0 };
  for (let look = 0; look < 400; look += 1) {
    if (draw() < killed) world.activityCrash.crashAt(1 + Math.floor(draw() * 25));
    await world.advance(4_000);
    if (!world.activityCrash.crashOver()) {
      happened.kills += 1;
      // As at every start.
      await world.reconcile();
    }
    if ((await world.sweep("GET", "")).body.properties.executionState !== "running") return happened;
    for (const trial of (await world.trials()).value) {
      if (trial.state !== "queued" && trial.state !== "running") continue;
      const task = await world.taskOf(trial.job);
      if (task === "" || draw() < slow) continue;
      const step = (reached.get(task) ?? -1) + 1;
      // It has ended, and only nobody has seen it yet.
      if (step > steps + 1) continue;
      if (step > 0 && draw() < evicted) {
        happened.evictions += 1;
        world.azure.requeue(task);
        await world.saysNothing(trial.job);
        reached.delete(task);
      } else if (step === 0) {
        world.azure.start(task);
        reached.set(task, 0);
      } else if (step <= steps) {
        await world.says(trial.job, report(lossAt(trial, step), step));
        reached.set(task, step);
      } else {
        world.azure.complete(task, { exitCode: 0 });
        reached.set(task, step);
      }
    }
  }
  throw new Error("the sweep does not end");
}

/** Of all that was suggested and decided. */
async function fingerprint(world: Story) {
  const { value: trials } = await world.trials();
  const { body } = await world.sweep("GET", "/decisions");
  const decisions = (body.value as { trial: number; sentence: string }[])
    .map(({ trial, sentence }) => `${String(trial).padStart(3, "0")} ${sentence}`)
    .sort();
  const suggestions = trials.map(({ trial, parameters }) => ({ trial, parameters }));
  return {
    hash: createHash("sha256").update(JSON.stringify({ suggestions, decisions })).digest("hex"),
    stopped: decisions.filter((line) => line.includes("stopped at")).length,
  };
}

async function sweepIn(weather: Weather, properties: object) {
  const world = await story();
  await world.sweep("PUT", "", sweepBody(properties));
  const happened = await live(world, weather);
  return { ...(await fingerprint(world)), ...happened };
}

/** All at its own pace, and nothing lost: made once for all seeds. */
const calmly = new Map<string, ReturnType<typeof sweepIn>>();

describe.each([
  ["TPE with ASHA", { type: "asha", minResource: 1, reductionFactor: 2 }],
  ["TPE with median stopping", { type: "median", minTrials: 2 }],
])("a sweep of %s", (name, stopping) => {
  const properties = {
    algorithm: { type: "tpe", seed: 7, startupTrials: 3 },
    stopping,
    limits: { maxTrials: 9, maxConcurrentTrials: 3 },
  };
  it.each(seeds)(
    "has the same hash of all suggestions and decisions in another order, with evictions and kills (seed %i)",
    async (seed) => {
      const calm =
        calmly.get(name) ?? sweepIn({ draw: () => 0.5, slow: 0, evicted: 0, killed: 0 }, properties);
      calmly.set(name, calm);
      const expected = await calm;
      expect(expected.stopped).toBeGreaterThan(0);
      const draw = draws(seed, "weather", 0);
      const found = await sweepIn({ draw, slow: 0.4, evicted: 0.1, killed: 0.25 }, properties);
      expect([found.evictions > 0, found.kills > 0]).toEqual([true, true]);
      expect(found.hash).toBe(expected.hash);
    },
    300_000,
  );
});
