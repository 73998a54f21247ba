// The pages of triggers and schedules, and the form of a new cluster, in a real browser, before the app in the test's own process.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { clusterPath, worldWithCluster } from "../support/app/stories.ts";
import { at, everyMinute, ledger, messages, save, tick, uploads } from "../support/app/trigger-stories.ts";
import { accessibilityFindings, hasBrowser, openBrowser, sidewaysAt400Percent } from "../support/browser.ts";
import type { TestBrowser } from "../support/browser.ts";
import { shoot } from "../support/browser-shots.ts";
import { openPortal } from "../support/portal-world.ts";
import type { PortalWorld } from "../support/portal-world.ts";

const w = "/portal/w/rg/w";
const evil = `<img src=x onerror="window.hurt=1">`;
let world: Awaited<ReturnType<typeof worldWithCluster>>;
let portal: PortalWorld;
let browser: TestBrowser;
const page = () => browser.page;
const open = (path: string) => page().goto(`${portal.origin}${w}${path}`);
const button = (name: string | RegExp) => page().getByRole("button", { name, exact: true });
const dialog = () => page().getByRole("dialog");
interface Shown {
  readonly properties: { readonly enabled: boolean; readonly paused?: { readonly reason?: string } };
}
const triggerNamed = async (name: string) => (await world.api("GET", at(name))).body as Shown;

