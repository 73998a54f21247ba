// The command lines that do what a page shows or a dialog does.
import { clusterPath, experimentPath, jobPath, usagesPath, workspacePath } from "./places.ts";
import type { Place } from "./places.ts";
import { quoted, requestLines } from "./request-lines.ts";
import type { ApiCall, CommandLine } from "./request-lines.ts";

export const ownVersion = "2026-11-01";

const line = (...words: readonly string[]) => words.map(quoted).join(" ");

/** @param place of the workspace; its group is named only where it must be. */
export function commandLines(place: Place, origin: string) {
  const writers = writersOf(place, origin);
  return { ...ofWorkspace(place, writers), ...ofJobs(place, writers) };
}

/** The options that name a workspace, as a shell reads them. */
export const workspaceOptions = ({ group, workspace }: Place) => line("-g", group, "-w", workspace);

type Writers = ReturnType<typeof writersOf>;

export function writersOf(place: Place, origin: string) {
  const inWorkspace = ["-g", place.group, "-w", place.workspace];
  const inExperiment = (experiment: string) => [...inWorkspace, "-e", experiment];
  const batchai = (...words: readonly string[]) => line("batchai", ...words);
  const requests = (method: string, path: string, more: Omit<ApiCall, "method" | "path"> = {}) =>
    requestLines(origin, { method, path, ...more });
  const both = (words: readonly string[], ...request: Parameters<typeof requests>): CommandLine => ({
    batchai: batchai(...words),
    ...requests(...request),
  });
  return { inWorkspace, inExperiment, batchai, requests, both };
}

function ofJobs(place: Place, { inExperiment, batchai, requests, both }: Writers) {
  const job = (experiment: string, name: string) => ({
    names: [...inExperiment(experiment), "-n", name],
    path: jobPath(place, experiment, name),
  });
  return {
    jobs: (experiment: string): CommandLine =>
      both(["job", "list", ...inExperiment(experiment)], "GET", `${experimentPath(place, experiment)}/jobs`),
    job: (experiment: string, name: string): CommandLine => {
      const { names, path } = job(experiment, name);
      return both(["job", "show", ...names], "GET", path);
    },
    /** Of several answers, by rules that the command line and these pages have in common. */
    why: (experiment: string, name: string): CommandLine => ({
      batchai: batchai("why", name, ...inExperiment(experiment)),
    }),
    jobMetrics: (experiment: string, name: string): CommandLine => {
      const { names, path } = job(experiment, name);
      return both(["job", "metrics", ...names], "GET", `${path}/metrics`, { version: ownVersion });
    },
    /** The points of one metric, in buckets for a chart. */
    jobCurve: (experiment: string, name: string, metric: string): CommandLine => {
      const { path } = job(experiment, name);
      return requests("GET", `${path}/metrics?metric=${encodeURIComponent(metric)}`, { version: ownVersion });
    },
    attempts: (experiment: string, name: string): CommandLine =>
      requests("GET", `${job(experiment, name).path}/attempts`, { version: ownVersion }),
    terminate: (experiment: string, name: string): CommandLine => {
      const { names, path } = job(experiment, name);
      return both(["job", "terminate", ...names, "-y"], "POST", `${path}/terminate`);
    },
    deleteJob: (experiment: string, name: string): CommandLine => {
      const { names, path } = job(experiment, name);
      return both(["job", "delete", ...names, "-y"], "DELETE", path);
    },
    createJob: (experiment: string, name: string, cluster: string, body: object): CommandLine => {
      const { names, path } = job(experiment, name);
      return both(["job", "create", ...names, "-c", cluster, "-f", "job.json"], "PUT", path, { body });
    },
    stream: (experiment: string, name: string, file: string): CommandLine => ({
      batchai: batchai("job", "file", "stream", ...inExperiment(experiment), "-j", name, "-f", file),
      ...requests("POST", `${jobPath(place, experiment, name)}/listOutputFiles?outputdirectoryid=stdouterr`),
    }),
    files: (experiment: string, name: string, directory: string): CommandLine => ({
      batchai: batchai("job", "file", "list", ...inExperiment(experiment), "-j", name, "-d", directory),
      ...requests(
        "POST",
        `${jobPath(place, experiment, name)}/listOutputFiles?outputdirectoryid=${encodeURIComponent(directory)}`,
      ),
    }),
  };
}

function ofWorkspace(place: Place, { inWorkspace, requests, both }: Writers) {
  return {
    workspaces: (): CommandLine =>
      both(
        ["workspace", "list"],
        "GET",
        `/subscriptions/${place.subscriptionId}/providers/Microsoft.BatchAI/workspaces`,
      ),
    workspace: (): CommandLine =>
      both(["workspace", "show", "-g", place.group, "-n", place.workspace], "GET", workspacePath(place)),
    experiments: (): CommandLine =>
      both(["experiment", "list", ...inWorkspace], "GET", `${workspacePath(place)}/experiments`),
    usages: (location: string): CommandLine =>
      both(["usage", "list", "-l", location], "GET", usagesPath(place, location)),
    clusters: (): CommandLine =>
      both(["cluster", "list", ...inWorkspace], "GET", `${workspacePath(place)}/clusters`),
    cluster: (name: string): CommandLine =>
      both(["cluster", "show", ...inWorkspace, "-n", name], "GET", clusterPath(place, name)),
    /** @param body as it may be shown: without secrets. */
    createCluster: (draft: ClusterWords, body: object): CommandLine =>
      both(
        [
          ...["cluster", "create", ...inWorkspace, "-n", draft.name, "-s", draft.vmSize],
          ...["--vm-priority", draft.vmPriority, "-u", draft.user],
          ...(draft.scale.kind === "manual"
            ? ["-t", String(draft.scale.nodes)]
            : ["--min", String(draft.scale.min), "--max", String(draft.scale.max)]),
          ...(draft.sshKey.trim() === "" ? [] : ["-k", draft.sshKey.trim()]),
          ...(draft.more.trim() === "" ? [] : ["-f", "cluster.json"]),
        ],
        "PUT",
        clusterPath(place, draft.name),
        { body },
      ),
    resize: (name: string, scale: Scale): CommandLine =>
      both(
        scale.kind === "manual"
          ? ["cluster", "resize", ...inWorkspace, "-n", name, "-t", String(scale.nodes)]
          : [
              "cluster",
              "auto-scale",
              ...inWorkspace,
              "-n",
              name,
              "--min",
              String(scale.min),
              "--max",
              String(scale.max),
            ],
        "PATCH",
        clusterPath(place, name),
        { body: { properties: { scaleSettings: scaleSettings(scale) } } },
      ),
    deleteCluster: (name: string): CommandLine =>
      both(["cluster", "delete", ...inWorkspace, "-n", name, "-y"], "DELETE", clusterPath(place, name)),
    /** The command line has no command for events. */
    events: (path: string): CommandLine => requests("GET", `${path}/events`, { version: ownVersion }),
  };
}

interface ClusterWords {
  readonly name: string;
  readonly vmSize: string;
  readonly vmPriority: string;
  readonly scale: Scale;
  readonly user: string;
  readonly sshKey: string;
  readonly more: string;
}

export type Scale =
  | { readonly kind: "manual"; readonly nodes: number }
  | { readonly kind: "auto"; readonly min: number; readonly max: number };

export function scaleSettings(scale: Scale): object {
  return scale.kind === "manual"
    ? { manual: { targetNodeCount: scale.nodes } }
    : { autoScale: { minimumNodeCount: scale.min, maximumNodeCount: scale.max } };
}
