// The jobs of an experiment and what was logged to their runs, as searches of runs see them.
import type { ExperimentDocument } from "../../domain/experiment/schema.ts";
import { refOf } from "../../domain/shared/resource-id.ts";
import type { ExperimentRef } from "../../domain/shared/resource-id.ts";
import { RunRecord, storedRun } from "../../domain/tracking/run.ts";
import { runJob } from "../../domain/tracking/view.ts";
import type { RunJob } from "../../domain/tracking/view.ts";
import type { Services } from "../../services/services.ts";
import { allItems } from "../every-item.ts";
import { jobsView } from "../views/experiment-jobs.ts";
import { keptViews } from "../views/kept-views.ts";
import type { KeptViews } from "../views/kept-views.ts";
import type { ViewKind } from "../views/view-reader.ts";

export interface ExperimentView {
  readonly jobs: readonly RunJob[];
  readonly records: readonly RunRecord[];
}

/** What one takes beside its params, tags and metrics; and each of those. */
const [recordBytes, entryBytes] = [1_000, 150];

const runsKind: ViewKind<RunRecord, RunRecord> = {
  name: "runs",
  itemOf: (record) => record,
  textOf: (record) => JSON.stringify(storedRun(record)),
  itemIn: (line) => RunRecord.parse(JSON.parse(line)),
  bytesOf: ({ params, tags, metrics }) =>
    recordBytes + entryBytes * [params, tags, metrics].flatMap(Object.keys).length,
};

const views = new WeakMap<object, KeptViews<RunRecord>>();

function viewsOf({ runs: { followed }, snapshots, clock }: Services): KeptViews<RunRecord> {
  const known = views.get(followed) ?? keptViews(runsKind, { followed, snapshots, clock });
  views.set(followed, known);
  return known;
}

/** @param experiment as it is stored. */
export async function experimentView(
  services: Services,
  experiment: ExperimentDocument,
): Promise<ExperimentView> {
  const ref = refOf<"experiment">(experiment);
  const [jobs, records] = await Promise.all([
    jobsOf(services, experiment, ref),
    recordsOf(services, experiment, ref),
  ]);
  return { jobs, records };
}

async function jobsOf(
  services: Services,
  experiment: ExperimentDocument,
  ref: ExperimentRef,
): Promise<readonly RunJob[]> {
  const view = await jobsView(services, experiment);
  if (view !== undefined) return [...view.items.values()].map(({ run }) => run);
  return (await allItems((page) => services.state.jobs.list(ref, page))).map(runJob);
}

async function recordsOf(
  services: Services,
  experiment: ExperimentDocument,
  ref: ExperimentRef,
): Promise<readonly RunRecord[]> {
  const view = await viewsOf(services).look(experiment, services.logger);
  return view === undefined ? services.runs.list(ref) : [...view.items.values()];
}
