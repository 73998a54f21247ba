// The portal as people use it: a real browser on the local cloud, from an empty cloud to a finished job. The stories go on from each other.
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startLocal } from "../../local/start.ts";
import type { LocalCloud } from "../../local/start.ts";
import { createShare } from "../support/batch-ai-client.ts";
import { accessibilityFindings, hasBrowser, openBrowser } from "../support/browser.ts";
import type { TestBrowser } from "../support/browser.ts";
import { shoot as shootPage } from "../support/browser-shots.ts";
import { answerJobs, jobsOfExperiment } from "../support/portal-jobs.ts";

const run = promisify(execFile);
const program = fileURLToPath(new URL("../../dist/local/batchai.mjs", import.meta.url));
const lab = "/portal/w/local/lab";

let cloud: LocalCloud;
let browser: TestBrowser;
const page = () => browser.page;
const origin = () => cloud.description.urls.api;
const open = (path: string) => page().goto(`${origin()}${path}`);
const button = (name: string | RegExp) => page().getByRole("button", { name, exact: true });

/** The line that the page offers for copying, as it arrives in the clipboard. */
async function copied(label: string): Promise<string> {
  await page().getByRole("region", { name: label }).getByRole("button", { name: "Copy command" }).click();
  return page().evaluate<string>("navigator.clipboard.readText()");
}

/** Runs a copied line in a shell, as whoever copied it would. */
async function inShell(line: string): Promise<string> {
  const shell = `batchai() { "${process.execPath}" "${program}" "$@" --cloud "${cloud.cloudFile}"; }; ${line}`;
  const environment = { ...process.env, BATCHAI_TOKEN: cloud.description.token, BATCHAI_ENDPOINT: "" };
  return (await run("bash", ["-c", shell], { env: environment })).stdout;
}

const shoot = (name: string) => shootPage(page(), name);

async function stateOf(job: string): Promise<string | undefined> {
  const path = `/subscriptions/${cloud.description.subscriptionId}/resourceGroups/local/providers/Microsoft.BatchAI/workspaces/lab/experiments/e/jobs/${job}?api-version=2018-05-01`;
  const answer = await fetch(`${origin()}${path}`, {
    headers: { authorization: `Bearer ${cloud.description.token}` },
  });
  if (answer.status === 404) return undefined;
  return ((await answer.json()) as { properties: { executionState: string } }).properties.executionState;
}

async function submit(name: string, commandLine: string): Promise<void> {
  await open(`${lab}/new-job`);
  await page().getByLabel("Experiment", { exact: true }).fill("e");
  await page().getByLabel("Name", { exact: true }).fill(name);
  await page().getByLabel("Command line", { exact: true }).fill(commandLine);
  await page()
    .getByRole("region", { name: "What would become of it" })
    .getByText(/at most \d+ nodes/)
    .waitFor();
  await button("Submit job").click();
  await page().getByRole("heading", { level: 1, name }).waitFor();
}

