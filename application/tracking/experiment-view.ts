// The jobs of an experiment and what was logged to their runs, as this process saw them last. A look reads what was written since the look
// before, and all of it only the first time, or when most has changed; it sees whatever was there when somebody asked for it. Nothing rests on it: it is read
// anew after a restart.
// Why it is so: docs/adr/0036-mlflow-runs-are-jobs.md
import type { ExperimentDocument } from "../../domain/experiment/schema.ts";
import type { JobDocument } from "../../domain/job/schema.ts";
import { idKey, refOf } from "../../domain/shared/resource-id.ts";
import type { ExperimentRef } from "../../domain/shared/resource-id.ts";
import type { RunRecord } from "../../domain/tracking/run.ts";
import { runJob } from "../../domain/tracking/view.ts";
import type { RunJob } from "../../domain/tracking/view.ts";
import type { Changed } from "../../services/changes.ts";
import { tellingMs } from "../../services/changes.ts";
import type { Services } from "../../services/services.ts";
import { sharedCalls } from "../../services/shared-calls.ts";
import { allItems } from "../every-item.ts";
import { inLanes } from "../in-lanes.ts";

export interface ExperimentView {
  /** By name, in lower case. */
  readonly jobs: ReadonlyMap<string, RunJob>;
  readonly records: ReadonlyMap<string, RunRecord>;
}

interface Kept {
  /** Of which creation of the experiment. */
  readonly of: string;
  /** When its last look began. */
  lookedAt: number;
  readonly jobs: Map<string, RunJob>;
  readonly records: Map<string, RunRecord>;
  /** Changes of the last minutes that are in it, which the next look is told again; and when they were read. */
  readonly seen: Map<string, number>;
}

/** Of all experiments together: a hundred megabytes, where much was logged. */
const mostRuns = 50_000;
/** What is older is read anew: retention removes old rows that tell of changes. */
const keptMs = 6 * 3_600_000;
/** Reading one of them costs as much as some of a page: of more changes than that all are read. */
const fewChanges = 200;

interface Views {
  readonly kept: Map<string, Kept>;
  readonly once: ReturnType<typeof sharedCalls<ExperimentView>>;
}
const views = new WeakMap<Services["runs"], Views>();

/** @param experiment as it is stored. */
export function experimentView(services: Services, experiment: ExperimentDocument): Promise<ExperimentView> {
  const ref = refOf<"experiment">(experiment);
  // Its jobs go many at a time, untold.
  if (experiment.provisioningState === "deleting") return readAll(services, ref, experiment.creationTime);
  const key = idKey(ref);
  const { kept, once } = views.get(services.runs) ?? {
    kept: new Map<string, Kept>(),
    once: sharedCalls<ExperimentView>(),
  };
  views.set(services.runs, { kept, once });
  return once(key, async () => {
    const before = kept.get(key);
    // What fails half-way is read anew.
    kept.delete(key);
    const view = await readView(services, ref, { of: experiment.creationTime, before });
    kept.set(key, view);
    forgetOldest(kept);
    // Who asked does not see what comes after: another look may be under way.
    return { jobs: new Map(view.jobs), records: new Map(view.records) };
  });
}

async function readView(
  services: Services,
  ref: ExperimentRef,
  { of, before }: { readonly of: string; readonly before: Kept | undefined },
): Promise<Kept> {
  const now = services.clock.now();
  if (before === undefined || before.of !== of || now - before.lookedAt > keptMs)
    return readAll(services, ref, of);
  const [jobs, records] = await Promise.all([
    services.state.changedJobs(ref, before.lookedAt),
    services.runs.changed(ref, before.lookedAt),
  ]);
  const isNew = ({ stamp }: Changed<unknown>) => !before.seen.has(stamp);
  const fresh = { jobs: jobs.filter(isNew), records: records.filter(isNew) };
  if (fresh.jobs.length + fresh.records.length > Math.max(fewChanges, before.jobs.size / 10))
    return readAll(services, ref, of);
  await takeRecords(fresh.records, before);
  await takeJobs(fresh.jobs, before);
  for (const { stamp } of [...fresh.jobs, ...fresh.records]) before.seen.set(stamp, now);
  for (const [stamp, at] of before.seen) if (now - at > 3 * tellingMs) before.seen.delete(stamp);
  before.lookedAt = now;
  return before;
}

async function takeRecords(changes: readonly Changed<RunRecord>[], { records }: Kept): Promise<void> {
  await inLanes(changes, async ({ key, read }) => {
    const record = await read();
    if (record !== undefined) records.set(key, record);
    else records.delete(key);
  });
}

/** What was logged to a job goes with it. */
async function takeJobs(changes: readonly Changed<JobDocument>[], { jobs, records }: Kept): Promise<void> {
  const gone = new Set<string>();
  await inLanes(changes, async ({ key, read }) => {
    const [before, job] = [jobs.get(key), await read()];
    if (before !== undefined && before.guid !== job?.guid) gone.add(before.guid);
    if (job !== undefined) jobs.set(key, runJob(job));
    else jobs.delete(key);
  });
  if (gone.size > 0)
    for (const [key, { job }] of records) if (job !== undefined && gone.has(job.guid)) records.delete(key);
}

async function readAll(services: Services, ref: ExperimentRef, of: string): Promise<Kept> {
  const lookedAt = services.clock.now();
  // What is told before all is read is in it.
  const told = await Promise.all([
    services.state.changedJobs(ref, lookedAt),
    services.runs.changed(ref, lookedAt),
  ]);
  const [jobs, records] = await Promise.all([
    allItems((page) => services.state.jobs.list(ref, page)),
    services.runs.listKeyed(ref),
  ]);
  return {
    of,
    lookedAt,
    jobs: new Map(jobs.map((job) => [job.job.toLowerCase(), runJob(job)])),
    records: new Map(records),
    seen: new Map(told.flat().map(({ stamp }) => [stamp, lookedAt])),
  };
}

/** The one that was looked at last stands at the end, and stays. */
function forgetOldest(kept: Map<string, Kept>): void {
  const size = () => [...kept.values()].reduce((sum, { jobs, records }) => sum + jobs.size + records.size, 0);
  for (const oldest of kept.keys()) {
    if (kept.size === 1 || size() <= mostRuns) return;
    kept.delete(oldest);
  }
}
