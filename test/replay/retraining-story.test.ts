// docs/how-to/scheduled-retraining.md, in virtual time: its two bodies are read off the page.
// Runs long: three nights, a look every ten minutes.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { manualClock } from "../../local/clock.ts";
import { clusterPath, workspacePath, worldWithCluster } from "../support/app/stories.ts";

const page = readFileSync(new URL("../../docs/how-to/scheduled-retraining.md", import.meta.url), "utf8");
const bodies = [...page.matchAll(/```json\n([\s\S]*?)```/g)].map(
  ([, text = ""]) => JSON.parse(text.replaceAll("CLUSTER", clusterPath)) as unknown,
);
const at = (path: string) => `${workspacePath}/${path}?api-version=2026-11-01`;
interface Job {
  readonly name: string;
  readonly properties: { readonly customToolkitSettings: { readonly commandLine: string } };
}
const commandsOf = (jobs: readonly Job[]) =>
  jobs.map(({ properties }) => properties.customToolkitSettings.commandLine);

describe("nightly retraining", () => {
  it("trains at 2 o'clock whatever the clock does, compares what was trained, and leaves out what failed", async () => {
    // From noon before the night of 29 March, in which 2 o'clock does not exist in Berlin.
    const clock = manualClock(Date.parse("2026-03-28T11:00:00Z"));
    const world = await worldWithCluster({}, { clock });
    await world.api("PUT", `${workspacePath}/experiments/retraining`);
    for (const [index, name] of ["nightly", "promote"].entries()) {
      const saved = await world.api("PUT", at(`triggers/${name}`), { body: bodies[index] });
      expect([saved.status, saved.body.error]).toEqual([200, undefined]);
    }
    const until = Date.parse("2026-03-31T12:00:00Z");
    while (world.now() < until) {
      await world.advance(600_000);
      await world.tickTriggers();
      await world.advance(10_000);
      for (const { task } of world.azure.tasks())
        if (task.state !== "completed") {
          world.azure.start(task.id);
          await world.advance(5_000);
          // The second night fails.
          const isSecond =
            world.now() > Date.parse("2026-03-30T00:00:00Z") &&
            world.now() < Date.parse("2026-03-30T01:00:00Z");
          world.azure.complete(task.id, { exitCode: isSecond ? 1 : 0 });
        }
      await world.advance(10_000);
    }
    const { body } = await world.api("GET", `${workspacePath}/experiments/retraining/jobs`);
    const jobs = (body as { value: readonly Job[] }).value;
    const nights = jobs.filter(({ name }) => name.startsWith("nightly-"));
    expect(nights.map(({ name }) => name.slice(0, -5)).toSorted()).toEqual([
      "nightly-20260329T010000Z",
      "nightly-20260330T000000Z",
      "nightly-20260331T000000Z",
    ]);
    const promotions = jobs.filter(({ name }) => name.startsWith("promote-"));
    expect(promotions).toHaveLength(2);
    for (const text of commandsOf(promotions))
      expect(text).toMatch(/promote\.py --candidate 20260(?:329|331)T/);
    for (const text of commandsOf(nights))
      expect(text).toMatch(/--epochs 3 --until 2026-03-(29|30|31) --model \S+$/);
  }, 60_000);
});
