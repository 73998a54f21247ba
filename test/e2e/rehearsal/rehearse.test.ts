// `batchai rehearse` on a training in plain Python: good ones pass, and what was planted is found.
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { batchai } from "../../support/command-line.ts";

const train = fileURLToPath(new URL("train.py", import.meta.url));

async function rehearse(...args: readonly string[]) {
  const line = ["rehearse", "-o", "json", "--", "python3", train, ...args];
  const { code, out } = await batchai(line, {
    directory: tmpdir(),
    environment: { PATH: process.env["PATH"] },
    now: () => performance.now(),
  });
  const report = out === "" ? {} : (JSON.parse(out) as Record<string, unknown>);
  return { code, report };
}

describe.concurrent("a program that is rehearsed", () => {
  it.each([[], ["--own-file"]])("passes when it goes on where it was: %s", async (...args) => {
    const { code, report } = await rehearse(...args);
    expect(report).toMatchObject({ resumesCorrectly: true, findings: [], attempts: 4 });
    expect(report["checkpointSeconds"]).toBeGreaterThan(0);
    expect(report["recommendedIntervalSeconds"]).toBeGreaterThan(0);
    expect(code).toBe(0);
  });

  it.each([
    ["wrong-epoch", "CurveDiffers"],
    ["lost-optimizer", "CurveDiffers"],
    ["torn", "FailedOnResume"],
    ["skips", "StepsSkipped"],
    ["never-reads", "StartedOver"],
    ["no-checkpoint", "NoCheckpoint"],
  ])("with the fault %s is found out: %s", async (fault, found) => {
    const { code: exitCode, report } = await rehearse("--fault", fault);
    expect([exitCode, report["resumesCorrectly"]]).toEqual([1, false]);
    expect(report["findings"]).toContainEqual(expect.objectContaining({ fault: found }));
  });

  it("says so when it fails undisturbed", async () => {
    expect(await rehearse("--epochs", "many")).toMatchObject({ code: 1, report: {} });
  });
});
