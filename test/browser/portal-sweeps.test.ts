// The pages of sweeps in a real browser, before the app in the test's own process.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { largeSweep } from "../support/app/large-sweep.ts";
import { experimentPath } from "../support/app/stories.ts";
import { runAll, story, sweepBody } from "../support/app/sweep-stories.ts";
import type { Story } from "../support/app/sweep-stories.ts";
import { accessibilityFindings, hasBrowser, openBrowser, sidewaysAt400Percent } from "../support/browser.ts";
import type { TestBrowser } from "../support/browser.ts";
import { shoot } from "../support/browser-shots.ts";
import { openPortal } from "../support/portal-world.ts";
import type { PortalWorld } from "../support/portal-world.ts";

const w = "/portal/w/rg/w";
const evil = `<img src=x onerror="window.hurt=1">`;
let world: Story;
let portal: PortalWorld;
let browser: TestBrowser;
const page = () => browser.page;
const open = (path: string) => page().goto(`${portal.origin}${w}${path}`);
const button = (name: string | RegExp) => page().getByRole("button", { name, exact: true });
interface Shown {
  readonly properties: {
    readonly executionState: string;
    readonly best: { readonly trial: number };
    readonly limits: { readonly maxTrials: number };
  };
}
const sweepOf = async (name: string) =>
  (await world.api("GET", `${experimentPath}/sweeps/${name}?api-version=2026-11-01`)).body as Shown;

