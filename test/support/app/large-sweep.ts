// A sweep of many trials that are all over, without running them one by one.
import { draws } from "../../../domain/sweep/search/random.ts";
import { observed } from "../../../domain/sweep/stopping/marks.ts";
import { newTrial } from "../../../domain/sweep/trial.ts";
import type { Trial } from "../../../domain/sweep/trial.ts";
import { suggest } from "../../../domain/sweep/search/algorithm.ts";
import type { SweepSpec } from "../../../domain/sweep/spec.ts";
import { sweepBody } from "./sweep-body.ts";
import { experimentPath } from "./stories.ts";
import type { AppWorld } from "./app-world.ts";
import { subscriptionId } from "./app-world.ts";

const parameters = 8;

export async function largeSweep(
  world: Pick<AppWorld, "api" | "services" | "advance" | "engine">,
  name: string,
  count: number,
): Promise<void> {
  const searchSpace = Object.fromEntries(
    Array.from({ length: parameters }, (_, index) => [
      `X${index}`,
      index === 0 ? { type: "loguniform", min: 1e-5, max: 1 } : { type: "uniform", min: 0, max: 1 },
    ]),
  );
  const body = sweepBody(
    { searchSpace, limits: { maxTrials: count, maxConcurrentTrials: 1 } },
    { customToolkitSettings: { commandLine: "train" }, environmentVariables: [] },
  );
  const made = await world.api("PUT", `${experimentPath}/sweeps/${name}?api-version=2026-11-01`, { body });
  if (made.status !== 200) throw new Error(JSON.stringify(made.body));
  const sweep = await world.services.state.of("sweep").get({
    kind: "sweep",
    subscriptionId,
    resourceGroup: "rg",
    workspace: "w",
    experiment: "e",
    sweep: name,
  });
  if (sweep === undefined) throw new Error("there is no sweep");
  await world.engine.idle();
  const before = await world.services.sweepRecords.read(sweep.guid);
  const trials = Array.from({ length: count }, (_, index) => ended(sweep.spec, index));
  const outcome = await world.services.sweepRecords.write(sweep.guid, { version: 1, trials }, before?.etag);
  if (outcome !== "written") throw new Error("somebody else wrote the record");
  await world.advance(10_000);
}

function ended(spec: SweepSpec, index: number): Trial {
  const value = draws(2, "value", index)();
  const { progress } = observed(
    { progress: undefined, marks: [] },
    { step: 10, value },
    { policy: undefined, goal: "minimize", trial: index },
  );
  const figures = { n: 10, last: value, lastStep: 10, min: value, minStep: 9, max: 1, maxStep: 1 };
  return {
    ...newTrial(index, suggest(spec.algorithm, spec.searchSpace, index, []) ?? {}, 0),
    state: index % 10 === 0 ? "failed" : "succeeded",
    startTime: "2026-01-01T00:00:00.000Z",
    endTime: "2026-01-01T00:01:00.000Z",
    exitCode: index % 10 === 0 ? 1 : 0,
    watched: 10,
    figures: { loss: figures },
    ...(progress === undefined ? {} : { progress }),
  };
}
