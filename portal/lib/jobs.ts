// Jobs as the lists show them: what is needed of each, filtered, sorted and counted. Counts are of exactly what the filter would show.
import type { JobResponse } from "../../domain/job/wire.ts";

export const jobStates = ["queued", "running", "terminating", "succeeded", "failed"] as const;
export type JobState = (typeof jobStates)[number];

export interface JobRow {
  readonly id: string;
  readonly name: string;
  readonly experiment: string;
  readonly cluster: string;
  readonly state: JobState;
  readonly isDeleting: boolean;
  readonly nodes: number;
  readonly priority: string;
  readonly tool: string;
  readonly created: string;
  readonly started: string | undefined;
  readonly ended: string | undefined;
  readonly exitCode: number | undefined;
  readonly error: { readonly code: string; readonly message: string } | undefined;
}

export function jobRow(job: JobResponse): JobRow {
  const { properties } = job;
  const { startTime, endTime, exitCode, errors = [] } = properties.executionInfo ?? {};
  return {
    id: job.id,
    name: job.name,
    experiment: properties.experimentName,
    cluster: properties.cluster.id.split("/").at(-1) ?? "",
    state: properties.executionState,
    isDeleting: properties.provisioningState === "deleting",
    nodes: properties.nodeCount,
    priority: properties.schedulingPriority,
    tool: properties.toolType,
    created: properties.creationTime,
    started: startTime,
    ended: endTime,
    exitCode,
    error: errors[0],
  };
}

export const sortKeys = [
  "created",
  "name",
  "experiment",
  "state",
  "cluster",
  "nodes",
  "tool",
  "duration",
] as const;
export type SortKey = (typeof sortKeys)[number];

export interface JobView {
  readonly text: string;
  /** Empty: all. */
  readonly states: readonly JobState[];
  readonly cluster: string;
  readonly sort: SortKey;
  readonly isDescending: boolean;
}

/** The state of the list in an address, and back. Whatever is no such thing is left at its default. */
export function viewOf(query: URLSearchParams): JobView {
  const states = (query.get("state") ?? "").split(",");
  const [, minus = "", key = ""] = /^(-?)(\w+)$/.exec(query.get("sort") ?? "-created") ?? [];
  const sort = sortKeys.find((each) => each === key) ?? "created";
  return {
    text: query.get("q") ?? "",
    states: jobStates.filter((state) => states.includes(state)),
    cluster: query.get("cluster") ?? "",
    sort,
    isDescending: minus === "-",
  };
}

export function viewQuery({
  text,
  states,
  cluster,
  sort,
  isDescending,
}: JobView): Readonly<Record<string, string>> {
  const order = `${isDescending ? "-" : ""}${sort}`;
  return { q: text, state: states.join(","), cluster, sort: order === "-created" ? "" : order };
}

/** Without the states: what the counts are of. */
export function matching(jobs: readonly JobRow[], view: JobView): readonly JobRow[] {
  const words = view.text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  if (words.length === 0 && view.cluster === "") return jobs;
  return jobs.filter((job) => {
    if (view.cluster !== "" && job.cluster.toLowerCase() !== view.cluster.toLowerCase()) return false;
    const text =
      `${job.name} ${job.experiment} ${job.cluster} ${job.tool} ${job.error?.code ?? ""}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

export function inStates(jobs: readonly JobRow[], { states }: JobView): readonly JobRow[] {
  return states.length === 0 ? jobs : jobs.filter(({ state }) => states.includes(state));
}

export function countsByState(jobs: readonly JobRow[]): Readonly<Record<JobState, number>> {
  const counts = Object.fromEntries(jobStates.map((state) => [state, 0])) as Record<JobState, number>;
  for (const { state } of jobs) counts[state] += 1;
  return counts;
}

export function sorted(
  jobs: readonly JobRow[],
  { sort, isDescending }: JobView,
  nowMs: number,
): readonly JobRow[] {
  const value = sortValue(sort, nowMs);
  const keyed = jobs.map((job) => ({ job, value: value(job) }));
  keyed.sort((a, b) => (a.value < b.value ? -1 : a.value > b.value ? 1 : a.job.id < b.job.id ? -1 : 1));
  const inOrder = keyed.map(({ job }) => job);
  return isDescending ? inOrder.reverse() : inOrder;
}

function sortValue(key: SortKey, nowMs: number): (job: JobRow) => string | number {
  if (key === "nodes") return (job) => job.nodes;
  if (key === "duration") return (job) => durationMs(job, nowMs) ?? -1;
  if (key === "state") return (job) => jobStates.indexOf(job.state);
  if (key === "created") return (job) => job.created;
  return (job) => job[key].toLowerCase();
}

/** How long it ran, or has been running; undefined before it began. */
export function durationMs(
  { started, ended }: Pick<JobRow, "started" | "ended">,
  nowMs: number,
): number | undefined {
  if (started === undefined) return undefined;
  return Math.max(0, (ended === undefined ? nowMs : Date.parse(ended)) - Date.parse(started));
}

export const hasEnded = ({ state }: Pick<JobRow, "state">) => state === "succeeded" || state === "failed";
