// The recipe of a sweep, as its README tells: a real model, real jobs, early stopping.
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openLab } from "../../support/toolkits/lab.ts";
import type { Lab } from "../../support/toolkits/lab.ts";

const run = promisify(execFile);
const recipe = fileURLToPath(new URL("../../../recipes/custom/digits-sweep", import.meta.url));
const digits = fileURLToPath(new URL("../../../dist/recipes/mnist-tfjs/data", import.meta.url));

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
    const { stdout } = await run(process.execPath, [`${recipe}/run.mjs`, experiment, await lab.cluster()], {
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
  }, 300_000);
});
