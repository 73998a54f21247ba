// The commands for triggers and schedules, through the app itself in one process.
// Starts nothing: there is no process but the test's own.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { manualClock } from "../../../local/clock.ts";
import { subscriptionId } from "../../support/app/app-world.ts";
import { worldWithCluster } from "../../support/app/stories.ts";
import { tick } from "../../support/app/trigger-stories.ts";
import { worldEndpoint, worldFetch } from "../../support/app/world-fetch.ts";
import { batchai } from "../../support/command-line.ts";

const folder = mkdtempSync(join(tmpdir(), "trigger-commands-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let world: Awaited<ReturnType<typeof worldWithCluster>>;
beforeAll(async () => {
  const clock = manualClock(Date.parse("2026-03-28T12:00:00Z"));
  world = await worldWithCluster({}, { clock });
  const job = {
    nodeCount: 1,
    stdOutErrPathPrefix: "$AZ_BATCHAI_JOB_MOUNT_ROOT/afs",
    customToolkitSettings: { commandLine: "train {file} {parameters.epochs}" },
  };
  const trigger = {
    on: { blobCreated: { container: "data", path: "in/{file}.csv" } },
    parameters: { epochs: 3 },
    action: { experiment: "e", job: { properties: job } },
  };
  const write = (file: string, content: object) => writeFileSync(join(folder, file), JSON.stringify(content));
  write("trigger.json", { properties: trigger });
  const { on: _, ...unwaiting } = trigger;
  const order = { ...job, customToolkitSettings: { commandLine: "order {parameters.epochs}" } };
  write("queue.json", {
    properties: {
      ...unwaiting,
      on: { queueMessage: { queue: "work" } },
      action: { experiment: "e", job: { properties: order } },
    },
  });
  write("webhook.json", {
    properties: {
      ...unwaiting,
      on: { webhook: {} },
      action: { experiment: "e", job: { properties: order } },
    },
  });
  write("job.json", {
    properties: { ...job, customToolkitSettings: { commandLine: "train {fireTime.date}" } },
  });
  write("event.json", { kind: "blobCreated", name: "in/a.csv", etag: "0x1", size: 5 });
  const search = {
    trial: { properties: { ...job, customToolkitSettings: { commandLine: "train {file} $PARAM_RATE" } } },
    searchSpace: { RATE: { type: "choice", values: [1, 2] } },
    objective: { metric: "loss", goal: "minimize" },
    limits: { maxTrials: 2 },
  };
  write("search.json", {
    properties: { on: trigger.on, action: { experiment: "e", sweep: { properties: search } } },
  });
  write("nothing.json", { properties: { on: trigger.on, action: { experiment: "e" } } });
  write("typo.json", { properties: { ...trigger, acton: {} } });
});

/** Words are parted by blanks; what is quoted is one. */
function type(line: string, isTerminal = false) {
  const words = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? "");
  return batchai(words, {
    directory: folder,
    environment: {
      BATCHAI_ENDPOINT: worldEndpoint,
      BATCHAI_TOKEN: "role-submitter",
      BATCHAI_SUBSCRIPTION_ID: subscriptionId,
      BATCHAI_RESOURCE_GROUP: "rg",
      BATCHAI_WORKSPACE: "w",
      BATCHAI_EXPERIMENT: "e",
      AZURE_BATCHAI_STORAGE_ACCOUNT: "teststore",
      AZURE_BATCHAI_STORAGE_KEY: "c2VjcmV0LWtleQ==",
    },
    fetch: worldFetch(world),
    sleep: (ms) => world.advance(ms),
    now: world.now,
    ...(isTerminal ? { isTerminal: { out: true, err: true } } : {}),
  });
}
const ok = async (line: string) => {
  const said = await type(line);
  expect(said, said.err).toMatchObject({ code: 0 });
  return said.out;
};
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- what a command answers is looked into freely
type Loose = any;
const json = async (line: string): Promise<Loose> => JSON.parse(await ok(`${line} -o json`));
const localsOf = (times: Loose): unknown => (times as { local: string }[]).map(({ local }) => local);

describe("a trigger", () => {
  it("makes sweeps, whose trials take the cluster and the mounts of options as jobs do", async () => {
    const tried = await json(
      "trigger test -n searches --event event.json -f search.json --afs-name out -c c",
    );
    expect(tried).toMatchObject({ wouldStart: true, sweep: { name: expect.stringMatching(/^searches-/) } });
    const { trial } = tried.sweep.body.properties;
    expect(trial.properties).toMatchObject({ cluster: { id: expect.stringMatching(/clusters\/c$/) } });
    expect(trial.properties.mountVolumes.azureFileShares).toHaveLength(1);
    const refused = await type("trigger test -n searches --event event.json -f nothing.json");
    expect([refused.code, refused.err]).toEqual([2, expect.stringContaining("properties.action.sweep")]);
  });

  it("is tried before it is saved, saved on a cluster and with mounts by options, listed and shown", async () => {
    const tried = (options: string) =>
      json(`trigger test -n arrivals --event event.json -f trigger.json --afs-name out${options}`);
    expect(await tried("")).toMatchObject({
      wouldStart: false,
      reason: expect.stringContaining("properties.cluster") as string,
    });
    expect(await tried(" -c c")).toMatchObject({
      wouldStart: true,
      job: { body: { properties: { mountVolumes: { azureFileShares: [{ relativeMountPath: "afs" }] } } } },
    });
    expect(await json("trigger list")).toEqual([]);
    const made = await json("trigger create -n arrivals -c c -f trigger.json --afs-name out");
    expect(made).toMatchObject({
      name: "arrivals",
      enabled: true,
      action: { job: { properties: { mountVolumes: { azureFileShares: [{ accountName: "teststore" }] } } } },
    });
    expect(await json("trigger test -n arrivals --event event.json")).toMatchObject({
      wouldStart: true,
      job: { body: { properties: { customToolkitSettings: { commandLine: "train a 3" } } } },
    });
    expect(await ok("trigger test -n arrivals --event event.json -o table")).toMatch(
      /^Would start {2}Reason .*\nyes +the blob was written +arrivals-/,
    );
    expect(await ok("trigger list -o table")).toBe(
      [
        "Name      Kind         Waits for           Starts in  Overlap  State    Next",
        "arrivals  blobCreated  data/in/{file}.csv  e          allow    enabled",
        "",
      ].join("\n"),
    );
    expect(await type("trigger create -n x -f typo.json")).toMatchObject({
      code: 2,
      err: expect.stringMatching(/typo\.json:1:\d+: .*Is 'action' meant\?/) as string,
    });
  });

  it("tells what became of its events, and starts again what was skipped or failed", async () => {
    await ok('trigger pause -n arrivals --reason "the data is being moved"');
    expect(await ok("trigger show -n arrivals -o table")).toContain("paused: the data is being moved");
    world.storageEvents.upload("data", "in/a.csv");
    await tick(world, 60_000);
    const [skipped] = await json("trigger firings -n arrivals");
    expect(skipped).toMatchObject({ decision: "skipped", event: { name: "in/a.csv" } });
    expect(await json("trigger firings -n arrivals --decision failed")).toEqual([]);
    expect(await type("trigger firings -n arrivals --decision lost")).toMatchObject({ code: 2 });
    await ok("trigger resume -n arrivals");
    const again = await json(`trigger replay -n arrivals --firing ${skipped.name}`);
    expect(again).toMatchObject([{ decision: "replayed", job: { id: expect.stringContaining("/jobs/") } }]);
    expect(await json(`trigger replay -n arrivals --firing ${skipped.name}`)).toEqual(again);
    expect(await ok("trigger firings -n arrivals --top 1 -o table")).toMatch(
      /in\/a\.csv +replayed +arrivals-/,
    );
    expect(await json("trigger replay -n arrivals --failed --since 1d")).toEqual([]);
    expect(await type("trigger replay -n arrivals")).toMatchObject({ code: 2 });
    expect(await type("trigger replay -n arrivals --firing x --since 1d")).toMatchObject({ code: 2 });
  });

  it("runs by hand with other parameters, the same run once", async () => {
    await ok("trigger create -n orders -c c -f queue.json --afs-name out");
    const run = await json("trigger run -n orders --id mine --parameter epochs=9");
    expect(run.event).toMatchObject({ kind: "run", parameters: { epochs: 9 } });
    expect((await json("trigger run -n orders --id mine")).job).toEqual(run.job);
    expect(await type("trigger run -n orders --parameter epochs")).toMatchObject({ code: 2 });
    expect((await type("trigger run -n orders --parameter depth=1")).out).toContain("no parameter");
    expect(await type("trigger run -n arrivals")).toMatchObject({ code: 2 });
  });

  it("for webhooks shows a secret once, and another on demand", async () => {
    const made = await type("trigger create -n deploy -c c -f webhook.json --afs-name out", true);
    expect(made.code, made.err).toBe(0);
    expect(made.out).not.toContain("whsec_");
    expect(made.err).toMatch(/\/triggers\/deploy\/webhook\nTheir secret is shown this once: whsec_/);
    expect(await ok("trigger show -n deploy")).not.toContain("whsec_");
    expect(await type("trigger rotate-secret -n deploy")).toMatchObject({ code: 2 });
    expect((await json("trigger rotate-secret -n deploy -y")).secret).toMatch(/^whsec_/);
  });
});

it("ids stand for the names of triggers and schedules, one or many", async () => {
  await ok('schedule create -n hourly --cron "0 * * * *" -c c -f job.json --afs-name out');
  const ids = await json("trigger list --query [].id");
  const idOf = (name: string) => (ids as string[]).find((id) => id.endsWith(`/triggers/${name}`)) ?? "";
  expect(await ok(`trigger show --ids ${idOf("orders")} ${idOf("arrivals")} --query name -o tsv`)).toBe(
    "orders\narrivals\n",
  );
  expect(await json(`schedule show --ids ${idOf("hourly")}`)).toMatchObject({ name: "hourly" });
  expect(await ok(`trigger pause --reason moved --ids ${idOf("orders")} ${idOf("hourly")} -o none`)).toBe("");
  expect(await json("trigger list --query [?paused].name")).toEqual(["hourly", "orders"]);
  await ok(`trigger resume --ids ${idOf("orders")} -o none`);
  // A trigger that is no schedule is none by its id either.
  expect((await type(`schedule show --ids ${idOf("orders")}`)).code).not.toBe(0);
  expect((await type(`trigger show --ids ${idOf("orders")} -n orders`)).err).toContain("leave out -n");
  expect((await type(`job show --ids ${idOf("orders")}`)).err).toContain("another kind of resource");
  await ok(`schedule delete -y --ids ${idOf("hourly")}`);
});

describe("a schedule", () => {
  it("is made of a job and a cron expression, and says when it fires on its own clock", async () => {
    const line = 'schedule create -n nightly --cron "30 2 * * *" --time-zone Europe/Berlin -c c -f job.json';
    const saved = await type(`${line} --afs-name out`, true);
    expect(saved.code, saved.err).toBe(0);
    expect(saved.out).toContain("2026-03-29T01:00:00.000Z");
    expect(saved.err).toContain("Fires at 2026-03-29T03:00:00, 2026-03-30T02:30:00");
    expect((await ok("schedule next -n nightly --count 2 -o table")).split("\n").slice(1, 3)).toEqual([
      "2026-03-29T03:00:00  2026-03-29T01:00:00.000Z  the time that is meant does not exist; runs at the change",
      "2026-03-30T02:30:00  2026-03-30T00:30:00.000Z",
    ]);
    expect(await json("schedule next -n nightly --count 1 --from 2026-07-01")).toMatchObject([
      { local: "2026-07-01T02:30:00" },
    ]);
    const never = line.replace("30 2 * * *", "0 0 30 2 *");
    expect(await type(never)).toMatchObject({
      code: 2,
      err: expect.stringContaining("no day of the calendar matches") as string,
    });
  });

  it("is listed without other triggers, which its commands leave alone", async () => {
    expect(await json("schedule list")).toMatchObject([{ name: "nightly" }]);
    expect(await type("schedule show -n arrivals")).toMatchObject({
      code: 3,
      err: expect.stringContaining("trigger for blobCreated: `batchai trigger show") as string,
    });
    expect(await type("schedule delete -n arrivals -y")).toMatchObject({ code: 3 });
    expect(await type("schedule pause")).toMatchObject({ code: 2 });
    await ok("schedule pause --all");
    expect(await json("trigger show -n arrivals")).toMatchObject({ enabled: true });
    expect(await ok("schedule list -o table")).toMatch(/ paused *\n$/);
    await ok("schedule resume -n nightly");
  });

  it("runs the times that passed, after it has shown them, and now", async () => {
    const period = "--from 2026-03-20 --to 2026-03-22";
    const dry = await json(`schedule backfill -n nightly ${period} --dry-run`);
    expect(localsOf(dry)).toEqual(["2026-03-20T02:30:00", "2026-03-21T02:30:00"]);
    expect(await json("schedule firings -n nightly")).toEqual([]);
    const filled = await json(`schedule backfill -n nightly ${period}`);
    expect(filled).toMatchObject([{ decision: "started" }, { decision: "queued" }]);
    expect((await json("schedule run -n nightly")).event.kind).toBe("run");
    expect(await type("schedule delete -n nightly")).toMatchObject({ code: 2 });
    await ok("schedule delete -n nightly -y");
    expect(await type("schedule show -n nightly")).toMatchObject({ code: 3 });
  });
});
