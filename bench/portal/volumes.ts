// The portal at the volumes that it is made for: 10,000 jobs in a list, 20 curves of 50,000 points each in one chart, a log of a gigabyte
// that opens at its end and grows. `scripts/install-test-tools.sh browser` brings the browser.
import type { Browser, Page } from "playwright-core";
import { experimentPath, jobBody, startJob, worldWithCluster } from "../../test/support/app/stories.ts";
import { share } from "../../test/support/app/sweep-body.ts";
import { answerJobs } from "../../test/support/portal-jobs.ts";
import { openPortal } from "../../test/support/portal-world.ts";
import type { AppWorld } from "../../test/support/app/app-world.ts";
import { report } from "../durable/support/measure.ts";
import { centreOf, openChromium, watchPage } from "./support/watched-page.ts";
import type { Watched } from "./support/watched-page.ts";

const home = "/portal/w/rg/w";
const curves = 20;
const points = 50_000;
const lineBytes = 100;
const logBytes = 1_000_000_000;
const viewport = { width: 1360, height: 860 };

function tell(name: string, watched: Watched, shownMs: number): void {
  const value = watched.shownMs ?? Number.NaN;
  report({ name: `${name}: shown`, value, unit: "ms", target: { atMost: shownMs } });
  report({
    name: `${name}: longest block`,
    value: watched.longestBlockMs,
    unit: "ms",
    target: { atMost: 200 },
  });
  report({ name: `${name}: processor time of the page`, value: watched.cpuMs, unit: "ms" });
  if (watched.frameMs !== undefined)
    report({
      name: `${name}: frame while scrolling, 95 %`,
      value: watched.frameMs,
      unit: "ms",
      target: { atMost: 50 },
    });
}

/** As a storage would answer, without a gigabyte in memory: every line says which it is. */
function longLog(world: AppWorld) {
  let size = logBytes;
  const line = (index: number) => `line ${String(index).padStart(9, "0")} `.padEnd(lineBytes - 1, ".") + "\n";
  Object.assign(world.services.outputFiles, {
    list: async () => ({ items: [{ name: "stdout.txt", isDirectory: false, contentLength: size }] }),
    size: async () => size,
    read: async (
      _place: object,
      _name: string,
      range: { readonly offset: number; readonly maxBytes: number },
    ) => {
      const end = Math.min(size, range.offset + range.maxBytes);
      const first = Math.floor(range.offset / lineBytes);
      const lines = Array.from({ length: Math.ceil(end / lineBytes) - first }, (_, at) => line(first + at));
      const start = range.offset - first * lineBytes;
      return Buffer.from(lines.join("")).subarray(start, start + end - range.offset);
    },
  });
  return {
    last: () => `line ${String(size / lineBytes - 1).padStart(9, "0")}`,
    grow: () => void (size += lineBytes),
  };
}

async function post(world: AppWorld, job: string, wave: number): Promise<void> {
  const path = `${experimentPath}/jobs/${job}`;
  await world.api("PUT", path, { body: jobBody() });
  for (let from = 0; from < points; from += 1_000) {
    const some = Array.from({ length: 1_000 }, (_, at) => {
      const step = from + at;
      return { name: "loss", step, value: Math.sin((step + wave * 997) / 900) + 1_000 / (step + 100) };
    });
    const posted = await world.api("POST", `${path}/metrics?api-version=2026-11-01`, {
      body: { points: some },
    });
    if (posted.status !== 200) throw new Error(JSON.stringify(posted.body));
  }
}

async function jobs(
  browser: Browser,
  origin: string,
  cookie: Parameters<typeof addCookie>[1],
): Promise<void> {
  const context = await addCookie(await browser.newContext({ viewport }), cookie);
  const watched = await watchPage(context, `${origin}${home}/jobs?experiment=e`, {
    prepare: (page) => answerJobs(page, 10_000),
    shown: (page) => page.getByRole("row").nth(1).waitFor(),
    scrolled: async (page) => {
      await page.getByRole("status").getByText("10,000 jobs", { exact: true }).waitFor();
      return centreOf(page, "[role=grid]");
    },
  });
  tell("10,000 jobs", watched, 1_000);
  await context.close();
}

