// A sweep's pages beside optuna-dashboard and MLflow's own page, on the same trials, in the same browser, one after the other:
// `scripts/install-test-tools.sh browser dashboards` brings them. 8 parameters, 10 values each; `-- COUNT …` for other sizes than 1,000 and 10,000.
import { execFileSync, spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { largeSweep } from "../../test/support/app/large-sweep.ts";
import { experimentPath, worldWithCluster } from "../../test/support/app/stories.ts";
import { openPortal } from "../../test/support/portal-world.ts";
import { testTools } from "../../test/support/test-tools.ts";
import { report } from "../durable/support/measure.ts";
import { centreOf, openChromium, watchPage } from "./support/watched-page.ts";
import type { Watched } from "./support/watched-page.ts";
import fill from "./support/peers.py";

const bin = join(testTools, "dashboards/bin");
const counts = process.argv.slice(2).map(Number);
const viewport = { width: 1360, height: 860 };
function tell(name: string, watched: Watched, aims: { readonly shown?: number } = {}): void {
  const { shownMs, crashed, longestBlockMs, frameMs, scriptKb, allKb, cpuMs } = watched;
  const isOurs = aims.shown !== undefined;
  report({
    name: `${name}: shown`,
    value: shownMs ?? Number.NaN,
    unit: "ms",
    ...(isOurs ? { target: { atMost: aims.shown ?? 0 } } : {}),
    note: crashed ? "its tab crashed" : shownMs === undefined ? "not within 90 s" : "",
  });
  if (shownMs !== undefined) {
    report({
      name: `${name}: longest block`,
      value: longestBlockMs,
      unit: "ms",
      ...(isOurs ? { target: { atMost: 200 } } : {}),
    });
    report({ name: `${name}: processor time of the page`, value: cpuMs, unit: "ms" });
  }
  if (frameMs !== undefined)
    report({
      name: `${name}: frame while scrolling, 95 %`,
      value: frameMs,
      unit: "ms",
      ...(isOurs ? { target: { atMost: 50 } } : {}),
    });
  report({ name: `${name}: scripts`, value: scriptKb, unit: "kB" });
  report({ name: `${name}: all that came`, value: allKb, unit: "kB" });
}

async function ours(browser: Browser, count: number): Promise<readonly object[]> {
  const world = await worldWithCluster({ targetNodeCount: 4 });
  await largeSweep(world, "large", count);
  const portal = await openPortal(world, process.cwd());
  const context = await browser.newContext({ viewport });
  await context.addCookies([portal.cookie]);
  const page = `${portal.origin}/portal/w/rg/w/sweeps/e/large`;
  const text = count.toLocaleString("en-US");
  tell(
    `${text} trials, portal, table`,
    await watchPage(context, `${page}?tab=trials&sort=-value`, {
      shown: (each) => each.getByRole("row").nth(1).waitFor(),
      scrolled: (each) => centreOf(each, "[role=grid]"),
    }),
    { shown: 1_000 },
  );
  tell(
    `${text} trials, portal, charts`,
    await watchPage(context, page, {
      shown: (each) => each.getByText(`${text} trials. Draw along an axis`).waitFor(),
      scrolled: async () => ({ x: 600, y: 500 }),
    }),
    { shown: 2_000 },
  );
  await context.close();
  await portal.dispose();
  return trialsOf(world, count);
}

/** As the service answers them, for the others' stores. */
async function trialsOf(world: Awaited<ReturnType<typeof worldWithCluster>>, count: number) {
  interface Row {
    readonly parameters: Readonly<Record<string, number>>;
    readonly state: string;
    readonly value?: number;
  }
  const rows: Row[] = [];
  for (let skip = 0; skip < count; skip += 200) {
    const path = `${experimentPath}/sweeps/large/trials?api-version=2026-11-01&$top=200&$skip=${skip}`;
    const { body } = await world.api("GET", path);
    rows.push(...(body as { value: readonly Row[] }).value);
  }
  return rows.map(({ parameters, state, value = 1 }) => ({
    parameters,
    failed: state === "failed",
    values: Array.from({ length: 10 }, (_, step) => value + (9 - step) / 10),
  }));
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function answers(url: string): Promise<void> {
  for (const start = performance.now(); performance.now() - start < 120_000;) {
    if (
      await fetch(url).then(
        ({ ok }) => ok,
        () => false,
      )
    )
      return;
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  throw new Error(`${url} does not answer.`);
}

async function others(browser: Browser, count: number, trials: readonly object[]): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "portal-bench-"));
  const running: ChildProcess[] = [];
  const start = (program: string, words: readonly string[]) => {
    running.push(spawn(join(bin, program), words, { cwd: folder, stdio: "ignore", detached: true }));
  };
  const text = count.toLocaleString("en-US");
  const context = await browser.newContext({ viewport });
  try {
    writeFileSync(join(folder, "trials.json"), JSON.stringify(trials));
    const made = execFileSync(join(bin, "python"), ["-c", fill, "trials.json", folder], { cwd: folder });
    const experiment = made.toString().trim().split("\n").at(-1) ?? "1";
    const [optuna, mlflow] = [await freePort(), await freePort()];
    start("optuna-dashboard", ["--port", String(optuna), "--host", "127.0.0.1", join(folder, "optuna.log")]);
    start("mlflow", [
      "server",
      "--port",
      String(mlflow),
      "--backend-store-uri",
      `sqlite:///${folder}/mlflow.db`,
      "--workers",
      "1",
    ]);
    await answers(`http://127.0.0.1:${optuna}/dashboard/`);
    tell(
      `${text} trials, optuna-dashboard, charts`,
      await watchPage(context, `http://127.0.0.1:${optuna}/dashboard/studies/0`, {
        shown: (each) => each.locator(".js-plotly-plot .main-svg").first().waitFor(),
        scrolled: async () => ({ x: 600, y: 500 }),
      }),
    );
    tell(
      `${text} trials, optuna-dashboard, table`,
      await watchPage(context, `http://127.0.0.1:${optuna}/dashboard/studies/0/trialTable`, {
        shown: (each) => each.locator("tbody tr").nth(1).waitFor(),
        scrolled: (each) => centreOf(each, "tbody tr"),
      }),
    );
    await answers(`http://127.0.0.1:${mlflow}/health`);
    tell(
      `${text} trials, MLflow, table`,
      await watchPage(context, `http://127.0.0.1:${mlflow}/#/experiments/${experiment}/runs`, {
        shown: (each) => each.locator("a[href*='/runs/']").first().waitFor(),
        scrolled: (each) => centreOf(each, ".ag-body-viewport, [role=treegrid], [role=table]"),
      }),
    );
  } finally {
    await context.close();
    for (const { pid } of running) if (pid !== undefined) process.kill(-pid, "SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  }
}

const browser = await openChromium();
try {
  for (const count of counts.length === 0 ? [1_000, 10_000] : counts) {
    const trials = await ours(browser, count);
    if (existsSync(join(testTools, "dashboards/ready"))) await others(browser, count, trials);
    else console.log("optuna-dashboard and MLflow are not there: scripts/install-test-tools.sh dashboards");
  }
} finally {
  await browser.close();
}
