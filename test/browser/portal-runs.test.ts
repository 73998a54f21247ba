// The page of runs in a real browser, before the app in the test's own process: what it finds is what MLflow's own client finds.
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { experimentPath, jobBody, workspacePath } from "../support/app/stories.ts";
import { runAll, story, sweepBody } from "../support/app/sweep-stories.ts";
import type { Story } from "../support/app/sweep-stories.ts";
import { clientAt } from "../support/app/tracking-stories.ts";
import { accessibilityFindings, hasBrowser, openBrowser, sidewaysAt400Percent } from "../support/browser.ts";
import type { TestBrowser } from "../support/browser.ts";
import { shoot } from "../support/browser-shots.ts";
import { openPortal } from "../support/portal-world.ts";
import type { PortalWorld } from "../support/portal-world.ts";
import { testTools } from "../support/test-tools.ts";

const exec = promisify(execFile);
const python = join(testTools, "mlflow/bin/python");
const hasMlflow = existsSync(join(testTools, "mlflow/ready"));
const evil = `<img src=x onerror="window.hurt=1">`;
const w = "/portal/w/rg/w";
let world: Story;
let portal: PortalWorld;
let browser: TestBrowser;
const page = () => browser.page;
const open = (path: string) => page().goto(`${portal.origin}${w}${path}`);
const button = (name: string | RegExp) => page().getByRole("button", { name, exact: true });
const names = async () =>
  (await page().getByRole("grid").getByRole("link").allInnerTexts()).filter((name) => !name.includes("·"));
const filtered = (filter: string, more = "") => `/runs?filter=${encodeURIComponent(filter)}${more}`;

async function submit(name: string, points: readonly object[]): Promise<void> {
  const path = `${experimentPath}/jobs/${name}`;
  expect((await world.api("PUT", path, { body: jobBody() })).status).toBeLessThan(300);
  await world.advance(1_000);
  const posted = await world.api("POST", `${path}/metrics?api-version=2026-11-01`, { body: { points } });
  expect(posted.status).toBe(200);
}

/** A run of a notebook. */
async function begin(name: string, lr: string, losses: readonly number[]): Promise<string> {
  const notebook = clientAt(world, `${workspacePath}/mlflow`);
  const { body } = await notebook.post("runs/create", { experiment_id: "e", run_name: name, start_time: 1 });
  const id = String(body.run.info.run_id);
  const metrics = losses.map((value, step) => ({ key: "loss", value, step, timestamp: step }));
  const params = [
    { key: "lr", value: lr },
    { key: "layers", value: "3" },
  ];
  await notebook.post("runs/log-batch", { run_id: id, metrics, params });
  return id;
}

async function copied(tool: "curl" | "python"): Promise<string> {
  const strip = page().getByRole("region", { name: "The same by command line" });
  await strip.getByRole("button", { name: tool, exact: true }).click();
  await strip.getByRole("button", { name: "Copy command" }).click();
  return page().evaluate<string>("navigator.clipboard.readText()");
}

const env = { PATH: "/usr/bin:/bin", BATCHAI_TOKEN: "role-reader" };
let ids: readonly [string, string];

