// Every page in the language that nobody speaks: full, empty and refused, with its dialogs. What shows without accents has not come from a catalogue,
// and what a third more length pushes out of a narrow screen is seen here, too.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { groupPath } from "../support/app/app-world.ts";
import { clusterPath, experimentPath, jobBody, workspacePath } from "../support/app/stories.ts";
import { runAll, story, sweepBody } from "../support/app/sweep-stories.ts";
import type { Story } from "../support/app/sweep-stories.ts";
import {
  at,
  everyMinute,
  jobNames,
  messages,
  ours,
  save,
  tick,
  uploads,
} from "../support/app/trigger-stories.ts";
import { hasBrowser, openBrowser, tooWideAt400Percent } from "../support/browser.ts";
import type { TestBrowser } from "../support/browser.ts";
import { shoot } from "../support/browser-shots.ts";
import { hardCoded } from "../support/hard-coded.ts";
import { openPortal } from "../support/portal-world.ts";
import type { PortalWorld } from "../support/portal-world.ts";

const full = "/portal/w/rg/w";
const empty = "/portal/w/rg/bare";
/** Names that may stand inside a text. */
const data = [
  ...[
    "first-job",
    "wide-job",
    "TOKEN",
    "s_0",
    "It broke.",
    "broken-job",
    "bare",
    "loss",
    "accuracy",
    "WIDTH",
    "KIND",
    "LR",
    "minutes",
    "nightly",
    "weekly",
    "work",
  ],
  ...[
    "arrivals",
    "endings",
    "curl",
    "batchai",
    "python",
    "nowhere",
    "English",
    "UTC",
    "fresh",
    "slow",
    "fast",
  ],
  ...["Europe/Berlin", "data/in/{file}.csv", "stdout.txt", "stderr.txt", "rate", "asha", "first-job-2"],
];
const lists = [
  "",
  "/jobs",
  "/new-job",
  "/sweeps",
  "/runs",
  "/triggers",
  "/clusters",
  "/queue",
  "/costs",
  "/workflows",
  "/events?last=week",
];
const groups = {
  "a workspace with all kinds of things": lists.map((path) => full + path),
  "a workspace with nothing": lists.map((path) => empty + path),
  jobs: [
    ...["logs", "metrics", "files", "events", "spec"].map((tab) => `${full}/jobs/e/first-job?tab=${tab}`),
    ...["/jobs/e/broken-job", "/jobs/e/first-job?tab=spec&with=broken-job", "/jobs/e/s_0?tab=metrics"].map(
      (path) => full + path,
    ),
    ...["/jobs?cluster=c&state=failed", "/new-job?like=e/first-job", "/clusters/c"].map(
      (path) => full + path,
    ),
  ],
  sweeps: [
    ...["overview", "trials", "curves", "decisions", "spec"].map((tab) => `${full}/sweeps/e/s?tab=${tab}`),
    ...["s?brush=LR~0.001~0.5", "s?tab=trials&brush=LR~0.001~0.5"].map((path) => `${full}/sweeps/e/${path}`),
    ...["", "?tab=curves", "?tab=decisions"].map((path) => `${full}/sweeps/e/fresh${path}`),
  ],
  "runs and triggers": [
    ...["filter=metrics.loss+%3E+9000", "compare=1", "compare=1&run=j1-e-s_0&run=j1-e-s_1&all=1"].map(
      (query) => `${full}/runs?${query}`,
    ),
    ...["minutes", "nightly", "weekly", "work", "arrivals", "endings", "minutes?tab=spec"].map(
      (path) => `${full}/triggers/${path}`,
    ),
  ],
  "costs and workflows": [
    ...["cluster", "user", "job"].map((by) => `${full}/costs?period=all&by=${by}`),
    ...["costs?from=2020-01-01&to=2020-01-31", "workflows/{workflow}", "workflows/nowhere"].map(
      (path) => `${full}/${path}`,
    ),
  ],
};

let world: Story;
let portal: PortalWorld;
let browser: TestBrowser;
const page = () => browser.page;
let findings: Set<string>;
/** Id of the one that a failed job began. */
let workflow: string;
/** Of jobs that triggers started, and of that workflow: made of what differs from time to time. */
let madeNames: readonly string[];
const refusal = { status: 500, json: { error: { code: "InternalError", message: "It broke." } } };

