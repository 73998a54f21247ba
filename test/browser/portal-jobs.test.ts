// What a job reported and went through, in a real browser, before the app in the test's own process.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { metricRunOf } from "../../domain/metric/run.ts";
import { clusterPath, experimentPath, jobBody, logsOnShare } from "../support/app/stories.ts";
import { story } from "../support/app/sweep-stories.ts";
import type { Story } from "../support/app/sweep-stories.ts";
import { refOfJob } from "../support/app/trigger-stories.ts";
import { accessibilityFindings, hasBrowser, openBrowser } from "../support/browser.ts";
import type { TestBrowser } from "../support/browser.ts";
import { shoot } from "../support/browser-shots.ts";
import { openPortal } from "../support/portal-world.ts";
import type { PortalWorld } from "../support/portal-world.ts";

const w = "/portal/w/rg/w";
let world: Story;
let portal: PortalWorld;
let browser: TestBrowser;
const page = () => browser.page;
const open = (path: string) => page().goto(`${portal.origin}${w}${path}`);

async function submit(name: string, properties: object = {}): Promise<void> {
  const answer = await world.api("PUT", `${experimentPath}/jobs/${name}`, { body: jobBody(properties) });
  expect(answer.status).toBeLessThan(300);
  await world.advance(100);
}

async function report(job: string, metric: string, values: readonly number[], from = 0): Promise<void> {
  const stored = await world.services.state.jobs.get(refOfJob(job));
  if (stored === undefined) throw new Error(`no job ${job}`);
  const points = values.map((value, index) => ({ step: from + index, value }));
  await world.services.metrics.append(metricRunOf(stored), [{ name: metric, points }]);
}

