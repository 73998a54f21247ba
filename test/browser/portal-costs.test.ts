// The page of costs in a real browser, before the app in the test's own process.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { PriceTable } from "../../domain/price/table.ts";
import type { CostReportResponse } from "../../domain/usage/wire.ts";
import { experimentPath, startJob, workspacePath, worldWithCluster } from "../support/app/stories.ts";
import { worldEndpoint, worldFetch } from "../support/app/world-fetch.ts";
import { accessibilityFindings, hasBrowser, openBrowser, sidewaysAt400Percent } from "../support/browser.ts";
import type { TestBrowser } from "../support/browser.ts";
import { shoot } from "../support/browser-shots.ts";
import { batchai } from "../support/command-line.ts";
import { openPortal } from "../support/portal-world.ts";
import type { PortalWorld } from "../support/portal-world.ts";

const w = "/portal/w/rg/w";
const hourMs = 3_600_000;
const prices: readonly PriceTable[] = [
  {
    currency: "EUR",
    collectedOn: "2026-11-20",
    source: "our contract",
    prices: { Standard_D2s_v3: { eastus: { dedicated: 0.2 } } },
  },
];
let world: Awaited<ReturnType<typeof worldWithCluster>>;
let portal: PortalWorld;
let browser: TestBrowser;
const page = () => browser.page;
/** The browser's clock is the app's: the period ends now. */
const open = async (query = "") => {
  await page().goto(`${portal.origin}${w}/costs${query}`);
  await page().getByRole("heading", { level: 1, name: "Cost" }).waitFor();
  await expect.poll(() => page().locator(".loading").count()).toBe(0);
};
const button = (name: string) => page().getByRole("button", { name, exact: true });
const strip = () => page().getByRole("region", { name: "The same by command line" });
const report = async (query: string) =>
  (await world.api("GET", `${workspacePath}/costs?api-version=2026-11-01${query}`))
    .body as CostReportResponse;

describe.skipIf(!hasBrowser)("the page of costs (needs chromium)", () => {
  beforeAll(async () => {
    world = await worldWithCluster({ targetNodeCount: 2 }, { prices, monitorMaxIntervalMs: 60_000 });
    portal = await openPortal(world);
    browser = await openBrowser(portal.origin);
    await browser.context.addCookies([portal.cookie]);
    await page().clock.setFixedTime(world.now());
  }, 120_000);
  afterAll(async () => {
    await browser?.dispose();
    await portal?.dispose();
  });

  it("says that nothing was used, and how to use something", async () => {
    await world.api("PUT", `${workspacePath}x`, { body: { location: "eastus" } });
    await page().goto(`${portal.origin}/portal/w/rg/wx/costs`);
    await page().getByText("Nothing was used in this period").waitFor();
    await shoot(page(), "costs-empty");
    expect(await accessibilityFindings(page())).toEqual([]);
  });

  it("tells what jobs used, what idle nodes cost and what an eviction took, as the service reckons it", async () => {
    await startJob(world, `${experimentPath}/jobs/first`);
    await world.advance(hourMs);
    world.azure.requeue(world.onlyTask());
    await world.advance(10_000);
    world.azure.start(world.onlyTask());
    await world.advance(2 * hourMs);
    world.azure.complete(world.onlyTask(), { exitCode: 0 });
    await world.advance(180_000);
    await page().clock.setFixedTime(world.now());
    await open("?period=all");
    const found = await report("");
    const totals = page().getByRole("list", { name: "Totals" });
    expect(await totals.innerText()).toContain(`€${found.nodes.total.amounts[0]?.amount.toFixed(2)}`);
    const [first] = found.value;
    const row = page().getByRole("row", { name: /^e / });
    expect(await row.getByRole("cell").nth(1).innerText()).toBe(first?.nodeHours.toFixed(2));
    await page().getByText("preempted: the nodes were taken away").waitFor();
    await page().getByText("Prices of eastus of 2026-11-20 (our contract)").waitFor();
    await shoot(page(), "costs", { fullPage: true });
    expect(await accessibilityFindings(page())).toEqual([]);
    expect(await sidewaysAt400Percent(page())).toBe(0);
  });

  it("groups by what is chosen, and keeps that and the period in the address", async () => {
    await open();
    await button("User").click();
    await page()
      .getByRole("row", { name: /^tester / })
      .waitFor();
    await button("7 days").click();
    await expect.poll(() => page().url()).toContain("by=user&period=7d");
    await button("Job").click();
    await page().getByRole("link", { name: "e/first" }).waitFor();
    await page().getByLabel("From").fill("2020-01-01");
    await page().getByLabel("To, this day too").fill("2020-01-31");
    await page().getByText("Nothing was used in this period").waitFor();
    expect(page().url()).toContain("by=job&from=2020-01-01&to=2020-01-31");
    expect(await button("7 days").getAttribute("aria-pressed")).toBe("false");
    expect(await strip().innerText()).toContain(
      "batchai cost -g rg -w w --by job --since 2020-01-01T00:00:00.000Z --until 2020-02-01T00:00:00.000Z",
    );
  });

  it("shows a command line that answers the same, and the curl and the Python that do", async () => {
    await open("?by=cluster&period=30d");
    const line = (
      await strip()
        .getByLabel(/command line: batchai/)
        .innerText()
    ).trim();
    expect(line).toBe("batchai cost -g rg -w w --by cluster --since 30d");
    const typed = await batchai(line.split(" ").slice(1), {
      environment: {
        BATCHAI_ENDPOINT: worldEndpoint,
        BATCHAI_TOKEN: "role-admin",
        BATCHAI_SUBSCRIPTION_ID: world.services.settings.subscriptionId,
      },
      fetch: worldFetch(world),
    });
    const [row] = JSON.parse(typed.out) as readonly { name: string; nodeHours: number }[];
    expect(await page().getByRole("row", { name: /^c / }).first().innerText()).toContain(
      row?.nodeHours.toFixed(2),
    );
    await strip().getByRole("button", { name: "curl" }).click();
    const curl = await strip().innerText();
    const path = /workspaces\/w\/costs\?groupBy=cluster&since=\S+api-version=2026-11-01/.exec(curl)?.[0];
    expect(path).toBeDefined();
    await strip().getByRole("button", { name: "python" }).click();
    expect(await strip().innerText()).toContain("urllib.request");
  });

  it("is accessible in the dark, with forced colours, and when there is no such workspace", async () => {
    await page().emulateMedia({ colorScheme: "dark" });
    await open("?period=all&by=cluster");
    await shoot(page(), "costs-dark", { fullPage: true });
    expect(await accessibilityFindings(page())).toEqual([]);
    await page().emulateMedia({ colorScheme: null, forcedColors: "active" });
    expect(await accessibilityFindings(page())).toEqual([]);
    await page().emulateMedia({ forcedColors: null });
    await page().goto(`${portal.origin}/portal/w/rg/nobody/costs`);
    await page().getByRole("alert").getByText("WorkspaceNotFound").waitFor();
    await shoot(page(), "costs-error");
    expect(await accessibilityFindings(page())).toEqual([]);
    expect([browser.foreign, browser.troubles]).toEqual([[], []]);
  });
});
