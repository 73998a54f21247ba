// The pages of workflows in a real browser, before the app in the test's own process.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { workspacePath, worldWithCluster } from "../support/app/stories.ts";
import { command, endJobs, messages, ours, save, tick } from "../support/app/trigger-stories.ts";
import { worldEndpoint, worldFetch } from "../support/app/world-fetch.ts";
import { accessibilityFindings, hasBrowser, openBrowser, sidewaysAt400Percent } from "../support/browser.ts";
import type { TestBrowser } from "../support/browser.ts";
import { shoot } from "../support/browser-shots.ts";
import { batchai } from "../support/command-line.ts";
import { openPortal } from "../support/portal-world.ts";
import type { PortalWorld } from "../support/portal-world.ts";

let world: Awaited<ReturnType<typeof worldWithCluster>>;
let portal: PortalWorld;
let browser: TestBrowser;
const page = () => browser.page;
const open = (path = "") => page().goto(`${portal.origin}/portal/w/rg/w/workflows${path}`);
const after = (job: string) => ({ on: { jobCompleted: { experiment: "e", job } } });

interface Shown {
  readonly name: string;
  readonly properties: {
    readonly state: string;
    readonly steps: readonly { readonly state: string; readonly trigger: { readonly id: string } }[];
  };
}
const listed = async () => {
  const { body } = await world.api("GET", `${workspacePath}/workflows?${ours}`);
  return (body as { value: readonly Shown[] }).value;
};
const stepsOf = async (id: string) => {
  const { body } = await world.api("GET", `${workspacePath}/workflows/${id}?${ours}`);
  return (body as Shown).properties.steps;
};
const states = async (id: string) => (await stepsOf(id)).map(({ state }) => state);
async function step(exitCode = 0) {
  await endJobs(world, exitCode);
  await tick(world, 5_000);
}

describe.skipIf(!hasBrowser)("the pages of workflows (need chromium)", () => {
  beforeAll(async () => {
    world = await worldWithCluster();
    portal = await openPortal(world);
    browser = await openBrowser(portal.origin);
    await browser.context.addCookies([portal.cookie]);
  }, 120_000);
  afterAll(async () => {
    await browser?.dispose();
    await portal?.dispose();
  });

  it("say how one comes about while there is none", async () => {
    await open();
    await page().getByText("There is no workflow").waitFor();
    await shoot(page(), "workflows-empty");
    expect(await accessibilityFindings(page())).toEqual([]);
  });

  it("list each with its state and how many steps are done", async () => {
    await save(world, "train", messages, command("train {parameters.epochs}"));
    await save(world, "evaluate", after("train-{run}"), command("evaluate {job}"));
    await save(world, "explain", after("train-{run}"), command("explain {job}"));
    await save(world, "promote", after("evaluate-{run}"), command("promote {job}"));
    await world.advance(10_000);
    world.storageEvents.send("work", JSON.stringify({ epochs: 9 }));
    await tick(world, 10_000);
    await step();
    // One node: the two that follow run one after the other, and both fail.
    await step(1);
    await step(1);
    const [only] = await listed();
    expect(await states(only?.name ?? "")).toEqual(["succeeded", "failed", "failed"]);
    await open();
    await page().getByText("1 workflow", { exact: true }).waitFor();
    const row = page().getByRole("row", { name: /train-/ });
    expect(await row.innerText()).toContain("1 of 3 done, 2 failed");
    await shoot(page(), "workflows");
    expect(await accessibilityFindings(page())).toEqual([]);
    await row.getByRole("link", { name: /^train-/ }).click();
    await page()
      .getByRole("heading", { level: 1, name: /Workflow train/ })
      .waitFor();
  });

  it("draw one as a graph that keys go through, beside a table of the same", async () => {
    const [only] = await listed();
    // Two events of one moment are in no order.
    const [, upper = "", lower = ""] = (await stepsOf(only?.name ?? "")).map(
      ({ trigger }) => trigger.id.split("/").at(-1) ?? "",
    );
    expect([upper, lower].toSorted()).toEqual(["evaluate", "explain"]);
    const graph = page().getByRole("group", { name: /Steps of the workflow/ });
    await graph.getByRole("button", { name: "train: succeeded, first" }).focus();
    await page().keyboard.press("ArrowRight");
    const focused = () => page().evaluate("document.activeElement?.getAttribute('aria-label')");
    expect(await focused()).toBe(`${upper}: failed, follows train`);
    await page().keyboard.press("ArrowDown");
    expect(await focused()).toBe(`${lower}: failed, follows train`);
    await page().keyboard.press("Enter");
    await expect.poll(() => page().url()).toMatch(/step=[0-9a-f]+/);
    const chosen = page().locator("tr[aria-current=true]");
    expect(await chosen.innerText()).toMatch(new RegExp(`${lower}[^]*failed[^]*train[^]*${lower}-`));
    await shoot(page(), "workflow", { fullPage: true });
    expect(await accessibilityFindings(page())).toEqual([]);
    expect(await sidewaysAt400Percent(page())).toBe(0);
  });

  it("restart what failed by a button, and show the command line that does the same", async () => {
    const [only] = await listed();
    const id = only?.name ?? "";
    await page().getByRole("button", { name: "Restart from what failed" }).click();
    const dialog = page().getByRole("dialog");
    const line = (await dialog.getByLabel(/command line: batchai/).innerText()).trim();
    expect(line).toBe(`batchai workflow restart -g rg -w w -n ${id}`);
    await shoot(page(), "workflow-restart");
    expect(await accessibilityFindings(page())).toEqual([]);
    await dialog.getByRole("button", { name: "Restart", exact: true }).click();
    await dialog.waitFor({ state: "hidden" });
    expect(await states(id)).not.toContain("failed");
    await step(1);
    await step(1);
    expect(await states(id)).toEqual(["succeeded", "failed", "failed"]);
    const typed = await batchai(line.split(" ").slice(1), {
      environment: {
        BATCHAI_ENDPOINT: worldEndpoint,
        BATCHAI_TOKEN: "role-admin",
        BATCHAI_SUBSCRIPTION_ID: world.services.settings.subscriptionId,
      },
      fetch: worldFetch(world),
    });
    expect(typed.code).toBe(0);
    expect(await states(id)).not.toContain("failed");
    await step();
    await step();
    await step();
    expect(await states(id)).toEqual(["succeeded", "succeeded", "succeeded", "succeeded"]);
    await page().getByRole("button", { name: "promote: succeeded, follows evaluate" }).waitFor();
    expect(await page().getByRole("button", { name: "Restart from what failed" }).count()).toBe(0);
  });

  it("are accessible in the dark, with forced colours, and when there is none of that name", async () => {
    const [only] = await listed();
    await page().emulateMedia({ colorScheme: "dark" });
    await open(`/${only?.name ?? ""}`);
    await page()
      .getByRole("button", { name: /^promote/ })
      .waitFor();
    await shoot(page(), "workflow-dark", { fullPage: true });
    expect(await accessibilityFindings(page())).toEqual([]);
    await page().emulateMedia({ colorScheme: null, forcedColors: "active" });
    expect(await accessibilityFindings(page())).toEqual([]);
    await page().emulateMedia({ forcedColors: null });
    await open("/none");
    await page().getByRole("alert").getByText("WorkflowNotFound").waitFor();
    expect(await accessibilityFindings(page())).toEqual([]);
    expect([browser.foreign, browser.troubles]).toEqual([[], []]);
  });
});