describe.skipIf(!hasBrowser)("the pages of a job and of the queue (need chromium)", () => {
  beforeAll(async () => {
    world = await story({ nodes: 2 });
    await submit("broken", logsOnShare);
    const task = await world.taskOf("broken");
    world.azure.start(task);
    await world.says("broken", "Traceback\nModuleNotFoundError: No module named 'torch'\n", "stderr.txt");
    world.azure.complete(task, { exitCode: 1 });
    await world.advance(10_000);
    await submit("first", { environmentVariables: [{ name: "RATE", value: "0.1" }] });
    await submit("second", { environmentVariables: [{ name: "RATE", value: "0.2" }] });
    await submit("third");
    await report(
      "first",
      "loss",
      Array.from({ length: 5_000 }, (_, step) => 2 / (1 + step / 300) + (step === 40 ? 30 : 0)),
    );
    await report("first", "accuracy", [0.1, 0.5, Number.NaN, 0.7, 0.9]);
    portal = await openPortal(world);
    browser = await openBrowser(portal.origin);
    await browser.context.addCookies([portal.cookie]);
  });
  afterAll(async () => {
    await browser?.dispose();
    await portal?.dispose();
  });

  it("draws what was reported, says it in words, by keys and as a table, and grows with it", async () => {
    await open("/jobs/e/first?tab=metrics");
    const chart = page().getByRole("group", { name: /^accuracy: step 0 to 4; accuracy ends at 0.9$/ });
    await chart.waitFor();
    await page().getByText("1 value that is no number, drawn as a gap.").waitFor();
    await chart.focus();
    await page().keyboard.press("End");
    await page().getByText("step 4: accuracy 0.9").waitFor();
    await page().keyboard.press("ArrowLeft");
    await page().getByText("step 3: accuracy 0.7").waitFor();
    await page().getByText("Data as a table").first().click();
    await page().getByRole("region", { name: "accuracy, data" }).getByText("no number").waitFor();
    await report("first", "accuracy", [0.95], 5);
    await page()
      .getByRole("group", { name: /accuracy ends at 0.95$/ })
      .waitFor();
    expect(await accessibilityFindings(page())).toEqual([]);
    await shoot(page(), "job-metrics");
  });

  it("loses no peak of a long curve, and draws what the address names", async () => {
    await open("/jobs/e/first?tab=metrics&metric=loss&log=1");
    await page()
      .getByRole("group", { name: /^loss: step 0 to 4999/ })
      .waitFor();
    expect(await page().locator(".uplot").count()).toBe(1);
    await page().getByText("Data as a table").click();
    await page().getByRole("checkbox", { name: "Draw loss" }).waitFor();
    expect(
      await page()
        .getByRole("region", { name: "Metrics" })
        .getByRole("row")
        .filter({ hasText: "loss" })
        .innerText(),
    ).toContain("31.76");
    await shoot(page(), "job-metrics-one");
  });

  it("takes no name of a metric or of a file for markup", async () => {
    const evil = `<img src=x onerror="window.hurt=1">`;
    await report("second", evil, [1, 2, 3]);
    await open("/jobs/e/second?tab=metrics");
    await page().getByRole("heading", { name: evil }).waitFor();
    await page().route(/listOutputFiles/, (route) =>
      route.fulfill({
        json: {
          value: [{ name: evil, fileType: "file", downloadUrl: "javascript:window.hurt=1", properties: {} }],
        },
      }),
    );
    await open("/jobs/e/second?tab=files");
    const file = page().getByRole("rowheader").getByText(evil);
    await file.waitFor();
    expect(await file.getAttribute("href")).toBeNull();
    expect(await page().evaluate("'hurt' in window")).toBe(false);
    expect(await page().locator("main img").count()).toBe(0);
    await page().unroute(/listOutputFiles/);
  });

  it("loads at most 200 KB to begin with, compressed by gzip", async () => {
    const document = await (await fetch(`${portal.origin}/portal/`)).text();
    const names = [...document.matchAll(/\/portal\/assets\/[\w.-]+/g)].map(([name]) => name);
    const sizes = await Promise.all(
      [...new Set(names)].map(async (name) => {
        const answer = await fetch(portal.origin + name, { headers: { "accept-encoding": "gzip" } });
        return Number(answer.headers.get("content-length"));
      }),
    );
    const total = sizes.reduce((sum, size) => sum + size, 0);
    process.stdout.write(`portal: first load ${(total / 1000).toFixed(1)} KB\n`);
    expect(sizes.every((size) => size > 0)).toBe(true);
    expect(total).toBeLessThanOrEqual(200_000);
  });

  it("asks again for what has not changed without being sent it again, and reads events only after a change", async () => {
    const asked: [string, number][] = [];
    page().on("response", (response) => {
      const { pathname } = new URL(response.url());
      asked.push([pathname.split("/").at(-1) ?? "", response.status()]);
    });
    await open("/jobs/e/third?tab=metrics");
    await page().getByText("No metric was reported yet").waitFor();
    const known = () => asked.filter(([name, status]) => name === "third" && status === 304).length;
    await expect.poll(known, { timeout: 10_000 }).toBeGreaterThan(2);
    expect(asked.filter(([name]) => name === "events")).toHaveLength(1);
    page().removeAllListeners("response");
  });

  it("tells where two jobs differ in what was asked for", async () => {
    await open("/jobs/e/first?tab=spec");
    await page().getByLabel("Compare with the job").fill("second");
    await page().getByRole("button", { name: "Compare", exact: true }).click();
    await page().getByText("1 difference in what was asked for").waitFor();
    const row = page().getByRole("row", { name: /environmentVariables\.RATE\.value/ });
    expect(await row.getByRole("cell").allInnerTexts()).toEqual(["0.1", "0.2"]);
    expect(page().url()).toContain("with=second");
    expect(await accessibilityFindings(page())).toEqual([]);
    await shoot(page(), "job-diff");
    await open("/jobs/e/first?tab=spec&with=nobody");
    await page().getByRole("alert").getByText("JobNotFound").waitFor();
  });

  it("has its place in the queue with the reason, beside the quotas of the service", async () => {
    await submit("wide", { nodeCount: 2, schedulingPriority: "high" });
    const body = { properties: { scaleSettings: { manual: { targetNodeCount: 1 } } } };
    expect((await world.api("PATCH", clusterPath, { body })).status).toBeLessThan(300);
    await open("/queue");
    const row = page().getByRole("row", { name: /e\/wide/ });
    await row.getByText("needs 2 nodes, and the cluster has 1 at most: resize it").waitFor();
    expect((await row.getByRole("cell").allInnerTexts())[0]).toBe("1");
    await page().getByRole("region", { name: "Quotas" }).getByText("Total Cluster Dedicated").waitFor();
    await shoot(page(), "queue");
    expect(await accessibilityFindings(page())).toEqual([]);
    await page().route(/\/jobs\?/, (route) => route.fulfill({ json: { value: [] } }));
    await open("/queue");
    await page().getByText("Nothing waits").waitFor();
    expect(await accessibilityFindings(page())).toEqual([]);
    await page().unroute(/\/jobs\?/);
  });

  it("says why a job waits, with the command that helps", async () => {
    await open("/jobs/e/wide");
    const why = page().getByRole("region", { name: "Why it waits" });
    const first = why.getByRole("listitem").first();
    await first.getByText("The job wants 2 nodes; the cluster 'c' may have 1").waitFor();
    await first.getByText("nodeCount is 2, scaleSettings.manual.targetNodeCount is 1").waitFor();
    await first.getByText("Enlarge the cluster, or submit the job for fewer nodes.").waitFor();
    await first.getByText("batchai cluster resize -n c -t 2 -g rg -w w").waitFor();
    expect(await accessibilityFindings(page())).toEqual([]);
  });

  it("says why a job failed: its last words before its exit code, each with what helps", async () => {
    await open("/jobs/e/broken");
    const why = page().getByRole("region", { name: "Why it failed" });
    const first = why.getByRole("listitem").first();
    await first.getByText("A Python module is not there on the node").waitFor();
    await first.getByText("stderr.txt: ModuleNotFoundError: No module named 'torch'").waitFor();
    await first.getByText("Install it in jobPreparation").waitFor();
    expect(await why.getByRole("listitem").last().innerText()).toContain("JobFailed");
    await why
      .getByRole("region", { name: "The reasons by command line" })
      .getByText("batchai why broken -g rg -w w -e e")
      .waitFor();
    expect(await accessibilityFindings(page())).toEqual([]);
    await shoot(page(), "job-why");
  });

  it("asked nobody else for anything, and stumbled over nothing", () => {
    expect([browser.foreign, browser.troubles]).toEqual([[], []]);
  });
});
