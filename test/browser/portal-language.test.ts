// Every page in the language that nobody speaks: full, empty and refused, with its dialogs. What shows without accents has not come from a catalogue,
// and what a third more length pushes out of a narrow screen is seen here, too.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Story } from "../support/app/sweep-stories.ts";
import { hasBrowser, notMirrored, openBrowser, tooWideAt400Percent } from "../support/browser.ts";
import type { TestBrowser } from "../support/browser.ts";
import { shoot } from "../support/browser-shots.ts";
import { hardCoded } from "../support/hard-coded.ts";
import { everything, full, groups } from "../support/portal-everything.ts";
import { openPortal } from "../support/portal-world.ts";
import type { PortalWorld } from "../support/portal-world.ts";

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

/** The same without loading the pages anew. */
async function walk(path: string): Promise<void> {
  const target = path.replace("{workflow}", workflow);
  await page().evaluate(`history.pushState(null, "", ${JSON.stringify(target)})`);
  await expect.poll(() => page().evaluate("location.pathname + location.search")).toBe(target);
  await settled();
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
    ({ world, workflow, madeNames } = await everything());
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

  it("is mirrored on every page where texts run from right to left, and fits 320 pixels there, too", async () => {
    await speak("ar-XB");
    await page().goto(portal.origin + full);
    await settled();
    expect(await page().getAttribute("html", "dir")).toBe("rtl");
    for (const path of Object.values(groups).flat()) {
      await walk(path);
      for (const each of await notMirrored(page())) findings.add(`${path}: ${each}`);
      await shoot(page(), `mirrored${path.replaceAll(/\W+/g, "-")}`, { fullPage: true });
      for (const each of await tooWideAt400Percent(page())) findings.add(`${path} at 400 %: ${each}`);
    }
    expect([...findings]).toEqual([]);
  });

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
