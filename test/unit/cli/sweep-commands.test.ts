// The commands for sweeps, through the app itself in one process.
// Starts nothing: there is no process but the test's own.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { subscriptionId } from "../../support/app/app-world.ts";
import { clusterPath, experimentPath, worldWithCluster } from "../../support/app/stories.ts";
import { worldEndpoint, worldFetch } from "../../support/app/world-fetch.ts";
import type { Context } from "../../../cli/command.ts";
import { batchai } from "../../support/command-line.ts";

const folder = mkdtempSync(join(tmpdir(), "sweep-commands-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const inPath = (path: string, before: string) => new RegExp(`/${before}/([^/]+)`).exec(path)?.[1] ?? "";

let world: Awaited<ReturnType<typeof worldWithCluster>>;
beforeAll(async () => {
  world = await worldWithCluster({ targetNodeCount: 2 });
});

/** Words are parted by blanks; what is quoted is one. */
function type(line: string, more: Partial<Context> = {}) {
  const words = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? "");
  return batchai(words, {
    directory: folder,
    environment: {
      BATCHAI_ENDPOINT: worldEndpoint,
      BATCHAI_TOKEN: "role-submitter",
      BATCHAI_SUBSCRIPTION_ID: subscriptionId,
      BATCHAI_RESOURCE_GROUP: inPath(experimentPath, "resourceGroups"),
      BATCHAI_WORKSPACE: inPath(experimentPath, "workspaces"),
      BATCHAI_EXPERIMENT: inPath(experimentPath, "experiments"),
      AZURE_BATCHAI_STORAGE_ACCOUNT: "teststore",
      AZURE_BATCHAI_STORAGE_KEY: "c2VjcmV0LWtleQ==",
    },
    fetch: worldFetch(world),
    sleep: passing,
    now: world.now,
    ...more,
  });
}
const ok = async (line: string) => {
  const said = await type(line);
  expect(said).toMatchObject({ code: 0 });
  return said.out;
};
const json = async (line: string) => JSON.parse(await ok(`${line} -o json`)) as Record<string, unknown>;

/** What runs ends; the third task fails. */
let ended = 0;
let runsEnd = true;
async function passing(ms: number): Promise<void> {
  await world.advance(Math.max(ms, 6_000));
  if (!runsEnd) return;
  for (const { task } of world.azure.tasks()) {
    if (task.state === "completed") continue;
    ended += 1;
    world.azure.start(task.id);
    await reportTo(task.id);
    world.azure.complete(task.id, { exitCode: ended === 3 ? 1 : 0 });
  }
}

/** A trial's loss is its learning rate. */
async function reportTo(task: string): Promise<void> {
  const { body } = await world.api("GET", `${experimentPath}/jobs`);
  for (const { properties } of body.value as { properties: Record<string, unknown> }[]) {
    const segment = String(properties["jobOutputDirectoryPathSegment"]);
    if (!task.includes(segment.split("/").at(-1) ?? "?")) continue;
    const variables = properties["environmentVariables"] as { name: string; value: string }[];
    const rate = variables.find(({ name }) => name === "PARAM_LR")?.value ?? "0";
    const line = JSON.stringify({ name: "loss", value: Number(rate), step: 1 });
    world.written.set(`${segment}/stdouterr/metrics.jsonl`, `${line}\n`);
  }
}

const sweepFile = {
  properties: {
    trial: {
      properties: {
        nodeCount: 1,
        stdOutErrPathPrefix: "$AZ_BATCHAI_JOB_MOUNT_ROOT/afs",
        customToolkitSettings: { commandLine: "train $PARAM_LR" },
      },
    },
    searchSpace: { LR: { type: "choice", values: [0.25, 0.5, 1, 2] } },
    objective: { metric: "loss", goal: "minimize" },
    algorithm: { type: "grid", seed: 1 },
    limits: { maxTrials: 3, maxConcurrentTrials: 1 },
  },
};

describe("a sweep", () => {
  it("is looked at before, made with mounts by options, followed to its end, and its best trial named", async () => {
    writeFileSync(join(folder, "sweep.json"), JSON.stringify(sweepFile));
    const made = `-n rates -c ${inPath(clusterPath, "clusters")} -f sweep.json --afs-name results`;
    expect((await ok(`sweep preview ${made} --count 2 -o table`)).split("\n").slice(0, 3)).toEqual([
      "Trial  LR",
      "0      0.25",
      "1      0.5",
    ]);
    const simulated = `sweep simulate ${made} --trial-duration PT30M --trial-duration PT1H`;
    expect((await ok(`${simulated} --price 2 --currency EUR -o table`)).split("\n")).toEqual([
      "                  Lowest  Median  Highest",
      expect.stringMatching(/^Hours to the end {2}\S+ +2/),
      expect.stringMatching(/^Node-hours {8}\S+ +2/),
      expect.stringMatching(/^Cost, EUR {9}\S+ +4/),
      "Trials            3       3       3",
      "Stopped early     0       0       0",
      "",
    ]);
    expect((await type(`sweep simulate ${made}`)).err).toContain(
      "forecast.trialDuration: is needed: no trial of a sweep 'rates' has ended by itself",
    );
    expect(await json(`sweep create ${made}`)).toMatchObject({ name: "rates", executionState: "running" });
    const watched = await type("sweep watch -n rates -o table", { isTerminal: { out: false, err: true } });
    expect(watched.code, watched.err).toBe(0);
    expect(watched.err).toContain(
      "rates: succeeded, 3/3 trials: 2 succeeded, 1 failed; best 0.25 (trial 0)\n",
    );
    expect(watched.out).toContain("rates  succeeded  3/3     0.25  0         allTrials");
    expect(await json("sweep best -n rates")).toMatchObject({ trial: 0, value: 0.25, job: "rates_0" });
    expect(await ok("sweep list -o table")).toContain("rates");
    expect(await json("sweep simulate -n rates")).toMatchObject({ measuredTrials: 3, trials: { median: 3 } });
  });

  it("shows its trials by filter and order, and exports them", async () => {
    expect(await ok('sweep trials -n rates --order-by "params.LR desc" -o table')).toBe(
      [
        "Trial  State      Value  LR    Exit code  Job",
        "2      failed            1     1          rates_2",
        "1      succeeded  0.5    0.5   0          rates_1",
        "0      succeeded  0.25   0.25  0          rates_0",
        "",
      ].join("\n"),
    );
    const failed = JSON.parse(
      await ok("sweep trials -n rates --filter \"state eq 'failed'\" -o json"),
    ) as object[];
    expect(failed).toMatchObject([{ trial: 2 }]);
    const csv = (await ok("sweep export -n rates")).split("\r\n");
    expect(csv[0]).toContain("trial,attempt,state,value,job");
    expect(csv).toHaveLength(5);
    const lines = (await ok("sweep export -n rates --format jsonl")).trim().split("\n");
    expect(lines.map((line) => (JSON.parse(line) as { trial: number }).trial)).toEqual([0, 1, 2]);
    expect((await type("sweep trials -n rates --order-by nothing")).err).toContain("orderby");
  });

  it("runs failed trials again, and goes on for longer", async () => {
    expect(await ok("sweep retry -n rates --exit-code 9")).toBe("");
    expect(await ok("sweep retry -n rates --exit-code 1")).toBe("2\n");
    expect((await type("sweep watch -n rates")).code).toBe(0);
    expect(await json("sweep extend -n rates --max-trials 4")).toMatchObject({
      executionState: "running",
      limits: { maxTrials: 4 },
    });
    expect((await type("sweep watch -n rates")).code).toBe(0);
    expect(await json("sweep show -n rates")).toMatchObject({ counts: { succeeded: 4 } });
    expect(await type("sweep extend -n rates")).toMatchObject({ code: 2 });
  });

  it("that is over gets other limits and tags, and stays over", async () => {
    const updated = await json("sweep update -n rates --max-failed-trials 3 --tag team=vision --tag paper");
    expect(updated).toMatchObject({
      executionState: "succeeded",
      limits: { maxFailedTrials: 3, maxTrials: 4 },
      tags: { team: "vision", paper: "" },
    });
    expect(await json("sweep update -n rates --max-failed-trials 4")).toMatchObject({
      tags: { team: "vision" },
    });
    const { tags } = await json("sweep update -n rates --without-tags");
    expect(tags ?? {}).toEqual({});
    for (const wrong of ["", " --tag =x", " --tag a --without-tags"])
      expect(await type(`sweep update -n rates${wrong}`)).toMatchObject({ code: 2, out: "" });
  });

  it("goes on in another deployment with what it knew, and runs what was not over", async () => {
    const archive = await ok("sweep export -n rates --format archive");
    const whole = JSON.parse(archive) as { trials: { state: string }[] };
    const { trials } = whole;
    expect(trials.map(({ state }) => state)).toEqual(Array(4).fill("succeeded"));
    writeFileSync(join(folder, "rates.json"), archive);
    const half = {
      ...whole,
      trials: [trials[0], trials[1], { ...trials[2], state: "running" }],
    };
    writeFileSync(join(folder, "half.json"), JSON.stringify(half));
    const from = `-c ${inPath(clusterPath, "clusters")} -f sweep.json --afs-name results`;
    await ok(`sweep import -n moved ${from} --archive half.json`);
    expect((await type("sweep watch -n moved")).code).toBe(0);
    const moved = JSON.parse(await ok("sweep trials -n moved -o json")) as Record<string, unknown>[];
    expect(moved.map(({ parameters, imported }) => ({ parameters, imported }))).toEqual([
      { parameters: { LR: 0.25 }, imported: true },
      { parameters: { LR: 0.5 }, imported: true },
      { parameters: { LR: 1 }, imported: undefined },
      { parameters: { LR: 2 }, imported: undefined },
    ]);
    const best = await json("sweep best -n moved");
    expect(best).toMatchObject({ trial: 0, value: 0.25 });
    expect(best).not.toHaveProperty("jobId");
    const again = await type(`sweep import -n moved ${from} --archive rates.json`);
    expect(again).toMatchObject({ code: 1, err: expect.stringContaining("exists") as string });
    writeFileSync(
      join(folder, "cheap.json"),
      JSON.stringify({ ...half, trials: [{ ...trials[0], spent: -1 }] }),
    );
    expect((await type(`sweep import -n cheap ${from} --archive cheap.json`)).err).toContain("spent");
    const wrong = { ...half, trials: [{ ...trials[0], coordinates: { LR: 17 } }] };
    writeFileSync(join(folder, "wrong.json"), JSON.stringify(wrong));
    expect(await type(`sweep import -n wrong ${from} --archive wrong.json`)).toMatchObject({
      code: 2,
      err: expect.stringContaining("trials[0].coordinates: is no point of the search space") as string,
    });
  });

  it("is ended only when that is said twice, resumed, and deleted", async () => {
    const cluster = inPath(clusterPath, "clusters");
    await ok(`sweep create -n other -c ${cluster} -f sweep.json --afs-name results`);
    runsEnd = false;
    expect(await type("sweep watch -n other --timeout 10")).toMatchObject({ code: 4 });
    expect(await type("sweep terminate -n other")).toMatchObject({ code: 2 });
    await ok("sweep terminate -n other --trial 0 -y");
    await ok("sweep terminate -n other -y");
    runsEnd = true;
    const seen = await type("sweep watch -n other", { isTerminal: { out: false, err: true } });
    expect(seen.err).toContain("canceled");
    await ok("sweep resume -n other");
    expect((await type("sweep watch -n other")).code).toBe(0);
    await ok("sweep delete -n other -y");
    expect(await type("sweep show -n other")).toMatchObject({ code: 3 });
    expect((await type("sweep create -n third -f job.json")).code).toBe(2);
  });
});
