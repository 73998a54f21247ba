// A page in Chromium, watched: how long until something is shown, how long its main thread was held up, how long frames took while it
// scrolled, and how much came over the wire.
import { existsSync } from "node:fs";
import { chromium } from "playwright-core";
import type { Browser, BrowserContext, CDPSession, Page } from "playwright-core";

export async function openChromium(): Promise<Browser> {
  const program = ["/usr/bin/chromium", "/usr/bin/chromium-browser"].find((file) => existsSync(file));
  if (program === undefined) throw new Error("Needs chromium: scripts/install-test-tools.sh browser");
  return chromium.launch({ executablePath: program, args: ["--no-sandbox"] });
}

export interface Watched {
  /** Milliseconds until `shown` held; undefined when it did not in time, or the tab crashed. */
  readonly shownMs: number | undefined;
  readonly crashed: boolean;
  readonly longestBlockMs: number;
  /** 95 % of the frames while it scrolled were not longer; undefined where nothing scrolled. */
  readonly frameMs: number | undefined;
  /** As they came over the wire, in kilobytes. */
  readonly scriptKb: number;
  readonly allKb: number;
  /** Of the page's process. */
  readonly cpuMs: number;
}

const watch = `
globalThis.blocks = [];
new PerformanceObserver((list) => blocks.push(...list.getEntries().map(({ duration }) => duration)))
  .observe({ type: "longtask", buffered: true });
`;
const countFrames = `
globalThis.frames = [];
{
  let before = performance.now();
  const frame = (now) => { frames.push(now - before); before = now; requestAnimationFrame(frame); };
  requestAnimationFrame(frame);
}
`;

export async function watchPage(
  context: BrowserContext,
  url: string,
  options: {
    readonly shown: (page: Page) => Promise<unknown>;
    /** Where the pointer is when it scrolls. */
    readonly scrolled?: (page: Page) => Promise<{ readonly x: number; readonly y: number } | undefined>;
    readonly timeoutMs?: number;
    readonly prepare?: (page: Page) => Promise<unknown>;
    /** Goes on from a page that is there already. */
    readonly before?: (page: Page) => Promise<unknown>;
  },
): Promise<Watched> {
  const { shown, scrolled, timeoutMs = 90_000 } = options;
  const page = await context.newPage();
  let crashed = false;
  page.on("crash", () => (crashed = true));
  page.setDefaultTimeout(timeoutMs);
  await page.addInitScript(watch);
  const session = await context.newCDPSession(page);
  const bytes = await countBytes(session);
  const nothing = () => ({
    shownMs: undefined,
    crashed,
    longestBlockMs: Number.NaN,
    frameMs: undefined,
    cpuMs: Number.NaN,
    ...bytes(),
  });
  await session.send("Performance.enable");
  try {
    await options.prepare?.(page);
    if (options.before !== undefined) await options.before(page);
    const start = performance.now();
    if (options.before === undefined) await page.goto(url, { timeout: timeoutMs });
    const isShown = await Promise.race([
      shown(page).then(
        () => true,
        () => false,
      ),
      new Promise<boolean>((resolve) => page.once("crash", () => resolve(false))),
    ]);
    const shownMs = performance.now() - start;
    if (!isShown || crashed) return nothing();
    const frameMs = scrolled === undefined ? undefined : await scroll(page, await scrolled(page));
    const blocks = await page.evaluate<number[]>("globalThis.blocks");
    const { metrics } = await session.send("Performance.getMetrics");
    const cpu = metrics.find(({ name }) => name === "TaskDuration")?.value ?? Number.NaN;
    return {
      shownMs,
      crashed,
      longestBlockMs: Math.max(0, ...blocks),
      frameMs,
      cpuMs: cpu * 1000,
      ...bytes(),
    };
  } catch (error) {
    if (!crashed) throw error;
    return nothing();
  } finally {
    await page.close({ runBeforeUnload: false }).catch(() => undefined);
  }
}

/** Of the first that is like that: where to put the pointer. */
export async function centreOf(page: Page, selector: string) {
  const box = await page.locator(selector).first().boundingBox();
  return box === null ? undefined : { x: box.x + box.width / 2, y: Math.min(box.y + box.height / 2, 700) };
}

async function scroll(
  page: Page,
  at: { readonly x: number; readonly y: number } | undefined,
): Promise<number | undefined> {
  if (at === undefined) return undefined;
  await page.mouse.move(at.x, at.y);
  await page.evaluate(countFrames);
  for (let step = 0; step < 40; step += 1) await page.mouse.wheel(0, 600);
  const frames = await page.evaluate<number[]>(
    "new Promise((done) => setTimeout(() => done(globalThis.frames), 250))",
  );
  const sorted = frames.slice(1).toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length * 0.95)];
}

async function countBytes(session: CDPSession) {
  const scripts = new Set<string>();
  const sizes = new Map<string, number>();
  session.on("Network.responseReceived", ({ requestId, type }) => {
    if (type === "Script") scripts.add(requestId);
  });
  session.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    sizes.set(requestId, encodedDataLength);
  });
  await session.send("Network.enable");
  return () => {
    const all = [...sizes].reduce((sum, [, size]) => sum + size, 0);
    const ofScripts = [...sizes].reduce((sum, [id, size]) => sum + (scripts.has(id) ? size : 0), 0);
    return { scriptKb: ofScripts / 1000, allKb: all / 1000 };
  };
}