describe.skipIf(!hasBrowser)("the pages of sweeps (need chromium)", () => {
  beforeAll(async () => {
    world = await story();
    const made = await world.sweep(
      "PUT",
      "",
      sweepBody({
        searchSpace: {
          LR: { type: "loguniform", min: 0.001, max: 1 },
          WIDTH: { type: "choice", values: [8, 16, 32] },
          KIND: { type: "choice", values: ["sgd", evil] },
        },
        stopping: { type: "asha", minResource: 1, maxResource: 9, reductionFactor: 3 },
        limits: { maxTrials: 12, maxConcurrentTrials: 3 },
      }),
    );
    expect(made.status).toBe(200);
    await runAll(world, { exitCode: ({ trial }) => (trial === 5 ? 3 : 0) });
    portal = await openPortal(world);
    browser = await openBrowser(portal.origin);
    await browser.context.addCookies([portal.cookie]);
  });
  afterAll(async () => {
    await browser?.dispose();
    await portal?.dispose();
  });

  it("are listed with what each has found", async () => {
    await open("/sweeps");
    await page().getByRole("link", { name: "s", exact: true }).waitFor();
    await page()
      .getByText(/^1 sweep$/)
      .waitFor();
    const cells = await page().getByRole("row").nth(1).getByRole("cell").allInnerTexts();
    const { properties } = await sweepOf("s");
    expect(cells.slice(1, 3)).toEqual([
      expect.stringContaining(properties.executionState),
      expect.stringContaining(`trial ${properties.best.trial}`),
    ]);
    await shoot(page(), "sweeps");
    expect(await accessibilityFindings(page())).toEqual([]);
  });

  it("show the best so far and parallel coordinates; what is brushed there holds in the table, and Escape clears it", async () => {
    await open("/sweeps/e/s");
    await page()
      .getByRole("group", { name: /^loss by trial: trial 0 to 11/ })
      .waitFor();
    const axis = page().locator(".axis").first();
    await axis.waitFor();
    await page().evaluate(`document.querySelector(".axis").scrollIntoView({ block: "center" })`);
    const box = await axis.boundingBox();
    if (box === null) throw new Error("the axis has no place");
    await page().mouse.move(box.x + 20, box.y + box.height / 2);
    await page().mouse.down();
    await page().mouse.move(box.x + 20, box.y + box.height - 12, { steps: 4 });
    await page().mouse.up();
    const chosen = page().getByText(/^\d+ of 12 trials chosen\./);
    await chosen.waitFor();
    const [, count = ""] = /^(\d+) of/.exec(await chosen.innerText()) ?? [];
    expect(Number(count)).toBeGreaterThan(0);
    expect(Number(count)).toBeLessThan(12);
    expect(decodeURIComponent(page().url())).toContain("brush=LR~");
    await shoot(page(), "sweep-brushed", { fullPage: true });
    await page().getByRole("tab", { name: "Trials" }).click();
    await page().getByText(`${count} of 12 trials, chosen on the overview`).waitFor();
    expect(await page().getByRole("grid").getAttribute("aria-rowcount")).toBe(String(Number(count) + 1));
    await page().getByRole("tab", { name: "Overview" }).click();
    await page()
      .getByRole("group", { name: /darker is better$/ })
      .focus();
    await page().keyboard.press("Escape");
    await page().getByText("12 trials. Draw along an axis").waitFor();
    expect(page().url()).not.toContain("brush");
  });

  it("choose by fields what a pointer chooses by drawing", async () => {
    await open("/sweeps/e/s");
    await page().getByText("Choose by numbers").click();
    await page().getByRole("combobox", { name: /^KIND/ }).selectOption({ label: "sgd" });
    await page()
      .getByText(/^\d+ of 12 trials chosen\./)
      .waitFor();
    const { value } = await world.trials("?filter=params.KIND%20eq%20'sgd'");
    await page().getByText(`${value.length} of 12 trials chosen.`).waitFor();
  });

  it("sort and filter trials by the service, and tell what is wrong with a filter in its words", async () => {
    await open("/sweeps/e/s?tab=trials");
    await page().getByRole("row").nth(1).waitFor();
    await button(/^loss/).click();
    await page().locator(`[aria-sort="ascending"]`).getByText("loss").waitFor();
    expect(page().url()).toContain("sort=value");
    const best = (await sweepOf("s")).properties.best.trial;
    await expect.poll(() => page().getByRole("row").nth(1).getByRole("link").innerText()).toBe(String(best));
    await page().getByLabel("Filter", { exact: true }).fill("params.WIDTH eq 8");
    await button("Filter").click();
    const { total } = await world.trials("?filter=params.WIDTH%20eq%208");
    await page()
      .getByText(new RegExp(`^${total} trials?$`))
      .waitFor();
    await shoot(page(), "sweep-trials");
    await page().getByLabel("Filter", { exact: true }).fill("nonsense");
    await button("Filter").click();
    await page()
      .getByText("InvalidQueryParameter")
      .or(page().getByText(/Reconnecting/))
      .first()
      .waitFor();
  });

  it("draw the curves of the best, and say why trials were stopped", async () => {
    await open("/sweeps/e/s?tab=curves");
    await page()
      .getByRole("group", { name: /^loss: step 1 to 1; trial \d+ ends at/ })
      .waitFor();
    await shoot(page(), "sweep-curves");
    await open("/sweeps/e/s?tab=decisions&verdict=stop");
    const { body } = await world.sweep("GET", "/decisions");
    const stops = (body.value as { verdict: string; sentence: string }[]).filter(
      ({ verdict }) => verdict === "stop",
    );
    expect(stops.length).toBeGreaterThan(0);
    await page().getByText(`${stops.length} decision`).first().waitFor();
    await page()
      .getByText(stops[0]?.sentence ?? "none", { exact: true })
      .first()
      .waitFor();
    await shoot(page(), "sweep-decisions");
  });

  it("extend a sweep, and run what failed again", async () => {
    await open("/sweeps/e/s");
    await button("Retry failed").click();
    const dialog = page().getByRole("dialog");
    await dialog.getByText("1 failed trial.").waitFor();
    expect(await dialog.getByLabel(/command line: batchai/).innerText()).toBe(
      "batchai sweep retry -g rg -w w -e e -n s",
    );
    await dialog.getByRole("button", { name: "Retry failed" }).click();
    await dialog.waitFor({ state: "hidden" });
    expect((await world.sweep("GET", "/trials/5")).body.attempt).toBe(2);
    await button("Extend").click();
    await dialog.getByRole("spinbutton").fill("13");
    await shoot(page(), "sweep-extend");
    await dialog.getByRole("button", { name: "Extend", exact: true }).click();
    await dialog.waitFor({ state: "hidden" });
    expect((await sweepOf("s")).properties.limits.maxTrials).toBe(13);
  });

  it("show what a sweep would try first while it has tried nothing, and how to report", async () => {
    await world.api("PUT", `${experimentPath}/sweeps/fresh?api-version=2026-11-01`, { body: sweepBody() });
    await open("/sweeps/e/fresh");
    await page().getByText("No trial has reported loss yet").waitFor();
    await shoot(page(), "sweep-unreported");
    expect(await accessibilityFindings(page())).toEqual([]);
    await page().route(/\/trials\?/, (route) =>
      route.fulfill({ json: { total: 0, counts: {}, columns: {} } }),
    );
    await open("/sweeps/e/fresh");
    await page().getByText("No trial has begun").waitFor();
    await page()
      .getByText(/^LR=0\.\d+ KIND=|^KIND=[ab] LR=/)
      .first()
      .waitFor();
    await shoot(page(), "sweep-fresh");
    expect(await accessibilityFindings(page())).toEqual([]);
    await page().unroute(/\/trials\?/);
    await open("/sweeps/e/nobody");
    await page().getByRole("alert").getByText("SweepNotFound").waitFor();
  });

  it("are accessible, light and dark, as far as axe can tell", async () => {
    const findings: string[] = [];
    for (const colorScheme of ["light", "dark"] as const) {
      await page().emulateMedia({ colorScheme });
      for (const tab of ["overview", "trials", "curves", "decisions", "spec"]) {
        await open(`/sweeps/e/s?tab=${tab}`);
        await page().getByRole("tabpanel").waitFor();
        await expect.poll(() => page().locator(".loading").count()).toBe(0);
        await shoot(page(), `sweep-${tab}-${colorScheme}`);
        for (const finding of await accessibilityFindings(page()))
          findings.push(`${tab} ${colorScheme} ${finding}`);
        const wide = await sidewaysAt400Percent(page());
        if (wide > 0) findings.push(`${tab} is ${wide} pixels too wide at 400 %`);
      }
    }
    await page().emulateMedia({ colorScheme: null });
    expect(findings).toEqual([]);
  });

  it("show 10,000 trials with few elements, and hold nothing up for long", async () => {
    await largeSweep(world, "large", 10_000);
    await page().addInitScript(
      `globalThis.blocks = [];
      new PerformanceObserver((list) => blocks.push(...list.getEntries().map(({ duration }) => duration))).observe({ type: "longtask", buffered: true });`,
    );
    const started = performance.now();
    await open("/sweeps/e/large?tab=trials&sort=-value");
    await page().getByRole("row").nth(1).waitFor();
    const table = performance.now() - started;
    expect(await page().getByRole("grid").getAttribute("aria-rowcount")).toBe("10001");
    expect(await page().evaluate("document.querySelectorAll('*').length")).toBeLessThan(1_500);
    await shoot(page(), "sweep-large-trials");
    const again = performance.now();
    await open("/sweeps/e/large");
    await page().getByText("10,000 trials. Draw along an axis").waitFor();
    const overview = performance.now() - again;
    await shoot(page(), "sweep-large", { fullPage: true });
    const blocks = await page().evaluate<number[]>("globalThis.blocks");
    process.stdout.write(
      `portal: 10,000 trials, table ${table.toFixed(0)} ms, overview ${overview.toFixed(0)} ms, longest block ${Math.max(0, ...blocks).toFixed(0)} ms\n`,
    );
  });

  it("take nothing that they show for markup, and ask nobody else for anything", async () => {
    await open("/sweeps/e/s?tab=trials");
    await page().getByText(evil).first().waitFor();
    expect(await page().evaluate("'hurt' in window")).toBe(false);
    expect([browser.foreign, browser.troubles]).toEqual([[], []]);
  });
});