describe.skipIf(!hasBrowser)("the pages of triggers, and new clusters (need chromium)", () => {
  beforeAll(async () => {
    world = await worldWithCluster();
    await world.api("GET", at("none"));
    await save(world, "minutes", everyMinute);
    await save(world, "nightly", { on: { schedule: { cron: "30 2 * * *", timeZone: "Europe/Berlin" } } });
    await save(world, "work", messages);
    await save(world, "arrivals", uploads);
    for (let minute = 0; minute < 3; minute += 1) await tick(world, 60_000);
    portal = await openPortal(world);
    browser = await openBrowser(portal.origin);
    await browser.context.addCookies([portal.cookie]);
  });
  afterAll(async () => {
    await browser?.dispose();
    await portal?.dispose();
  });

  it("say in words what each waits for, and when it fires next; the address holds the filter", async () => {
    await open("/triggers");
    await page().getByText("4 triggers").waitFor();
    await page().getByText("every minute, UTC time").waitFor();
    await page().getByText("every day at 02:30, Europe/Berlin time").waitFor();
    await shoot(page(), "triggers");
    await button(/^Schedules/).click();
    await page().getByText("2 triggers").waitFor();
    expect(page().url()).toContain("kind=schedule");
    expect(await accessibilityFindings(page())).toEqual([]);
  });

  it("pause all that are listed with a reason, and resume them", async () => {
    await open("/triggers?kind=schedule");
    await button("Pause all listed").click();
    await dialog().getByText("Pause 2 triggers").waitFor();
    await dialog().getByRole("textbox").fill("moving house");
    expect(
      (
        await dialog()
          .getByLabel(/command line: batchai/)
          .innerText()
      ).split("\n")[0],
    ).toBe("batchai trigger pause -g rg -w w -n minutes --reason 'moving house'");
    await dialog().getByRole("textbox").fill(evil);
    await dialog().getByRole("button", { name: "Pause", exact: true }).click();
    await dialog().waitFor({ state: "hidden" });
    expect((await triggerNamed("nightly")).properties).toMatchObject({
      enabled: false,
      paused: { reason: evil },
    });
    expect((await triggerNamed("work")).properties.enabled).toBe(true);
    await page().getByText(evil).first().waitFor();
    expect(await page().evaluate("'hurt' in window")).toBe(false);
    await button("Resume all listed").click();
    await dialog().getByRole("button", { name: "Resume", exact: true }).click();
    await dialog().waitFor({ state: "hidden" });
    expect((await triggerNamed("nightly")).properties.enabled).toBe(true);
  });

  it("show the ledger with every decision and its reason, filtered by the service", async () => {
    await open("/triggers/minutes");
    const told = await ledger(world, "minutes");
    expect(told.length).toBeGreaterThan(1);
    await page()
      .getByText(new RegExp(`^${told.length} firings?$`))
      .waitFor();
    await page().getByRole("heading", { name: "Next fire times" }).waitFor();
    await shoot(page(), "trigger");
    await button("failed").click();
    await page().getByText("0 firings").waitFor();
    expect(page().url()).toContain("decision=failed");
    expect(await accessibilityFindings(page())).toEqual([]);
  });

  it("try an event without writing anything", async () => {
    await open("/triggers/arrivals");
    await button("Test").click();
    await dialog().getByRole("button", { name: "Test", exact: true }).click();
    await dialog().getByText("A job would start").waitFor();
    await shoot(page(), "trigger-test");
    expect(await accessibilityFindings(page())).toEqual([]);
    expect(await ledger(world, "arrivals")).toEqual([]);
    await dialog().getByRole("textbox").fill(`{ "kind": "blobCreated" }`);
    await dialog().getByRole("button", { name: "Test", exact: true }).click();
    await dialog().getByRole("alert").waitFor();
  });

  it("run one now with other parameters, and list what a backfill would run before it runs it", async () => {
    await open("/triggers/work");
    await button("Run now").click();
    await dialog().getByLabel("epochs").fill("9");
    await dialog().getByRole("button", { name: "Run now", exact: true }).click();
    await dialog().waitFor({ state: "hidden" });
    const [run] = await ledger(world, "work");
    expect(run?.event).toMatchObject({ kind: "run", parameters: { epochs: 9 } });
    await page().getByText("1 firing", { exact: true }).waitFor();
    await open("/triggers/minutes");
    await button("Backfill").click();
    const before = (await ledger(world, "minutes")).length;
    await dialog().getByLabel("From").fill("2025-12-31T23:50:00Z");
    await dialog().getByLabel("To, not included").fill("2025-12-31T23:52:00Z");
    await dialog().getByRole("button", { name: "Which are these?" }).click();
    await dialog().getByText("2 fire times").waitFor();
    await shoot(page(), "trigger-backfill");
    expect((await ledger(world, "minutes")).length).toBe(before);
    await dialog().getByRole("button", { name: "Run them" }).click();
    await dialog().waitFor({ state: "hidden" });
    expect((await ledger(world, "minutes")).length).toBe(before + 2);
  });

  it("make a cluster from a form, with no secret in the line that does the same", async () => {
    await open("/clusters");
    await button("New cluster").click();
    await dialog().getByLabel("Name").fill("made");
    await dialog().getByLabel("At most").fill("3");
    await dialog().getByLabel("Public key of theirs").fill("ssh-ed25519 AAAA ada");
    await dialog()
      .getByLabel("More properties, as JSON")
      .fill(`{"userAccountSettings": {"adminUserName": "ada", "adminUserPassword": "not-to-be-seen"}}`);
    const line = dialog().getByRole("region", { name: "The same by command line" });
    await line.getByRole("button", { name: "curl" }).click();
    expect(await line.innerText()).not.toContain("not-to-be-seen");
    await shoot(page(), "new-cluster");
    expect(await accessibilityFindings(page())).toEqual([]);
    await dialog().getByRole("button", { name: "Create", exact: true }).click();
    await page().getByRole("heading", { level: 1, name: /^made/ }).waitFor();
    const { body } = await world.api("GET", clusterPath.replace(/c$/, "made"));
    expect(body.properties).toMatchObject({
      vmSize: "STANDARD_D2S_V3",
      scaleSettings: { autoScale: { minimumNodeCount: 0, maximumNodeCount: 3 } },
    });
  });

  it("are accessible in the dark, and when there is none or nothing of that name", async () => {
    await page().emulateMedia({ colorScheme: "dark" });
    for (const path of ["/triggers", "/triggers/minutes", "/triggers/nobody"]) {
      await open(path);
      await page().locator("h1, [role=alert]").first().waitFor();
      await expect.poll(() => page().locator(".loading").count()).toBe(0);
      await shoot(page(), `page${path.replaceAll("/", "-")}-dark`);
      expect([path, await accessibilityFindings(page())]).toEqual([path, []]);
      expect([path, await sidewaysAt400Percent(page())]).toEqual([path, 0]);
    }
    await page().emulateMedia({ colorScheme: null });
    for (const name of ["minutes", "nightly", "work", "arrivals"]) await world.api("DELETE", at(name));
    await world.advance(5_000);
    await open("/triggers");
    await page().getByText("There is no trigger").waitFor();
    await shoot(page(), "triggers-empty");
    expect(await accessibilityFindings(page())).toEqual([]);
    expect([browser.foreign, browser.troubles]).toEqual([[], []]);
  });
});
