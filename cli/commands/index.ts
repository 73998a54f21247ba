// Every command, with the sentence that the overview shows. A command is loaded when it is run: `batchai --help` loads none.
import type { Command } from "../command.ts";
import { jobCommands } from "./index-of-jobs.ts";
import { triggerCommands } from "./index-of-triggers.ts";

export interface CommandRow {
  /** As typed: `start`, `job file list`. */
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<Command>;
}

export const commands: readonly CommandRow[] = [
  {
    name: "start",
    summary: "Run the local cloud until Ctrl-C",
    load: async () => (await import("./start.ts")).start,
  },
  {
    name: "up",
    summary: "Start the local cloud in the background",
    load: async () => (await import("./up.ts")).up,
  },
  {
    name: "down",
    summary: "Stop the local cloud that runs in the background",
    load: async () => (await import("./down.ts")).down,
  },
  {
    name: "status",
    summary: "Show which service is used, and whether it answers",
    load: async () => (await import("./status.ts")).status,
  },
  {
    name: "login",
    summary: "Sign in to a service, or take the local cloud, for all folders",
    load: async () => (await import("./login.ts")).login,
  },
  {
    name: "config list",
    summary: "List the settings that are in use",
    load: async () => (await import("./config/list.ts")).configList,
  },
  {
    name: "config set",
    summary: "Keep a setting, for a profile or for the project",
    load: async () => (await import("./config/set.ts")).configSet,
  },
  {
    name: "config unset",
    summary: "Keep a setting no longer",
    load: async () => (await import("./config/unset.ts")).configUnset,
  },
  {
    name: "config use",
    summary: "Make a profile the current one",
    load: async () => (await import("./config/use.ts")).configUse,
  },
  {
    name: "config profiles",
    summary: "List the profiles",
    load: async () => (await import("./config/profiles.ts")).configProfiles,
  },
  {
    name: "portal",
    summary: "Print a link that opens the portal of the local cloud, once",
    load: async () => (await import("./portal.ts")).portal,
  },
  {
    name: "open",
    summary: "Open the portal's page of a job, a sweep, a cluster or a trigger",
    load: async () => (await import("./open.ts")).open,
  },
  {
    name: "quickstart",
    summary: "Train a model on a local cluster, from nothing to test accuracy",
    load: async () => (await import("./quickstart/quickstart.ts")).quickstart,
  },
  {
    name: "emulator",
    summary: "Run the Azure Batch emulator by itself, for any Batch client",
    load: async () => (await import("./emulator.ts")).emulator,
  },
  {
    name: "host",
    summary: "Host any Azure Functions app of this machine",
    load: async () => (await import("./host.ts")).host,
  },
  {
    name: "run",
    summary: "Run a program of this folder on a cluster, and bring back what it wrote",
    load: async () => (await import("./run.ts")).run,
  },
  {
    name: "submit",
    summary: "Submit a job of a file, and follow it",
    load: async () => (await import("./submit.ts")).submit,
  },
  {
    name: "plan",
    summary: "Tell what a cluster or a job of a file would come to, without making it",
    load: async () => (await import("./plan.ts")).plan,
  },
  {
    name: "why",
    summary: "Tell why a job waits, runs so long, or failed",
    load: async () => (await import("./why.ts")).why,
  },
  {
    name: "explain",
    summary: "Explain the code of an error",
    load: async () => (await import("./explain.ts")).explain,
  },
  {
    name: "logs",
    summary: "Show what a job's program wrote, or follow it",
    load: async () => (await import("./logs.ts")).logs,
  },
  {
    name: "jobs",
    summary: "List the jobs of a workspace, or watch them",
    load: async () => (await import("./jobs.ts")).jobs,
  },
  {
    name: "download",
    summary: "Bring all that a job wrote to this machine",
    load: async () => (await import("./download.ts")).download,
  },
  {
    name: "ls",
    summary: "List the output directories and files of a job",
    load: async () => (await import("./ls.ts")).ls,
  },
  {
    name: "cp",
    summary: "Copy files to a share or a container, from it, or from what a job wrote",
    load: async () => (await import("./cp.ts")).cp,
  },
  {
    name: "ssh",
    summary: "Log in to a node of a job or a cluster",
    load: async () => (await import("./ssh.ts")).ssh,
  },
  {
    name: "exec",
    summary: "Run a program on a node of a job or a cluster",
    load: async () => (await import("./exec.ts")).exec,
  },
  {
    name: "port-forward",
    summary: "Forward ports of this machine to a node",
    load: async () => (await import("./port-forward.ts")).portForward,
  },
  {
    name: "notebook",
    summary: "Run Jupyter on a node, and open a way to it",
    load: async () => (await import("./notebook.ts")).notebook,
  },
  {
    name: "convert",
    summary: "Write a spec of 2018 as YAML",
    load: async () => (await import("./convert.ts")).convert,
  },
  {
    name: "completion",
    summary: "Write what a shell needs to complete commands",
    load: async () => (await import("./completion.ts")).completion(commands),
  },
  {
    name: "workspace create",
    summary: "Create a workspace",
    load: async () => (await import("./workspace/create.ts")).workspaceCreate,
  },
  {
    name: "workspace show",
    summary: "Show a workspace",
    load: async () => (await import("./workspace/show.ts")).workspaceShow,
  },
  {
    name: "workspace list",
    summary: "List workspaces",
    load: async () => (await import("./workspace/list.ts")).workspaceList,
  },
  {
    name: "workspace delete",
    summary: "Delete a workspace and everything in it",
    load: async () => (await import("./workspace/delete.ts")).workspaceDelete,
  },
  {
    name: "role assignment create",
    summary: "Give somebody a role on a workspace or an experiment",
    load: async () => (await import("./role/create.ts")).roleCreate,
  },
  {
    name: "role assignment list",
    summary: "List who has which role on a workspace or an experiment",
    load: async () => (await import("./role/list.ts")).roleList,
  },
  {
    name: "role assignment delete",
    summary: "Take a role away",
    load: async () => (await import("./role/delete.ts")).roleDelete,
  },
  {
    name: "experiment create",
    summary: "Create an experiment, a folder of jobs",
    load: async () => (await import("./experiment/create.ts")).experimentCreate,
  },
  {
    name: "experiment show",
    summary: "Show an experiment",
    load: async () => (await import("./experiment/show.ts")).experimentShow,
  },
  {
    name: "experiment list",
    summary: "List the experiments of a workspace",
    load: async () => (await import("./experiment/list.ts")).experimentList,
  },
  {
    name: "experiment delete",
    summary: "Delete an experiment and its jobs",
    load: async () => (await import("./experiment/delete.ts")).experimentDelete,
  },
  {
    name: "cluster create",
    summary: "Create a cluster",
    load: async () => (await import("./cluster/create.ts")).clusterCreate,
  },
  {
    name: "cluster show",
    summary: "Show a cluster",
    load: async () => (await import("./cluster/show.ts")).clusterShow,
  },
  {
    name: "cluster list",
    summary: "List the clusters of a workspace",
    load: async () => (await import("./cluster/list.ts")).clusterList,
  },
  {
    name: "cluster resize",
    summary: "Give a cluster a number of nodes",
    load: async () => (await import("./cluster/resize.ts")).clusterResize,
  },
  {
    name: "cluster auto-scale",
    summary: "Let a cluster scale by its jobs",
    load: async () => (await import("./cluster/auto-scale.ts")).clusterAutoScale,
  },
  {
    name: "cluster delete",
    summary: "Delete a cluster",
    load: async () => (await import("./cluster/delete.ts")).clusterDelete,
  },
  {
    name: "file-server create",
    summary: "Create a file server, a machine that shares its disks by NFS",
    load: async () => (await import("./file-server/create.ts")).fileServerCreate,
  },
  {
    name: "file-server show",
    summary: "Show a file server",
    load: async () => (await import("./file-server/show.ts")).fileServerShow,
  },
  {
    name: "file-server list",
    summary: "List the file servers of a workspace",
    load: async () => (await import("./file-server/list.ts")).fileServerList,
  },
  {
    name: "file-server delete",
    summary: "Delete a file server and its disks",
    load: async () => (await import("./file-server/delete.ts")).fileServerDelete,
  },
  ...jobCommands,
  {
    name: "sweep create",
    summary: "Create a sweep: many trials of a job, looking for the best parameters",
    load: async () => (await import("./sweep/create.ts")).sweepCreate,
  },
  {
    name: "sweep preview",
    summary: "Show what a sweep would try first, before it exists",
    load: async () => (await import("./sweep/preview.ts")).sweepPreview,
  },
  {
    name: "sweep simulate",
    summary: "Show when a sweep would end and what it would cost",
    load: async () => (await import("./sweep/simulate.ts")).sweepSimulate,
  },
  {
    name: "sweep show",
    summary: "Show a sweep",
    load: async () => (await import("./sweep/show.ts")).sweepShow,
  },
  {
    name: "sweep list",
    summary: "List the sweeps of an experiment",
    load: async () => (await import("./sweep/list.ts")).sweepList,
  },
  {
    name: "sweep trials",
    summary: "List the trials of a sweep, with their parameters and results",
    load: async () => (await import("./sweep/trials.ts")).sweepTrials,
  },
  {
    name: "sweep best",
    summary: "Show the best trial of a sweep so far",
    load: async () => (await import("./sweep/best.ts")).sweepBest,
  },
  {
    name: "sweep watch",
    summary: "Follow a sweep until it is over",
    load: async () => (await import("./sweep/watch.ts")).sweepWatch,
  },
  {
    name: "sweep terminate",
    summary: "End a sweep, or one of its trials",
    load: async () => (await import("./sweep/terminate.ts")).sweepTerminate,
  },
  {
    name: "sweep resume",
    summary: "Go on with a sweep that was ended",
    load: async () => (await import("./sweep/resume.ts")).sweepResume,
  },
  {
    name: "sweep extend",
    summary: "Give a sweep more trials, time or money, or another stopping policy",
    load: async () => (await import("./sweep/extend.ts")).sweepExtend,
  },
  {
    name: "sweep update",
    summary: "Change limits, budget or tags of a sweep, and start nothing",
    load: async () => (await import("./sweep/update.ts")).sweepUpdate,
  },
  {
    name: "sweep retry",
    summary: "Run failed trials of a sweep again with the same parameters",
    load: async () => (await import("./sweep/retry.ts")).sweepRetry,
  },
  {
    name: "sweep export",
    summary: "Write the trials of a sweep as CSV, as JSON lines, or for an import",
    load: async () => (await import("./sweep/export.ts")).sweepExport,
  },
  {
    name: "sweep import",
    summary: "Go on with a sweep that another deployment exported",
    load: async () => (await import("./sweep/import.ts")).sweepImport,
  },
  {
    name: "sweep delete",
    summary: "Delete a sweep and its jobs",
    load: async () => (await import("./sweep/delete.ts")).sweepDelete,
  },
  ...triggerCommands,
  {
    name: "doctor",
    summary: "Ask a deployment whether it can run jobs, and what is missing",
    load: async () => (await import("./doctor.ts")).doctor,
  },
  {
    name: "estimate",
    summary: "Tell what a deployment costs a month without nodes, and what a job adds",
    load: async () => (await import("./estimate.ts")).estimate,
  },
  {
    name: "prices",
    summary: "List what nodes cost an hour, with the day and the source of each price",
    load: async () => (await import("./prices.ts")).prices,
  },
  {
    name: "list-usages",
    summary: "List what is used of what may be used",
    load: async () => (await import("./list-usages.ts")).listUsages("list-usages"),
  },
  {
    name: "cost",
    summary: "Tell the node-hours of jobs, and their cost by a table of prices",
    load: async () => (await import("./cost.ts")).cost,
  },
  {
    name: "usage list",
    summary: "The same as list-usages",
    load: async () => (await import("./list-usages.ts")).listUsages("usage list"),
  },
  {
    name: "usage show",
    summary: "The same as list-usages",
    load: async () => (await import("./list-usages.ts")).listUsages("usage show"),
  },
];