async function submit(name: string, properties: object = {}): Promise<void> {
  const answer = await world.api("PUT", `${experimentPath}/jobs/${name}`, { body: jobBody(properties) });
  expect(answer.status).toBeLessThan(300);
  await world.advance(1_000);
}

async function speak(language: string, times = "local"): Promise<void> {
  await page().goto(`${portal.origin}/portal/`);
  await page().evaluate(`localStorage.setItem("openbatchai-display", "${language} ${times}")`);
}

async function settled(): Promise<void> {
  await page().locator("h1, [role=alert]").first().waitFor();
  await expect.poll(() => page().locator(".loading").count()).toBe(0);
}

async function look(name: string): Promise<void> {
  for (const each of await hardCoded(page(), [...data, ...madeNames])) findings.add(`${name} ${each}`);
}

async function open(path: string): Promise<void> {
  await page().goto(portal.origin + path.replace("{workflow}", workflow));
  await settled();
  await page().evaluate(`for (const each of document.querySelectorAll("details")) each.open = true`);
}

/** Whatever its buttons open is looked at, too, and what is said when the service refuses it. */
async function openDialogs(path: string): Promise<void> {
  const buttons = page().locator(":is(main .actions, main .page-head) button:enabled:not(dialog *)");
  const dialog = page().locator("dialog[open]");
  const count = await buttons.count();
  for (let index = 0; index < count; index += 1) {
    await buttons.nth(index).click();
    await look(`${path} after button ${index}`);
    if ((await dialog.count()) === 0) continue;
    await shoot(page(), `pseudo-dialog${path.replaceAll(/\W+/g, "-")}-${index}`);
    await dialog.locator("button[type=submit]").last().click();
    await expect.poll(() => dialog.locator("button[type=submit]:disabled").count()).toBe(0);
    await look(`${path} dialog ${index}, refused`);
    await page().keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
  }
}

