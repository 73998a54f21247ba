// A real browser, where the machine has one: Debian's Chromium, driven by playwright-core, which brings none. What pages ask elsewhere, what their
// policy stopped and what they stumbled over is kept, for tests to look at.
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";
import type { Browser, BrowserContext, Page } from "playwright-core";

const program = ["/usr/bin/chromium", "/usr/bin/chromium-browser"].find((file) => existsSync(file));
export const hasBrowser = program !== undefined;

export interface TestBrowser {
  readonly browser: Browser;
  readonly context: BrowserContext;
  readonly page: Page;
  /** Addresses of other origins that pages asked for. */
  readonly foreign: readonly string[];
  /** Errors of pages, and what their policy refused. */
  readonly troubles: readonly string[];
  dispose(): Promise<void>;
}

export async function openBrowser(origin: string): Promise<TestBrowser> {
  const browser = await chromium.launch({ executablePath: program ?? "", args: ["--no-sandbox"] });
  const context = await browser.newContext({ viewport: { width: 1360, height: 860 } });
  await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin });
  const foreign: string[] = [];
  const troubles: string[] = [];
  context.setDefaultTimeout(10_000);
  const page = await context.newPage();
  page.on("request", (request) => {
    if (new URL(request.url()).origin !== origin) foreign.push(request.url());
  });
  page.on("pageerror", (error) => troubles.push(error.message));
  page.on("console", (message) => {
    const text = message.text();
    // Answers that are refusals are logged by the browser itself.
    if (message.type() === "error" && !text.startsWith("Failed to load resource")) troubles.push(text);
  });
  return { browser, context, page, foreign, troubles, dispose: () => browser.close() };
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/**
 * What axe finds against WCAG 2.2 A and AA, one line each.
 * @param rules only these
 */
export async function accessibilityFindings(
  page: Page,
  rules?: readonly string[],
): Promise<readonly string[]> {
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  const runOnly = rules === undefined ? { type: "tag", values: tags } : { type: "rule", values: rules };
  if (!(await page.evaluate<boolean>("'axe' in window"))) await page.evaluate(axeSource);
  return page.evaluate(async (only) => {
    interface Found {
      readonly violations: readonly {
        readonly id: string;
        readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
      }[];
    }
    const { axe } = globalThis as unknown as { axe: { run(options: object): Promise<Found> } };
    const { violations } = await axe.run({ runOnly: only });
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 160)}: ${failureSummary}`),
    );
  }, runOnly);
}

/** How many pixels a page is too wide for a screen of 320, which is 400 % of a usual one. */
export const sidewaysAt400Percent = (page: Page): Promise<number> =>
  at400Percent(page, () =>
    page.evaluate<number>("Math.max(0, document.documentElement.scrollWidth - innerWidth)"),
  );

/** The same, as what sticks out: nothing where a page needs no scrolling sideways. Grids and charts may scroll in themselves. */
export const tooWideAt400Percent = (page: Page): Promise<readonly string[]> =>
  at400Percent(page, () => page.evaluate<string[]>(tooWide));

const tooWide = `(() => {
  const width = document.documentElement.scrollWidth;
  if (width <= innerWidth) return [];
  const isOut = (element) => {
    const { left, right } = element.getBoundingClientRect();
    return right > innerWidth + 0.5 || left < -0.5;
  };
  const out = [...document.querySelectorAll("body *")].filter(
    (element) => isOut(element) && ![...element.children].some(isOut),
  );
  return out
    .slice(0, 5)
    .map((each) => width + " pixels: " + each.tagName + "." + each.className + " " + each.textContent.slice(0, 60));
})()`;

/** What does not run from right to left although the page does: the bar, columns of tables and grids; and what sticks out. */
export const notMirrored = (page: Page): Promise<readonly string[]> => page.evaluate<string[]>(unmirrored);

const unmirrored = `(() => {
  const middle = (element) => { const { left, right } = element.getBoundingClientRect(); return (left + right) / 2; };
  const found = [];
  if (document.documentElement.dir !== "rtl") found.push("the page has another direction");
  const inOrder = (name, first, last) => {
    if (first && last && first !== last && middle(first) <= middle(last)) found.push(name + " runs from left to right");
  };
  inOrder("the bar", document.querySelector(".brand"), document.querySelector(".bar-end"));
  for (const row of document.querySelectorAll("thead tr, [role=grid] [role=row]:first-child")) {
    const cells = row.querySelectorAll("th, [role=columnheader]");
    inOrder("a table's head", cells[0], cells[cells.length - 1]);
  }
  for (const english of document.querySelectorAll("body [lang=en]"))
    if (getComputedStyle(english).unicodeBidi !== "plaintext") found.push("English words would be turned round: " + english.textContent.slice(0, 40));
  const over = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  if (over > 0) found.push("the page is " + over + " pixels too wide");
  return found;
})()`;

async function at400Percent<Found>(page: Page, look: () => Promise<Found>): Promise<Found> {
  const before = page.viewportSize();
  await page.setViewportSize({ width: 320, height: 640 });
  const found = await look();
  if (before !== null) await page.setViewportSize(before);
  return found;
}
