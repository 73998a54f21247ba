import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createDueQueue } from "../../../../local/batch-emulator/agent/due-queue.ts";
import type { Launch } from "../../../../local/batch-emulator/agent/executor.ts";
import { createSimulatedExecutor } from "../../../../local/batch-emulator/agent/simulated-executor.ts";
import { manualClock } from "../../../../local/clock.ts";
import { seededRandom } from "../../../../local/random.ts";

const launch = (id: string, commandLine: string, more: Partial<Launch> = {}): Launch => ({
  id,
  nodeRoot: "/nowhere",
  taskDirectory: `/nowhere/${id}`,
  workingDirectory: `/nowhere/${id}/wd`,
  commandLine,
  environment: {},
  resourceFiles: [],
  commonResourceFiles: [],
  outputFiles: [],
  keepOutput: false,
  ...more,
});
const simulation = (seed = 1) => {
  const clock = manualClock(0);
  return { clock, executor: createSimulatedExecutor({ clock, random: seededRandom(seed) }) };
};
const ignore = () => undefined;

describe("a simulated task", () => {
  it("lasts as long as it says and ends with its exit code", async () => {
    const { clock, executor } = simulation();
    let started = 0;
    const end = executor.run(launch("a", "batchai.sim --duration 1.5s --exit 3"), () => (started += 1));
    await clock.advance(1_499);
    expect([started, await Promise.race([end, Promise.resolve("running")])]).toEqual([1, "running"]);
    await clock.advance(1);
    expect(await end).toEqual({ kind: "exited", exitCode: 3, endedAt: 1_500 });
  });

  it("writes as much output as it says, when it ends", async () => {
    const folder = await mkdtemp(join(tmpdir(), "batchai-sim-"));
    const { clock, executor } = simulation();
    const end = executor.run(
      launch("a", "batchai.sim --output 5", { taskDirectory: join(folder, "t") }),
      ignore,
    );
    await clock.advance(0);
    expect(await end).toMatchObject({ kind: "exited", exitCode: 0 });
    expect(readFileSync(join(folder, "t/stdout.txt"), "utf8")).toBe("a\na\na");
    await rm(folder, { recursive: true });
  });

  it("goes the same way for the same seed, and another way for another", async () => {
    const ends = async (seed: number) => {
      const { clock, executor } = simulation(seed);
      const command = "batchai.sim --duration 1s..10m --exit 9 --chance 0.5";
      const all = Array.from({ length: 50 }, (_, index) =>
        executor.run(launch(`t${index}`, command), ignore),
      );
      await clock.advance(600_000);
      return Promise.all(all);
    };
    const first = await ends(7);
    expect(await ends(7)).toEqual(first);
    expect(await ends(8)).not.toEqual(first);
    expect(new Set(first.map((end) => end.kind === "exited" && end.exitCode))).toEqual(new Set([0, 9]));
    expect(first.every((end) => end.endedAt >= 1_000 && end.endedAt <= 600_000)).toBe(true);
  });

  it.each([
    ["/bin/true", "CommandProgramNotFound"],
    ["batchai.sim --speed 3", "CommandLaunchFailed"],
    ["batchai.sim --duration", "CommandLaunchFailed"],
    ["batchai.sim --duration 5", "CommandLaunchFailed"],
    ["batchai.sim --duration 5s..1s", "CommandLaunchFailed"],
    ["batchai.sim --exit 256", "CommandLaunchFailed"],
    ["batchai.sim --exit 'x", "CommandLaunchFailed"],
  ])("cannot be %s", async (commandLine, code) => {
    expect(await simulation().executor.run(launch("a", commandLine), ignore)).toMatchObject({
      kind: "failed",
      failure: { code },
    });
  });

  it("can be killed, and is not run twice under one id before it is forgotten", async () => {
    const { clock, executor } = simulation();
    const end = executor.run(launch("a", "batchai.sim --duration 1h"), ignore);
    await expect(executor.run(launch("a", "batchai.sim"), ignore)).rejects.toThrow("not forgotten");
    await clock.advance(10);
    await executor.kill("a");
    expect(await end).toEqual({ kind: "killed", endedAt: 10 });
    await executor.forget("a");
    const again = executor.run(launch("a", "batchai.sim"), ignore);
    await clock.advance(0);
    expect(await again).toMatchObject({ kind: "exited" });
    await clock.advance(3_600_000);
  });

  it("that an emulator left running is found by the next one", async () => {
    const { clock, executor } = simulation();
    void executor.run(launch("a", "batchai.sim --duration 1s --exit 4"), ignore);
    await executor.close(true);
    const found = await executor.recover();
    await clock.advance(1_000);
    expect(await found.get("a")).toMatchObject({ kind: "exited", exitCode: 4 });
    await executor.forget("a");
    expect((await executor.recover()).size).toBe(0);
  });
});

describe("the queue of deadlines", () => {
  it("fires by time, then in the order of adding, whatever is added, taken back or added while firing", async () => {
    const step = fc.record({ atMs: fc.nat(50), isTakenBack: fc.boolean(), again: fc.nat(20) });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const clock = manualClock(0);
        const queue = createDueQueue(clock);
        const fired: [number, number][] = [];
        steps.forEach(({ atMs, isTakenBack, again }, index) => {
          const takeBack = queue.add(atMs, () => {
            fired.push([clock.now(), index]);
            queue.add(clock.now() + again + 1, () => fired.push([clock.now(), index + 1_000]));
          });
          if (isTakenBack) takeBack();
        });
        await clock.advance(100);
        const kept = steps.flatMap(({ atMs, isTakenBack, again }, index) =>
          isTakenBack ? [] : [[atMs, index] as const, [atMs + again + 1, index + 1_000] as const],
        );
        expect(fired.map(([at]) => at)).toEqual(kept.map(([at]) => at).sort((a, b) => a - b));
        const first = fired.filter(([, index]) => index < 1_000);
        expect(first).toEqual([...first].sort(([a, i], [b, j]) => a - b || i - j));
        expect(fired).toHaveLength(kept.length);
      }),
      { numRuns: 50 },
    );
  });
});
