// Sweeps in the app's world: what they are asked for, and a hand on their trials.
import { expect } from "vitest";
import { experimentPath, worldWithCluster } from "./stories.ts";

export { share, sweepBody } from "./sweep-body.ts";

const own = "?api-version=2026-11-01";
export const sweepPath = `${experimentPath}/sweeps/s`;

export interface Shown {
  readonly policy: string;
  readonly trial: number;
  readonly state: string;
  readonly job: string;
  readonly parameters: Readonly<Record<string, unknown>>;
}

export async function story(options: { nodes?: number } = {}) {
  const world = await worldWithCluster({ targetNodeCount: options.nodes ?? 4 });
  const api = (method: string, at: string, body?: object) =>
    world.api(
      method,
      `${sweepPath}${at}${at.includes("?") ? "&" : "?"}${own.slice(1)}`,
      body === undefined ? {} : { body },
    );
  const trials = async (query = "") => {
    const answer = await api("GET", `/trials${query}`);
    expect(answer.status).toBe(200);
    return answer.body as { value: Shown[]; total: number; counts: Record<string, number> };
  };
  const placeOf = async (job: string, file = "metrics.jsonl") => {
    const { body } = await world.api("GET", `${experimentPath}/jobs/${job}`);
    return `${body.properties.jobOutputDirectoryPathSegment}/stdouterr/${file}`;
  };
  return {
    ...world,
    sweep: api,
    trials,
    /** The latest task of a job, by the job's name; empty while there is none. */
    async taskOf(job: string): Promise<string> {
      const { body } = await world.api("GET", `${experimentPath}/jobs/${job}`);
      const guid =
        String(body.properties?.jobOutputDirectoryPathSegment ?? "none/none")
          .split("/")
          .at(-1) ?? "";
      const found = world.azure
        .tasks()
        .map(({ task }) => task.id)
        .filter((id) => id.includes(guid));
      return found.at(-1) ?? "";
    },
    async says(job: string, text: string, file?: string): Promise<void> {
      const place = await placeOf(job, file);
      world.written.set(place, (world.written.get(place) ?? "") + text);
    },
    /** As the launcher does before a run. */
    async saysNothing(job: string): Promise<void> {
      world.written.delete(await placeOf(job));
    },
  };
}
export type Story = Awaited<ReturnType<typeof story>>;

export const report = (value: number, step = 1, name = "loss") =>
  `${JSON.stringify({ name, value, step })}\n`;

/** Runs whatever waits, lets it report and end, until nothing is under way. */
export async function runAll(
  world: Story,
  about: { value?: (trial: Shown) => number; exitCode?: (trial: Shown) => number } = {},
) {
  for (let round = 0; round < 40; round += 1) {
    await world.advance(6_000);
    const { value } = await world.trials();
    const open = value.filter(({ state }) => state === "queued" || state === "running");
    if (open.length === 0) return;
    for (const trial of open) {
      const task = await world.taskOf(trial.job);
      if (task === "") continue;
      world.azure.start(task);
      await world.says(trial.job, report(about.value?.(trial) ?? Number(trial.parameters["LR"])));
      world.azure.complete(task, { exitCode: about.exitCode?.(trial) ?? 0 });
    }
  }
  throw new Error("the sweep does not end");
}