describe.skipIf(!hasBrowser)("the portal in a browser (needs chromium)", () => {
  beforeAll(async () => {
    cloud = await startLocal({ data: "temporary" });
    await createShare(cloud);
    browser = await openBrowser(origin());
  });
  afterAll(async () => {
    await browser?.dispose();
    await cloud?.dispose();
  });

  it("asks whoever is not signed in to sign in", async () => {
    await open("/portal/");
    await page().getByRole("heading", { name: "On this machine" }).waitFor();
    await shoot("sign-in");
    expect(await accessibilityFindings(page())).toEqual([]);
  });

  it("is opened by a link, once; the code is gone from the address, and the token out of reach of scripts", async () => {
    const link = cloud.portalLink();
    await page().goto(link);
    await page().getByRole("heading", { name: "Nothing is here yet" }).waitFor();
    expect(page().url()).toBe(`${origin()}/portal/`);
    const [cookie] = await browser.context.cookies();
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: "Strict", path: "/portal" });
    expect(await page().evaluate("document.cookie")).toBe("");
    const other = await (await browser.browser.newContext()).newPage();
    await other.goto(link);
    await other.getByText("opened before").waitFor();
    await other.context().close();
  });

  it("leads from an empty cloud to a workspace, to a cluster by the line that it offers, and to a job with its log", async () => {
    await shoot("empty-cloud");
    await button("Create workspace").click();
    await page().getByRole("heading", { level: 1, name: "lab" }).waitFor();
    await shoot("empty-workspace");
    await open(`${lab}/clusters`);
    await inShell(await copied("Create a cluster"));
    await page().getByRole("link", { name: "nodes" }).waitFor();
    await submit("first", "for i in 1 2 3; do echo line $i; done");
    await page().getByText("succeeded").first().waitFor();
    await page().getByText("line 3").waitFor();
    expect(await stateOf("first")).toBe("succeeded");
  });

  it("shows what jobs say as text and in colours, never as markup", async () => {
    const evil = `<img src=x onerror="window.hurt=1">`;
    await submit(
      "evil",
      String.raw`printf '\033[31mred\033[0m <img src=x onerror="window.hurt=1"> <script>window.hurt=1</script>\n'; exit 3`,
    );
    const log = page().getByRole("log");
    await log.getByText(evil).waitFor();
    expect(await log.getByText("red", { exact: true }).getAttribute("class")).toBe("ansi-red");
    expect(await page().locator("main img, main script").count()).toBe(0);
    expect(await page().evaluate("'hurt' in window")).toBe(false);
    await page().locator("h1").getByText("failed").waitFor();
    await shoot("job-failed");
  });

  it("follows a log as it grows, and ends the job by the line that its dialog shows", async () => {
    await submit("long", "i=0; while true; do i=$((i+1)); echo tick $i; sleep 0.2; done");
    await page()
      .getByText(/^tick \d+$/)
      .first()
      .waitFor();
    await shoot("job-live");
    await button("Terminate").click();
    const line = await page()
      .getByRole("dialog")
      .getByLabel(/command line: batchai/)
      .innerText();
    expect(line).toBe("batchai job terminate -g local -w lab -e e -n long -y");
    await inShell(line);
    expect(await stateOf("long")).toBe("failed");
  });

  it("clones a job, and deletes jobs that are selected by keys", async () => {
    await open(`${lab}/jobs/e/first`);
    await page().getByRole("link", { name: "Clone" }).click();
    await button("Submit job").click();
    await page().getByRole("heading", { level: 1, name: "first-2" }).waitFor();
    await page().getByText("succeeded").first().waitFor();
    await open(`${lab}/jobs?q=first-2`);
    await page().getByRole("link", { name: "first-2" }).waitFor();
    await page().keyboard.press("j");
    await page().keyboard.press("x");
    await button("Delete").click();
    await shoot("delete-dialog");
    await page().getByRole("dialog").getByRole("button", { name: "Delete", exact: true }).click();
    await page().getByText("0 jobs").waitFor();
    await expect.poll(() => stateOf("first-2")).toBeUndefined();
  });

  it("resizes a cluster", async () => {
    await open(`${lab}/clusters/nodes`);
    await button("Resize").click();
    await page().getByRole("spinbutton", { name: "Nodes" }).fill("2");
    await page().getByRole("dialog").getByRole("button", { name: "Resize", exact: true }).click();
    await page().getByText("2 nodes", { exact: true }).first().waitFor();
    await shoot("cluster");
  });

  it("tells what the service refuses in its words, with what to do", async () => {
    await open(`${lab}/new-job`);
    await page().getByLabel("Experiment", { exact: true }).fill("e");
    await page().getByLabel("Name", { exact: true }).fill("wrong");
    await page().getByRole("spinbutton", { name: "Nodes" }).fill("900");
    await button("Submit job").click();
    await page().getByRole("alert").getByText("NodeCountTooLarge").waitFor();
    await shoot("new-job-refused");
    await open(`${lab}/jobs/e/nobody`);
    await page().getByRole("alert").getByText("JobNotFound").waitFor();
  });

  it("has the lines that every page offers do what they say: batchai and curl alike", async () => {
    await open(`${lab}/jobs?experiment=e`);
    await page().getByRole("link", { name: "first", exact: true }).waitFor();
    const label = "The same by command line";
    expect(await inShell(await copied(label))).toContain('"first"');
    await page()
      .getByRole("region", { name: label })
      .getByRole("button", { name: "curl", exact: true })
      .click();
    expect(await inShell(await copied(label))).toContain('"name":"first"');
    await open(`${lab}/events`);
    await page().getByText("workspace").first().waitFor();
    expect(await inShell(await copied(label))).toContain("provisioningState");
  });

  const everyPage = [
    "",
    "/jobs",
    "/jobs/e/first",
    "/jobs/e/evil",
    "/jobs/e/first?tab=files",
    "/jobs/e/first?tab=events",
    "/jobs/e/first?tab=spec",
    "/new-job",
    "/clusters",
    "/clusters/nodes",
    "/events",
    "/jobs/e/nobody",
    "/clusters/nobody",
  ];
  it("is accessible on every page, light, dark and on a narrow screen, as far as axe can tell", async () => {
    const findings: string[] = [];
    for (const colorScheme of ["light", "dark"] as const) {
      await page().emulateMedia({ colorScheme });
      for (const path of everyPage) {
        await open(`${lab}${path}`);
        await page().locator("h1, [role=alert]").first().waitFor();
        await expect.poll(() => page().locator(".loading").count()).toBe(0);
        await shoot(`page${path.replaceAll(/\W+/g, "-")}-${colorScheme}`);
        for (const finding of await accessibilityFindings(page()))
          findings.push(`${path} ${colorScheme} ${finding}`);
      }
    }
    await page().emulateMedia({ colorScheme: null });
    expect([...new Set(findings)]).toEqual([]);
  });

  it("needs no scrolling sideways at 320 pixels, which is 400 % of a screen", async () => {
    await page().setViewportSize({ width: 320, height: 640 });
    for (const path of everyPage) {
      await open(`${lab}${path}`);
      await page().locator("h1, [role=alert]").first().waitFor();
      const overflow = await page().evaluate<number>("document.documentElement.scrollWidth - innerWidth");
      expect([path, overflow <= 0]).toEqual([path, true]);
    }
    await shoot("narrow");
    await page().setViewportSize({ width: 1360, height: 860 });
  });

  it("lists 10,000 jobs with few elements, and says the whole number", async () => {
    await answerJobs(page(), 10_000);
    const started = performance.now();
    await open(`${lab}/jobs?experiment=e&q=job`);
    await page().getByRole("row").nth(1).waitFor();
    const interactive = performance.now() - started;
    await page().getByRole("status").getByText("10,000 jobs", { exact: true }).waitFor();
    await page().getByRole("link", { name: "job-9999" }).waitFor();
    const whole = performance.now() - started;
    const grid = page().getByRole("grid");
    expect(await grid.getAttribute("aria-rowcount")).toBe("10001");
    expect(await page().evaluate("document.querySelectorAll('*').length")).toBeLessThan(1_500);
    const filter = performance.now();
    await page().getByRole("searchbox").fill("job-77");
    await page().getByRole("status").getByText("111 jobs", { exact: true }).waitFor();
    const filtered = performance.now() - filter;
    await shoot("ten-thousand");
    process.stdout.write(
      `portal: 10,000 jobs interactive ${interactive.toFixed(0)} ms, all read ${whole.toFixed(0)} ms, filtered ${filtered.toFixed(0)} ms\n`,
    );
    await page().unroute(jobsOfExperiment);
  });

  it("says since when its data stand still while the service is away", async () => {
    await open(`${lab}/clusters`);
    await page().getByRole("link", { name: "nodes" }).waitFor();
    await browser.context.setOffline(true);
    await page().getByText("Reconnecting.").first().waitFor();
    await shoot("reconnecting");
    await browser.context.setOffline(false);
    await page().getByText("Reconnecting.").first().waitFor({ state: "hidden" });
  });

  it("asked nobody else for anything, and stumbled over nothing", () => {
    expect([browser.foreign, browser.troubles]).toEqual([[], []]);
  });
});