type Context = Awaited<ReturnType<Browser["newContext"]>>;
async function addCookie(
  context: Context,
  cookie: { name: string; value: string; url: string },
): Promise<Context> {
  await context.addCookies([cookie]);
  return context;
}

async function comparison(browser: Browser, origin: string, cookie: Parameters<typeof addCookie>[1]) {
  const context = await addCookie(await browser.newContext({ viewport }), cookie);
  const chosen = Array.from({ length: curves }, (_, index) => `run=j1-e-curve-${index}`).join("&");
  const drawn = (page: Page) => page.getByRole("group", { name: /^loss: step 0 to/ }).waitFor();
  // What the server takes for the buckets is its own figure; the pages' is from there on.
  const watched = await watchPage(context, `${origin}${home}/runs?compare=1&${chosen}`, { shown: drawn });
  report({
    name: `${curves} curves of ${points} points: shown, with loading`,
    value: watched.shownMs ?? Number.NaN,
    unit: "ms",
  });
  report({
    name: `${curves} curves of ${points} points: longest block`,
    value: watched.longestBlockMs,
    unit: "ms",
    target: { atMost: 200 },
  });
  const again = await watchPage(context, `${origin}${home}/runs?compare=1&metric=none&${chosen}`, {
    before: async (page) => {
      await page.goto(`${origin}${home}/runs?compare=1&metric=loss&log=1&${chosen}`);
      await drawn(page);
    },
    shown: async (page) => {
      await page.getByRole("button", { name: "Logarithmic" }).click();
      await page.waitForFunction("!new URL(location).searchParams.has('log')");
      await page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))");
    },
  });
  report({
    name: `${curves} curves of ${points} points: drawn`,
    value: again.shownMs ?? Number.NaN,
    unit: "ms",
    target: { atMost: 300 },
  });
  await context.close();
}

async function log(
  browser: Browser,
  origin: string,
  cookie: Parameters<typeof addCookie>[1],
  world: AppWorld,
) {
  const growing = longLog(world);
  const context = await addCookie(await browser.newContext({ viewport }), cookie);
  let follow = Number.NaN;
  const watched = await watchPage(context, "", {
    before: async (page) => {
      await page.goto(`${origin}${home}/jobs/e/long?tab=spec`);
      await page.getByRole("heading", { level: 1, name: "long" }).waitFor();
    },
    shown: async (page) => {
      await page.getByRole("tab", { name: "Logs" }).click();
      await page.getByText(growing.last()).waitFor();
    },
    scrolled: async (page) => {
      growing.grow();
      const start = performance.now();
      await page.getByText(growing.last()).waitFor();
      follow = performance.now() - start;
      return centreOf(page, "[role=log]");
    },
  });
  tell("a log of a gigabyte, at its end", watched, 500);
  report({
    name: "a log of a gigabyte: a new line is there",
    value: follow,
    unit: "ms",
    target: { atMost: 1_000 },
  });
  await context.close();
}

const world = await worldWithCluster({ targetNodeCount: 30 });
await startJob(world, `${experimentPath}/jobs/long`, {
  mountVolumes: share,
  stdOutErrPathPrefix: "$AZ_BATCHAI_JOB_MOUNT_ROOT/share",
});
for (let index = 0; index < curves; index += 1) await post(world, `curve-${index}`, index);
const portal = await openPortal(world, process.cwd());
const browser = await openChromium();
try {
  await jobs(browser, portal.origin, portal.cookie);
  await comparison(browser, portal.origin, portal.cookie);
  await log(browser, portal.origin, portal.cookie, world);
} finally {
  await browser.close();
  await portal.dispose();
}
