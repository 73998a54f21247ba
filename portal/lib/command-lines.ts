// The command lines that do what a page shows or a dialog does. Whatever is no plain word is quoted for a POSIX shell, so that a name can never become
// a command.
import type { Place } from "./places.ts";
import { clusterPath, experimentPath, jobPath, workspacePath } from "./places.ts";

export interface CommandLine {
  readonly batchai?: string;
  /** Absent where it would take several calls. */
  readonly curl?: string;
}

export function quoted(word: string): string {
  return /^[\w./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

const line = (...words: readonly string[]) => words.map(quoted).join(" ");

/** @param place of the workspace; its group is named only where it must be. */
export function commandLines(place: Place, origin: string) {
  const writers = writersOf(place, origin);
  return { ...ofWorkspace(place, writers), ...ofJobs(place, writers) };
}

type Writers = ReturnType<typeof writersOf>;

function writersOf(place: Place, origin: string) {
  const inWorkspace = ["-g", place.group, "-w", place.workspace];
  const inExperiment = (experiment: string) => [...inWorkspace, "-e", experiment];
  const batchai = (...words: readonly string[]) => line("batchai", ...words);
  const curl = (method: string, path: string, version = "2018-05-01", body?: object) =>
    [
      "curl",
      ...(method === "GET" ? [] : ["-X", method]),
      '-H "Authorization: Bearer $BATCHAI_TOKEN"',
      ...(body === undefined
        ? []
        : ["-H 'Content-Type: application/json'", "-d", quoted(JSON.stringify(body))]),
      quoted(`${origin}${path}${path.includes("?") ? "&" : "?"}api-version=${version}`),
    ].join(" ");
  const both = (words: readonly string[], ...request: Parameters<typeof curl>): CommandLine => ({
    batchai: batchai(...words),
    curl: curl(...request),
  });
  return { inWorkspace, inExperiment, batchai, curl, both };
}

function ofJobs(place: Place, { inExperiment, batchai, curl, both }: Writers) {
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
      return both(["job", "create", ...names, "-c", cluster, "-f", "job.json"], "PUT", path, undefined, body);
    },
    stream: (experiment: string, name: string, file: string): CommandLine => ({
      batchai: batchai("job", "file", "stream", ...inExperiment(experiment), "-j", name, "-f", file),
      curl: curl("POST", `${jobPath(place, experiment, name)}/listOutputFiles?outputdirectoryid=stdouterr`),
    }),
    files: (experiment: string, name: string, directory: string): CommandLine => ({
      batchai: batchai("job", "file", "list", ...inExperiment(experiment), "-j", name, "-d", directory),
      curl: curl(
        "POST",
        `${jobPath(place, experiment, name)}/listOutputFiles?outputdirectoryid=${encodeURIComponent(directory)}`,
      ),
    }),
  };
}

function ofWorkspace(place: Place, { inWorkspace, curl, both }: Writers) {
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
    clusters: (): CommandLine =>
      both(["cluster", "list", ...inWorkspace], "GET", `${workspacePath(place)}/clusters`),
    cluster: (name: string): CommandLine =>
      both(["cluster", "show", ...inWorkspace, "-n", name], "GET", clusterPath(place, name)),
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
        undefined,
        { properties: { scaleSettings: scaleSettings(scale) } },
      ),
    deleteCluster: (name: string): CommandLine =>
      both(["cluster", "delete", ...inWorkspace, "-n", name, "-y"], "DELETE", clusterPath(place, name)),
    /** The command line has no command for events. */
    events: (path: string): CommandLine => ({ curl: curl("GET", `${path}/events`, "2026-11-01") }),
  };
}

export type Scale =
  | { readonly kind: "manual"; readonly nodes: number }
  | { readonly kind: "auto"; readonly min: number; readonly max: number };

export function scaleSettings(scale: Scale): object {
  return scale.kind === "manual"
    ? { manual: { targetNodeCount: scale.nodes } }
    : { autoScale: { minimumNodeCount: scale.min, maximumNodeCount: scale.max } };
}