describe.skipIf(!hasBrowser)("the page of runs (needs chromium)", () => {
  beforeAll(async () => {
    world = await story();
    expect((await world.sweep("PUT", "", sweepBody())).status).toBe(200);
    await runAll(world);
    await submit("good", [{ name: "accuracy", value: 0.95, step: 2 }]);
    await submit("poor", [
      { name: "accuracy", value: 0.93, step: 1 },
      { name: "accuracy", value: 0.5, step: 2 },
      { name: evil, value: 1, step: 1 },
    ]);
    ids = [await begin("slow", "0.1", [3, 2.5, 2]), await begin("fast", "0.3", [3, 1, 0.25])];
    portal = await openPortal(world);
    browser = await openBrowser(portal.origin);
    await browser.context.addCookies([portal.cookie]);
  });
  afterAll(async () => {
    await browser?.dispose();
    await portal?.dispose();
  });

  it("lists jobs, trials and what notebooks began, each with a link to where it is", async () => {
    await open("/runs");
    await page()
      .getByText(/^8 runs$/)
      .waitFor();
    const hrefOf = (name: string) => page().getByRole("link", { name, exact: true }).getAttribute("href");
    expect(await hrefOf("good")).toBe(`${w}/jobs/e/good`);
    expect(await hrefOf("s · 3")).toBe(`${w}/sweeps/e/s`);
    expect(await hrefOf("slow")).toBe(`${w}/runs?run=${ids[0]}&compare=1`);
    await page().getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Runs" }).waitFor();
    await page().keyboard.press("g");
    await page().keyboard.press("o");
    await page().keyboard.press("g");
    await page().keyboard.press("r");
    await page().getByRole("heading", { level: 1, name: "Runs" }).waitFor();
  });

  it("finds a run by the last value of a metric that its job posted", async () => {
    await open("/runs");
    await page().getByLabel("Filter", { exact: true }).fill("metrics.accuracy > 0.9");
    await button("Search").click();
    await page()
      .getByText(/^1 run$/)
      .waitFor();
    expect(await names()).toEqual(["good"]);
    expect(new URL(page().url()).searchParams.get("filter")).toBe("metrics.accuracy > 0.9");
  });

  it("sorts by a metric in the service, and shows the columns that the address names", async () => {
    await open("/runs?column=metrics.loss&column=params.lr&experiment=e");
    await page().getByRole("columnheader", { name: "lr", exact: true }).waitFor();
    expect(await page().getByRole("columnheader", { name: "accuracy" }).count()).toBe(0);
    await page().getByRole("columnheader", { name: "loss" }).getByRole("button").click();
    await page().locator(`[aria-sort="descending"]`).getByText("loss").waitFor();
    await expect.poll(async () => (await names())[0]).toBe("slow");
    await page().getByRole("columnheader", { name: "loss" }).getByRole("button").click();
    await page().locator(`[aria-sort="ascending"]`).getByText("loss").waitFor();
    await page()
      .getByText(/^Columns:/)
      .click();
    await page().getByRole("checkbox", { name: "accuracy" }).check();
    await page().getByRole("columnheader", { name: "accuracy" }).waitFor();
    await shoot(page(), "runs-columns");
    expect(new URL(page().url()).searchParams.getAll("column")).toEqual([
      "metrics.loss",
      "params.lr",
      "metrics.accuracy",
    ]);
  });

  it("has the line for curl find the same runs", async () => {
    await open(filtered("metrics.loss < 2.1 and params.layers = '3'", "&sort=metrics.loss"));
    await page()
      .getByText(/^2 runs$/)
      .waitFor();
    const { stdout } = await exec("bash", ["-c", await copied("curl")], { env });
    const { runs } = JSON.parse(stdout) as { runs: { info: { run_name: string } }[] };
    expect(runs.map(({ info }) => info.run_name)).toEqual(await names());
    expect(await names()).toEqual(["fast", "slow"]);
  });

  it.skipIf(!hasMlflow)("has the line for Python find the same runs with MLflow's own client", async () => {
    await open(filtered("metrics.accuracy > 0.4", "&sort=-metrics.accuracy"));
    await page()
      .getByText(/^2 runs$/)
      .waitFor();
    const { stdout } = await exec(python, ["-c", await copied("python")], { env });
    expect(stdout.split("\n").map((line) => line.split(" ")[0])).toEqual(["j1-e-good", "j1-e-poor", ""]);
    expect(await names()).toEqual(["good", "poor"]);
  });

  it("compares what is selected: parameters that differ, last values, curves in one chart", async () => {
    await open(filtered("params.layers = '3'", "&sort=run_name"));
    await page().getByRole("grid").focus();
    await page().keyboard.press("x");
    await page().keyboard.press("j");
    await page().keyboard.press("x");
    await page().getByText("2 runs, 2 selected").waitFor();
    await button("Compare").click();
    const table = page().getByRole("region", { name: "Runs side by side" });
    const cells = async (name: string) =>
      (
        await table
          .getByRole("row", { name: new RegExp(`^${name} `) })
          .getByRole("cell")
          .allInnerTexts()
      ).join();
    await table.waitFor();
    expect([await cells("lr"), await cells("loss")]).toEqual(["0.3,0.1", "0.25,2"]);
    expect(await table.getByText("layers").count()).toBe(0);
    await page()
      .getByRole("group", { name: "loss: step 0 to 2; fast ends at 0.25, slow ends at 2" })
      .waitFor();
    await button("Also what is the same").click();
    expect(await cells("layers")).toBe("3,3");
    await shoot(page(), "runs-compared", { fullPage: true });
    const fresh = await browser.context.newPage();
    await fresh.goto(page().url());
    await fresh.getByRole("row", { name: /^layers / }).waitFor();
    await fresh.close();
    await page().goBack();
    await page().getByText("2 runs, 2 selected").waitFor();
  });

  it("compares jobs with trials and with runs that began elsewhere, and tells which it cannot find", async () => {
    const chosen = ["j1-e-good", "j1-e-s_0", ids[0], "j1-e-gone"].map((id) => `run=${id}`).join("&");
    await open(`/runs?compare=1&${chosen}`);
    await page().getByRole("alert").getByText("RESOURCE_DOES_NOT_EXIST").waitFor();
    await page()
      .getByRole("group", { name: /^accuracy: step 2 to 2; good ends at 0.95$/ })
      .waitFor();
    await page()
      .getByRole("group", { name: /^loss: step 0 to 2; s_0 ends at .*, slow ends at 2$/ })
      .waitFor();
  });

  it("shows the files of a run that a notebook began, folder by folder, and fetches one from the storage", async () => {
    const files = `${workspacePath}/mlflow/api/2.0/mlflow-artifacts/artifacts/${ids[0]}/artifacts`;
    for (const path of ["weights.bin", "plots/loss.svg", `plots/${encodeURIComponent(evil)}`])
      expect((await world.api("PUT", `${files}/${path}`, { bytes: Buffer.from("<svg/>") })).status).toBe(200);
    await open(`/runs?run=${ids[0]}&compare=1`);
    const table = page().getByRole("region", { name: "Files", exact: true }).last();
    await table.getByRole("row", { name: "weights.bin 6 B" }).waitFor();
    const opened = page()
      .context()
      .waitForEvent("request", (request) => request.url().includes("weights.bin?sig="));
    await button("weights.bin").click();
    await opened;
    await Promise.all(
      browser.context
        .pages()
        .slice(1)
        .map((other) => other.close()),
    );
    await button("plots/").click();
    await table.getByRole("row", { name: "loss.svg 6 B" }).waitFor();
    expect(new URL(page().url()).searchParams.get("folder")).toBe("plots");
    await shoot(page(), "run-files", { fullPage: true });
    await button("Up").click();
    await table.getByRole("row", { name: "weights.bin 6 B" }).waitFor();
  });

  it("tells what is wrong with a filter in the service's words, and what to do when nothing is found", async () => {
    await open(filtered("metrics.accuracy is high"));
    await page()
      .getByRole("alert")
      .getByText(/cannot compare metric 'accuracy': expected = != < <= > >=/)
      .waitFor();
    await shoot(page(), "runs-refused");
    await open(filtered("metrics.accuracy > 7"));
    await page().getByText("No run is like that").waitFor();
    await shoot(page(), "runs-none");
    await button("Search without the filter").click();
    await page()
      .getByText(/^8 runs$/)
      .waitFor();
  });

  it("reads further runs when they are asked for", async () => {
    await page().route(/runs\/search/, async (route) => {
      const body = route.request().postDataJSON() as object;
      await route.continue({ postData: JSON.stringify({ ...body, max_results: 5 }) });
    });
    await open("/runs");
    await page()
      .getByText(/^5 runs, and more$/)
      .waitFor();
    await button("More runs").click();
    await page()
      .getByText(/^8 runs$/)
      .waitFor();
    expect(new Set(await names()).size).toBe(8);
    await page().unroute(/runs\/search/);
  });

  it("is accessible full, empty, refused and compared, light, dark and at 400 %, as far as axe can tell", async () => {
    const states = {
      full: ["/runs", "8 runs"],
      none: [filtered("metrics.accuracy > 7"), "No run is like that"],
      refused: [filtered("nonsense"), "INVALID_PARAMETER_VALUE"],
      compared: [`/runs?compare=1&run=${ids[0]}&run=${ids[1]}&run=j1-e-good`, "Where they differ"],
      one: [`/runs?compare=1&run=${ids[0]}`, "What it is"],
      unselected: ["/runs?compare=1", "No run is selected"],
      empty: ["/runs?experiment=e", "There is no run yet"],
    } as const;
    const findings: string[] = [];
    for (const colorScheme of ["light", "dark"] as const) {
      await page().emulateMedia({ colorScheme });
      for (const [name, [path, text]] of Object.entries(states)) {
        if (name === "empty") await page().route(/runs\/search/, (route) => route.fulfill({ json: {} }));
        await open(path);
        await page().getByText(text, { exact: false }).first().waitFor();
        await expect.poll(() => page().locator(".loading").count()).toBe(0);
        await shoot(page(), `runs-${name}-${colorScheme}`, { fullPage: true });
        for (const finding of await accessibilityFindings(page()))
          findings.push(`${name} ${colorScheme} ${finding}`);
        const wide = await sidewaysAt400Percent(page());
        if (wide > 0) findings.push(`${name} is ${wide} pixels too wide at 400 %`);
        await page().unroute(/runs\/search/);
      }
    }
    await page().emulateMedia({ colorScheme: null });
    expect(findings).toEqual([]);
  });

  it("moves nothing on any page for whoever asked for less motion", async () => {
    const moving = `[...document.querySelectorAll("*")].filter((element) => {
      const { transitionDuration, animationName } = getComputedStyle(element);
      return animationName !== "none" || transitionDuration.split(", ").some((each) => each !== "0s");
    }).length`;
    const paths = ["", "/jobs", "/jobs/e/good", "/new-job", "/sweeps", "/sweeps/e/s", "/runs", "/triggers"];
    await open("/runs");
    await button("Search").waitFor();
    expect(await page().evaluate<number>(moving)).toBeGreaterThan(0);
    await page().emulateMedia({ reducedMotion: "reduce" });
    for (const path of [...paths, "/clusters", "/clusters/c", "/queue", "/events"]) {
      await open(path);
      await page().locator("h1").first().waitFor();
      await expect.poll(() => page().locator(".loading").count()).toBe(0);
      expect([path, await page().evaluate<number>(moving)]).toEqual([path, 0]);
    }
    await page().emulateMedia({ reducedMotion: null });
  });

  it("takes nothing that it shows for markup, and asks nobody else for anything", async () => {
    await open("/runs?run=j1-e-poor&compare=1");
    await page().getByRole("rowheader", { name: evil }).waitFor();
    await open(`/runs?column=${encodeURIComponent(`metrics.${evil}`)}`);
    await page().getByRole("columnheader").getByText(evil).waitFor();
    expect(await page().evaluate("'hurt' in window")).toBe(false);
    expect([browser.foreign, browser.troubles]).toEqual([[], []]);
  });
});
