// A job of a file, and the portal's pages, through the app itself in one process.
// Starts nothing: there is no process but the test's own.
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Context } from "../../../cli/command.ts";
import { portalPageOf } from "../../../cli/portal-page.ts";
import type { ResourceRef } from "../../../domain/shared/resource-id.ts";
import { pages } from "../../../portal/lib/places.ts";
import { subscriptionId } from "../../support/app/app-world.ts";
import { experimentPath, jobBody, worldWithCluster } from "../../support/app/stories.ts";
import { share } from "../../support/app/sweep-stories.ts";
import { worldEndpoint, worldFetch } from "../../support/app/world-fetch.ts";
import { batchai } from "../../support/command-line.ts";

const folder = mkdtempSync(join(tmpdir(), "submitting-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let world: Awaited<ReturnType<typeof worldWithCluster>>;
const type = (line: string, more: Partial<Context> = {}) =>
  batchai(line.split(" "), {
    directory: folder,
    environment: {
      BATCHAI_ENDPOINT: worldEndpoint,
      BATCHAI_TOKEN: "role-admin",
      BATCHAI_SUBSCRIPTION_ID: subscriptionId,
      BATCHAI_RESOURCE_GROUP: "rg",
      BATCHAI_WORKSPACE: "w",
    },
    fetch: worldFetch(world),
    sleep: (ms) => world.advance(ms),
    now: world.now,
    ...more,
  });
const ok = async (line: string) => {
  const said = await type(line);
  expect({ line, ...said }).toMatchObject({ line, code: 0, err: "" });
  return said.out;
};

beforeAll(async () => {
  world = await worldWithCluster();
  writeFileSync(join(folder, "job.json"), JSON.stringify(jobBody()));
  await ok("submit job.json -n first -e e -c c");
});

it("submits a job whose output is read for the metrics of its trainer", async () => {
  const properties = { stdOutErrPathPrefix: "$AZ_BATCHAI_JOB_MOUNT_ROOT/share", mountVolumes: share };
  writeFileSync(join(folder, "printing.json"), JSON.stringify(jobBody(properties)));
  await ok("submit printing.json -n printing -e e -c c --metrics lightgbm --metrics xgboost");
  const { body } = await world.api("GET", `${experimentPath}/jobs/printing?api-version=2026-11-01`);
  expect(body.properties.outputMetrics).toEqual({ presets: ["lightgbm", "xgboost"], metrics: [] });
});

describe("the portal's page", () => {
  const place = { subscriptionId, group: "rg", workspace: "w" };

  it.each([
    ["open first -e e", pages.job(place, "e", "first")],
    ["open -c c", pages.cluster(place, "c")],
    ["open", pages.overview(place)],
  ])("is told by `%s`", async (line, page) => {
    expect(await ok(line)).toBe(`${worldEndpoint}/portal${page}\n`);
  });

  it("of any kind that has one is the portal's own", () => {
    const of = (kind: object) =>
      portalPageOf({ ...place, resourceGroup: "rg", ...kind } as unknown as ResourceRef);
    expect(of({ kind: "sweep", experiment: "e", sweep: "s" })).toBe(`/portal${pages.sweep(place, "e", "s")}`);
    expect(of({ kind: "trigger", trigger: "t" })).toBe(`/portal${pages.trigger(place, "t")}`);
    expect(of({ kind: "fileServer", fileServer: "f" })).toBeUndefined();
  });

  it("of what is not there, or of two things, is refused", async () => {
    expect(await type("open none -e e")).toMatchObject({ code: 3, out: "" });
    expect(await type("open --sweep none -e e")).toMatchObject({ code: 3, out: "" });
    expect(await type("open --trigger none")).toMatchObject({ code: 3, out: "" });
    expect(await type("open first -e e -c c")).toMatchObject({ code: 2, out: "" });
  });

  it("is opened in the browser of who looks on, by a file of theirs alone", async () => {
    const asked: string[] = [];
    const seen = (runProgram: Context["runProgram"]) =>
      type("open -c c -w w", {
        isTerminal: { out: true, err: true },
        environment: {
          BATCHAI_ENDPOINT: worldEndpoint,
          BATCHAI_TOKEN: "role-admin",
          BATCHAI_SUBSCRIPTION_ID: subscriptionId,
          BATCHAI_RESOURCE_GROUP: "rg",
          BROWSER: "lynx",
          XDG_CONFIG_HOME: folder,
        },
        runProgram,
      });
    const said = await seen(async (program, words) => {
      asked.push(program, ...words);
      return 0;
    });
    expect(said).toMatchObject({ code: 0, err: "" });
    expect(asked).toEqual(["lynx", pathToFileURL(join(folder, "batchai", "open.html")).href]);
    const page = join(folder, "batchai", "open.html");
    expect(readFileSync(page, "utf8")).toContain(`url=${said.out.trim()}"`);
    expect(statSync(page).mode & 0o077).toBe(0);
    const alone = await seen(() => Promise.reject(new Error("no such program")));
    expect(alone).toMatchObject({ code: 0, err: expect.stringContaining("set BROWSER") as string });
  });
});

describe("a job of a file", () => {
  it("is submitted under a name of the file and the time", async () => {
    const { name, executionState } = JSON.parse(await ok("submit job.json -e e -c c")) as Record<
      string,
      string
    >;
    expect(name).toMatch(/^job-\d{8}-\d{6}-[0-9a-f]{4}$/);
    expect(executionState).toBe("queued");
    await ok(`job delete -n ${name} -e e -y`);
  });

  it("is followed until the person wants no more, and can be come back to", async () => {
    const said = await type("submit job.json -n left -e e -c c --follow", {
      stopRequested: () => Promise.resolve(),
      isTerminal: { out: true, err: true },
    });
    expect(said).toMatchObject({ code: 130, out: "" });
    expect(said.err).toContain("The job 'left' goes on.");
    expect(said.err).toContain("batchai logs left -w w -e e --follow");
    await ok("job delete -n left -e e -y");
  });

  it("makes nothing beside it, and takes no file of another kind", async () => {
    expect(await type("submit job.json -e none -c c")).toMatchObject({ code: 3 });
    expect(await type("submit job.json -e e -c none")).toMatchObject({ code: 3 });
    expect(await type("submit job.json -n first -e e -c c")).toMatchObject({
      code: 1,
      err: expect.stringContaining("exists already") as string,
    });
    writeFileSync(join(folder, "sweep.json"), JSON.stringify({ properties: { searchSpace: {} } }));
    expect(await type("submit sweep.json -e e -c c")).toMatchObject({
      code: 2,
      err: expect.stringContaining("it is a sweep, no job. See: batchai sweep create --help") as string,
    });
  });
});