describe.skipIf(!hasBrowser)("the portal in other languages (needs chromium)", () => {
  beforeAll(async () => {
    world = await story();
    await world.api("PUT", `${groupPath}/bare`, { body: { location: "eastus" } });
    const searchSpace = {
      LR: { type: "loguniform", min: 0.001, max: 1 },
      WIDTH: { type: "choice", values: [8, 16] },
      KIND: { type: "choice", values: ["slow", "fast"] },
    };
    const stopping = { type: "asha", minResource: 1, maxResource: 9, reductionFactor: 3 };
    const limits = { maxTrials: 12, maxConcurrentTrials: 3 };
    expect((await world.sweep("PUT", "", sweepBody({ searchSpace, stopping, limits }))).status).toBe(200);
    await runAll(world, {
      value: ({ trial }) => 1 / (1 + trial),
      exitCode: ({ trial }) => (trial === 5 ? 3 : 0),
    });
    await world.api("PUT", `${experimentPath}/sweeps/fresh?api-version=2026-11-01`, { body: sweepBody() });
    await world.api("GET", at("none"));
    await save(world, "endings", { on: { jobCompleted: { experiment: "e", outcome: "failed" } } });
    await submit("broken-job");
    const task = await world.taskOf("broken-job");
    world.azure.start(task);
    await world.says("broken-job", "It broke\n", "stdout.txt");
    world.azure.complete(task, { exitCode: 3 });
    await world.advance(10_000);
    await tick(world, 10_000);
    await submit("first-job", { environmentVariables: [{ name: "RATE", value: "0.1" }] });
    await submit("wide-job", { nodeCount: 4 });
    await world.api("PATCH", clusterPath, {
      body: { properties: { scaleSettings: { manual: { targetNodeCount: 1 } } } },
    });
    await save(world, "minutes", everyMinute);
    await save(world, "nightly", { on: { schedule: { cron: "30 2 * * *", timeZone: "Europe/Berlin" } } });
    await save(world, "weekly", {
      on: {
        schedule: {
          start: "2026-01-01T05:30:00Z",
          recurrence: {
            frequency: "week",
            interval: 2,
            weekDays: ["Monday", "Friday"],
            hours: [6],
            minutes: [30],
          },
          timeZone: "Europe/Berlin",
        },
      },
    });
    await save(world, "work", messages);
    await save(world, "arrivals", uploads);
    for (let minute = 0; minute < 3; minute += 1) await tick(world, 60_000);
    await world.api("PATCH", at("nightly"), {
      body: { properties: { enabled: false, reason: "moving house" } },
    });
    const { body } = await world.api("GET", `${workspacePath}/workflows?${ours}`);
    const roots = body as { value: readonly { name: string; properties: { job?: { id: string } } }[] };
    workflow = roots.value.find(({ properties }) => properties.job?.id.endsWith("/broken-job"))?.name ?? "";
    expect(workflow).not.toBe("");
    madeNames = [workflow, ...(await jobNames(world))];
    portal = await openPortal(world);
    browser = await openBrowser(portal.origin);
    await browser.context.addCookies([portal.cookie]);
    // The world's own: what happened there a moment ago happened a moment ago.
    await browser.context.clock.setFixedTime(world.services.clock.now());
  });
  afterAll(async () => {
    await browser?.dispose();
    await portal?.dispose();
  });

  beforeEach(() => {
    findings = new Set();
  });

  it.each(Object.entries(groups))(
    "takes every text of %s from a catalogue, and fits 320 pixels with texts a third longer",
    async (_name, paths) => {
      await speak("en-XA");
      // What only reads is answered, whatever else is refused.
      await page().route(/\/portal\/api\//, (route) =>
        route.request().method() === "GET" || /\/(list\w+|search|preview|test)\?/.test(route.request().url())
          ? route.continue()
          : route.fulfill(refusal),
      );
      for (const path of paths) {
        await open(path);
        expect(await page().getAttribute("html", "lang")).toBe("en-XA");
        await look(path);
        await shoot(page(), `pseudo${path.replaceAll(/\W+/g, "-")}`, { fullPage: true });
        for (const each of await tooWideAt400Percent(page())) findings.add(`${path} at 400 %: ${each}`);
        await openDialogs(path);
      }
      await page().unrouteAll();
      expect([...findings]).toEqual([]);
    },
  );

  it.each(Object.entries(groups))(
    "takes what it says of %s that the service refuses from a catalogue",
    async (_name, paths) => {
      await page().route(/\/portal\/api\//, (route) => route.fulfill(refusal));
      for (const path of paths) {
        await open(path);
        await look(`${path} refused`);
      }
      await page().unrouteAll();
      expect([...findings]).toEqual([]);
    },
  );

  it("takes what it says of keys and of its own settings from a catalogue", async () => {
    await open(full);
    await page().keyboard.press("?");
    await look("keys");
    await page().keyboard.press("Escape");
    await page().locator(".bar-end button").first().click();
    await look("settings");
    await shoot(page(), "pseudo-settings");
    expect([...findings]).toEqual([]);
  });

  it("takes what whoever is not signed in sees, and whoever has no workspace, from a catalogue", async () => {
    await page().route(/\/workspaces\?/, (route) => route.fulfill({ json: { value: [] } }));
    await open("/portal/");
    await look("no workspace");
    await page().unroute(/\/workspaces\?/);
    await open("/portal/w/rg/w/nowhere");
    await look("no such page");
    await page().route(/\/portal\/session/, (route) => route.fulfill({ status: 401, json: {} }));
    await open("/portal/");
    await look("signed out");
    await page().route(/\/portal\/authority/, (route) =>
      route.fulfill({ json: { issuer: "https://login.example", clientId: "client" } }),
    );
    await open("/portal/");
    await look("signed out, with an issuer");
    await page().unrouteAll();
    expect([...findings]).toEqual([]);
  });

  it("speaks what is chosen in its settings, and tells times as it was asked to", async () => {
    await speak("");
    await open(full);
    expect(await page().getAttribute("html", "lang")).toBe("en");
    await page().getByRole("button", { name: "Language and times" }).click();
    await page()
      .getByRole("combobox", { name: /^Times/ })
      .selectOption({ label: "ISO 8601, in UTC" });
    await page().getByRole("button", { name: "Use these" }).click();
    await page().locator("dialog").waitFor({ state: "detached" });
    await open(`${full}/clusters`);
    expect(await page().locator("main time").first().getAttribute("title")).toMatch(
      /^\d{4}-\d\d-\d\dT[\d:]{8}Z$/,
    );
  });

  it("stumbled over nothing, and asked nobody else", () => {
    expect([browser.foreign, browser.troubles]).toEqual([[], []]);
  });
});
