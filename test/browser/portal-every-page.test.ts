// Every page of the portal as axe sees it: full, empty and refused by the service; light, dark and in colours that a system forces. One tab
// goes through all of them: what is structure is the same in every colour and is looked at once, contrast in each.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { accessibilityFindings, hasBrowser, openBrowser } from "../support/browser.ts";
import type { TestBrowser } from "../support/browser.ts";
import { shoot } from "../support/browser-shots.ts";
import { everything, full, groups, lists } from "../support/portal-everything.ts";
import type { Everything } from "../support/portal-everything.ts";
import { openPortal } from "../support/portal-world.ts";
import type { PortalWorld } from "../support/portal-world.ts";

const schemes = [
  ["light", { colorScheme: "light", forcedColors: null }],
  ["dark", { colorScheme: "dark", forcedColors: null }],
  ["forced colours", { colorScheme: null, forcedColors: "active" }],
] as const;
const details = [
  ...["jobs/e/first-job", "jobs/e/first-job?tab=metrics", "new-job?like=e/first-job", "clusters/c"],
  ...["sweeps/e/s", "sweeps/e/s?tab=trials", "triggers/minutes", "workflows/{workflow}"],
].map((path) => `${full}/${path}`);

let made: Everything;
let portal: PortalWorld;
let browser: TestBrowser;
let findings: string[];
const page = () => browser.page;

async function settled(): Promise<void> {
  await page().locator("h1, [role=alert]").first().waitFor();
  await expect.poll(() => page().locator(".loading").count()).toBe(0);
}

async function look(path: string): Promise<void> {
  for (const [scheme, media] of schemes) {
    // Whoever asks for less motion has the colours at once.
    await page().emulateMedia({ ...media, reducedMotion: "reduce" });
    await shoot(page(), `${scheme.replace(" ", "-")}${path.replaceAll(/\W+/g, "-")}`, { fullPage: true });
    const rules = scheme === "light" ? undefined : ["color-contrast"];
    for (const finding of await accessibilityFindings(page(), rules))
      findings.push(`${path}, ${scheme}: ${finding}`);
  }
}

describe.skipIf(!hasBrowser)("every page, light, dark and in forced colours (needs chromium)", () => {
  beforeAll(async () => {
    made = await everything();
    portal = await openPortal(made.world);
    browser = await openBrowser(portal.origin);
    await browser.context.addCookies([portal.cookie]);
    await browser.context.clock.setFixedTime(made.world.services.clock.now());
    await page().goto(`${portal.origin}${full}`);
  });
  afterAll(async () => {
    await browser?.dispose();
    await portal?.dispose();
  });
  beforeEach(() => {
    findings = [];
  });

  it.each(Object.entries(groups))("has nothing that axe finds: %s", async (_name, paths) => {
    for (const path of paths) {
      const target = path.replace("{workflow}", made.workflow);
      await page().evaluate(`history.pushState(null, "", ${JSON.stringify(target)})`);
      await settled();
      await look(target.replace(made.workflow, "workflow"));
    }
    expect(findings).toEqual([]);
  });

  it("has nothing that axe finds where the service refuses", async () => {
    await page().route(/\/portal\/api\//, (route) =>
      route.fulfill({ status: 500, json: { error: { code: "InternalError", message: "It broke." } } }),
    );
    for (const path of [...lists.map((each) => full + each), ...details]) {
      await page().goto(portal.origin + path.replace("{workflow}", made.workflow));
      await settled();
      await look(`${path} refused`);
    }
    await page().unrouteAll();
    expect(findings).toEqual([]);
  });
});
