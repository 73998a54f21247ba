// A workspace with all kinds of things in it, one with nothing, and the addresses of every page on them.
import { groupPath } from "./app/app-world.ts";
import { clusterPath, experimentPath, jobBody, logsOnShare, workspacePath } from "./app/stories.ts";
import { runAll, story, sweepBody } from "./app/sweep-stories.ts";
import type { Story } from "./app/sweep-stories.ts";
import { at, everyMinute, jobNames, messages, ours, save, tick, uploads } from "./app/trigger-stories.ts";

export const full = "/portal/w/rg/w";
const empty = "/portal/w/rg/bare";
export const lists = [
  "",
  "/jobs",
  "/new-job",
  "/sweeps",
  "/runs",
  "/triggers",
  "/clusters",
  "/queue",
  "/costs",
  "/workflows",
  "/events?last=week",
];
/** By what they are about. */
export const groups = {
  "a workspace with all kinds of things": lists.map((path) => full + path),
  "a workspace with nothing": lists.map((path) => empty + path),
  jobs: [
    ...["logs", "metrics", "files", "events", "spec"].map((tab) => `${full}/jobs/e/first-job?tab=${tab}`),
    ...[
      "/jobs/e/broken-job",
      "/jobs/e/wide-job",
      "/jobs/e/first-job?tab=spec&with=broken-job",
      "/jobs/e/s_0?tab=metrics",
    ].map((path) => full + path),
    ...["/jobs?cluster=c&state=failed", "/new-job?like=e/first-job", "/clusters/c"].map(
      (path) => full + path,
    ),
  ],
  sweeps: [
    ...["overview", "trials", "curves", "decisions", "spec"].map((tab) => `${full}/sweeps/e/s?tab=${tab}`),
    ...["s?brush=LR~0.001~0.5", "s?tab=trials&brush=LR~0.001~0.5"].map((path) => `${full}/sweeps/e/${path}`),
    ...["", "?tab=curves", "?tab=decisions"].map((path) => `${full}/sweeps/e/fresh${path}`),
  ],
  "runs and triggers": [
    ...["filter=metrics.loss+%3E+9000", "compare=1", "compare=1&run=j1-e-s_0&run=j1-e-s_1&all=1"].map(
      (query) => `${full}/runs?${query}`,
    ),
    ...["minutes", "nightly", "weekly", "work", "arrivals", "endings", "minutes?tab=spec"].map(
      (path) => `${full}/triggers/${path}`,
    ),
  ],
  "costs and workflows": [
    ...["cluster", "user", "job"].map((by) => `${full}/costs?period=all&by=${by}`),
    ...["costs?from=2020-01-01&to=2020-01-31", "workflows/{workflow}", "workflows/nowhere"].map(
      (path) => `${full}/${path}`,
    ),
  ],
};

async function submit(world: Story, name: string, properties: object = {}): Promise<void> {
  const path = `${experimentPath}/jobs/${name}`;
  const answer = await world.api("PUT", path, { body: jobBody(properties) });
  if (answer.status >= 300) throw new Error(JSON.stringify(answer.body));
  await world.advance(1_000);
}

export interface Everything {
  readonly world: Story;
  /** Id of the one that a failed job began. */
  readonly workflow: string;
  /** Of jobs that triggers started, and of that workflow: made of what differs from time to time. */
  readonly madeNames: readonly string[];
}

export async function everything(): Promise<Everything> {
  const world = await story();
  await world.api("PUT", `${groupPath}/bare`, { body: { location: "eastus" } });
  const searchSpace = {
    LR: { type: "loguniform", min: 0.001, max: 1 },
    WIDTH: { type: "choice", values: [8, 16] },
    KIND: { type: "choice", values: ["slow", "fast"] },
  };
  const stopping = { type: "asha", minResource: 1, maxResource: 9, reductionFactor: 3 };
  const limits = { maxTrials: 12, maxConcurrentTrials: 3 };
  await world.sweep("PUT", "", sweepBody({ searchSpace, stopping, limits }));
  await runAll(world, {
    value: ({ trial }) => 1 / (1 + trial),
    exitCode: ({ trial }) => (trial === 5 ? 3 : 0),
  });
  await world.api("PUT", `${experimentPath}/sweeps/fresh?api-version=2026-11-01`, { body: sweepBody() });
  await world.api("GET", at("none"));
  await save(world, "endings", { on: { jobCompleted: { experiment: "e", outcome: "failed" } } });
  await submit(world, "broken-job", logsOnShare);
  const task = await world.taskOf("broken-job");
  world.azure.start(task);
  await world.says("broken-job", "It broke\n", "stdout.txt");
  await world.says("broken-job", "train.py: No space left on device\n", "stderr.txt");
  world.azure.complete(task, { exitCode: 3 });
  await world.advance(10_000);
  await tick(world, 10_000);
  await submit(world, "first-job", { environmentVariables: [{ name: "RATE", value: "0.1" }] });
  await submit(world, "wide-job", { nodeCount: 4 });
  await world.api("PATCH", clusterPath, {
    body: { properties: { scaleSettings: { manual: { targetNodeCount: 1 } } } },
  });
  await save(world, "minutes", everyMinute);
  await save(world, "nightly", { on: { schedule: { cron: "30 2 * * *", timeZone: "Europe/Berlin" } } });
  await save(world, "weekly", {
    on: {
      schedule: {
        start: "2026-01-01T05:30:00Z",
        recurrence: {
          frequency: "week",
          interval: 2,
          weekDays: ["Monday", "Friday"],
          hours: [6],
          minutes: [30],
        },
        timeZone: "Europe/Berlin",
      },
    },
  });
  await save(world, "work", messages);
  await save(world, "arrivals", uploads);
  for (let minute = 0; minute < 3; minute += 1) await tick(world, 60_000);
  await world.api("PATCH", at("nightly"), {
    body: { properties: { enabled: false, reason: "moving house" } },
  });
  const { body } = await world.api("GET", `${workspacePath}/workflows?${ours}`);
  const roots = body as { value: readonly { name: string; properties: { job?: { id: string } } }[] };
  const workflow =
    roots.value.find(({ properties }) => properties.job?.id.endsWith("/broken-job"))?.name ?? "";
  if (workflow === "") throw new Error("no workflow began");
  return { world, workflow, madeNames: [workflow, ...(await jobNames(world))] };
}
