// The recipe of a sweep, as its README tells: a real model, real jobs, early stopping.
// The figures of docs/how-to/sweeps.md are made of its trials: BATCHAI_SWEEP_DATA=docs/how-to/images/digits-sweep.json keeps them.
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openLab } from "../../support/toolkits/lab.ts";
import type { Lab } from "../../support/toolkits/lab.ts";

const run = promisify(execFile);
const recipe = fileURLToPath(new URL("../../../recipes/custom/digits-sweep", import.meta.url));
const digits = fileURLToPath(new URL("../../../dist/recipes/mnist-tfjs/data", import.meta.url));

const folder = mkdtempSync(join(tmpdir(), "digits-sweep-"));
const saved = resolve(process.env["BATCHAI_SWEEP_DATA"] ?? join(folder, "trials.json"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let lab: Lab;
beforeAll(async () => {
  lab = await openLab(4);
  await Promise.all([lab.upload(recipe, "custom/digits-sweep"), lab.upload(digits, "data/mnist")]);
}, 120_000);
afterAll(() => lab.dispose(), 60_000);

describe("the recipe of a sweep over digits", () => {
  it("runs 24 trials, stops bad ones early, and names the best model", async () => {
    const { urls, subscriptionId, token } = lab.cloud.description;
    const path = `subscriptions/${subscriptionId}/resourceGroups/local/providers/Microsoft.BatchAI/workspaces/lab/experiments/toolkits`;
    const experiment = `${urls.api}/${path}`;
    const words = [`${recipe}/run.mjs`, experiment, await lab.cluster(), "digits", saved];
    const { stdout } = await run(process.execPath, words, {
      env: { PATH: "/usr/bin:/bin", BATCHAI_TOKEN: token },
    });
    const rows = stdout.split("\n").filter((line) => /^\d+ /.test(line));
    expect(rows, stdout).toHaveLength(24);
    const states = rows.map((row) => row.split(/\s+/)[1]);
    expect(states.filter((state) => state === "stopped").length).toBeGreaterThan(6);
    expect(states.filter((state) => state === "succeeded").length).toBeGreaterThan(1);
    expect(Number(/best is trial \d+, accuracy ([\d.]+)/.exec(stdout)?.[1])).toBeGreaterThan(0.8);
    const [, job] = /jobs\/(\w+)$/m.exec(stdout) ?? [];
    const files = await lab.client.jobs.listOutputFiles("local", "lab", "toolkits", job ?? "", {
      outputdirectoryid: "MODEL",
    });
    expect(files.map(({ name }) => name)).toEqual(["weights.json"]);
    const trials = JSON.parse(readFileSync(saved, "utf8")) as { state: string; curve: [number, number][] }[];
    expect(trials.map(({ curve }) => curve.length > 0)).toEqual(Array(24).fill(true));
    const whole = trials.filter(({ state }) => state === "succeeded");
    expect(whole.map(({ curve }) => curve.map(([epoch]) => epoch))).toEqual(
      whole.map(() => [1, 2, 3, 4, 5, 6, 7, 8, 9]),
    );
  }, 300_000);
});
