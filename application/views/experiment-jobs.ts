// The view of an experiment's jobs: what lists show of each, as the text that goes out, and what searches of runs go by.
import type { ExperimentDocument } from "../../domain/experiment/schema.ts";
import { jobWire } from "../../domain/job/wire.ts";
import type { JobDocument } from "../../domain/job/schema.ts";
import { runJob } from "../../domain/tracking/view.ts";
import type { RunJob } from "../../domain/tracking/view.ts";
import type { Services } from "../../services/services.ts";
import { keptViews } from "./kept-views.ts";
import type { KeptViews } from "./kept-views.ts";
import type { View, ViewKind } from "./view-reader.ts";

export interface ListedJob {
  /** As lists show it: JSON in plain ASCII, so that a character is a byte. */
  readonly text: string;
  readonly run: RunJob;
}

/** What an item takes beside its text. */
const otherBytes = 800;

export const jobsKind: ViewKind<JobDocument, ListedJob> = {
  name: "jobs",
  itemOf: (job) => ({ text: jobText(job), run: runJob(job) }),
  textOf: ({ text, run }) => `${JSON.stringify(run)}\t${text}`,
  itemIn(line) {
    const cut = line.indexOf("\t");
    return { run: JSON.parse(line.slice(0, cut)) as RunJob, text: line.slice(cut + 1) };
  },
  bytesOf: ({ text }) => text.length + otherBytes,
};

export function jobText(job: JobDocument): string {
  const text = JSON.stringify(jobWire(job));
  return /[^\x20-\x7e]/.test(text) ? text.replace(/[^\x20-\x7e]/g, escaped) : text;
}

/** One UTF-16 code unit: the match has no `u` flag. */
const escaped = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;

const views = new WeakMap<object, KeptViews<ListedJob>>();

function viewsOf({ state, snapshots, clock }: Services): KeptViews<ListedJob> {
  const { followedJobs: followed } = state;
  const known = views.get(followed) ?? keptViews(jobsKind, { followed, snapshots, clock });
  views.set(followed, known);
  return known;
}

/** @param experiment as it is stored. @returns undefined for more than is kept, and for one that is being deleted. */
export function jobsView(
  services: Services,
  experiment: ExperimentDocument,
): Promise<View<ListedJob> | undefined> {
  return viewsOf(services).look(experiment, services.logger);
}

export function isViewKept(services: Services, experiment: ExperimentDocument): boolean {
  return viewsOf(services).isKept(experiment);
}
