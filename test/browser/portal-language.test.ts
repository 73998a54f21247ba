// Every page in the language that nobody speaks: full, empty and refused, with its dialogs. What shows without accents has not come from a catalogue,
// and what a third more length pushes out of a narrow screen is seen here, too.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { groupPath } from "../support/app/app-world.ts";
import { experimentPath, jobBody } from "../support/app/stories.ts";
import { runAll, story, sweepBody } from "../support/app/sweep-stories.ts";
import type { Story } from "../support/app/sweep-stories.ts";
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
  "first-job",
  "broken-job",
  "bare",
  "loss",
  "lrate",
  "kind",
  "curl",
  "batchai",
  "python",
  "nowhere",
  "English",
  "UTC",
];
const pages = [""];

let world: Story;
let portal: PortalWorld;
let browser: TestBrowser;
const page = () => browser.page;
let findings: Set<string>;

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
  for (const each of await hardCoded(page(), data)) findings.add(`${name} ${each}`);
}

async function open(path: string): Promise<void> {
  await page().goto(portal.origin + path);
  await settled();
  await page().evaluate(`for (const each of document.querySelectorAll("details")) each.open = true`);
}

/** Whatever its buttons open is looked at, too, and what is said when the service refuses it. */
async function openDialogs(path: string): Promise<void> {
  const buttons = () => page().locator("main .actions button:enabled, main .page-head button:enabled");
  for (let index = 0; index < (await buttons().count()); index += 1) {
    await buttons().nth(index).click();
    await look(`${path} after button ${index}`);
    const dialog = page().locator("dialog[open]");
    if ((await dialog.count()) === 0) continue;
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
    expect((await world.sweep("PUT", "", sweepBody())).status).toBe(200);
    await runAll(world);
    await submit("first-job");
    portal = await openPortal(world);
    browser = await openBrowser(portal.origin);
    await browser.context.addCookies([portal.cookie]);
  });
  afterAll(async () => {
    await browser?.dispose();
    await portal?.dispose();
  });

  beforeEach(() => {
    findings = new Set();
  });

  it("takes every text of every page from a catalogue, and fits a screen of 320 pixels with texts a third longer", async () => {
    await speak("en-XA");
    await page().route(/\/portal\/api\//, (route) =>
      ["GET", "POST"].includes(route.request().method()) &&
      !/\/(terminate|resume|extend)\b/.test(route.request().url())
        ? route.continue()
        : route.fulfill({ status: 500, json: { error: { code: "InternalError", message: "It broke." } } }),
    );
    for (const place of [full, empty])
      for (const path of pages) {
        await open(place + path);
        expect(await page().getAttribute("html", "lang")).toBe("en-XA");
        await look(place + path);
        await shoot(page(), `pseudo${(place + path).replaceAll(/\W+/g, "-")}`, { fullPage: true });
        for (const each of await tooWideAt400Percent(page()))
          findings.add(`${place}${path} at 400 %: ${each}`);
        await openDialogs(place + path);
      }
    await page().unroute(/\/portal\/api\//);
    expect([...findings]).toEqual([]);
  });

  it("takes what it says of errors, of keys and of its own settings from a catalogue", async () => {
    await page().route(/\/portal\/api\//, (route) =>
      route.fulfill({ status: 500, json: { error: { code: "InternalError", message: "It broke." } } }),
    );
    for (const path of pages) {
      await open(full + path);
      await look(`${path} refused`);
    }
    await page().keyboard.press("?");
    await look("keys");
    await page().keyboard.press("Escape");
    await page().locator(".bar-end button").first().click();
    await look("settings");
    await shoot(page(), "pseudo-settings");
    await page().unroute(/\/portal\/api\//);
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
