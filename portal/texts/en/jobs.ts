// The list of jobs, one of them, and new ones.
import { formats } from "../../lib/formats.ts";
import { mixed } from "../mixed.ts";
import type { ReactNode } from "react";

export const jobs = {
  title: "Jobs",
  newJob: "New job",
  soFar: " so far, more are being read",
  filter: "Filter by name, experiment, cluster, toolkit or error",
  states: "States",
  ofAllClusters: (cluster: string) => `Of all clusters, not only ${cluster}`,
  ofCluster: (cluster: string) => `Cluster ${cluster} ✕`,
  none: "There is no job yet",
  submitOr: (submit: ReactNode) => mixed`${submit}, or run a program of a folder from there:`,
  submitHere: "Submit one here",
  runProgram: "Run a program",
  name: "Name",
  state: "State",
  experiment: "Experiment",
  cluster: "Cluster",
  nodes: "Nodes",
  tool: "Toolkit",
  ranFor: "Ran for",
  submitted: "Submitted",
};

export const bulk = {
  terminate: (jobs: string) => `Terminate ${jobs}`,
  delete: (jobs: string) => `Delete ${jobs}`,
  terminateNote: "What runs is ended, what waits never starts. Output stays.",
  deleteNote: "It is removed from all lists; what still runs is ended first. Output stays in the storage.",
  accepted: (done: number, all: number) => `${done} of ${all} were accepted.`,
};

export const job = {
  tabsLabel: "Of this job",
  openingMetrics: "Opening the metrics …",
  jobs: "Jobs",
  clone: "Clone",
  cluster: "Cluster",
  nodes: "Nodes",
  toolkit: "Toolkit",
  priority: "Priority",
  atMost: "At most",
  exitCode: "Exit code",
  timeline: "States in time",
};

export const why = {
  titles: { queued: "Why it waits", running: "Why it takes long", failed: "Why it failed" },
  because: "Because",
  whatHelps: "What helps",
  byCommandLine: "The reasons by command line",
};

export const attempts = {
  notKept: (count: number) => `The first ${formats.number(count)} are not kept.`,
  start: (start: number) => `, start ${start}`,
  after: (duration: string) => `after ${duration}`,
  goesOn: "goes on",
  causes: {
    finished: "finished",
    failed: "failed",
    userRetry: "failed and was tried again",
    preempted: "its nodes were taken",
    rehearsed: "taken away on request, as a rehearsal",
    moved: "went on at another cluster, as its spot policy says",
    nodeFault: "a node failed",
    filesLost: "staged files were lost",
    resized: "the cluster shrank",
    terminated: "terminated",
    timeOver: "its time was over",
    clusterDeleted: "the cluster was deleted",
    withdrawn: "went back to the queue before it started",
  },
};

export const logs = {
  noLog: "The job wrote no log.",
  notYet: "Nothing is written yet: logs are shown as they grow.",
  log: "Log",
  shownFrom: (size: string) => `, shown from ${size} on`,
  cut: ", oldest lines left out",
  live: "live",
  fromStart: "From the start",
  follow: "Follow",
  tryingAgain: (name: string) => `Reading ${name}, trying again`,
  empty: "It is empty.",
};

export const files = {
  directory: "Output directory",
  up: "Up",
  none: "There is no file here.",
  files: "Files",
  name: "Name",
  size: "Size",
  changed: "Changed",
};

export const metrics = {
  notYet: "No metric was reported yet",
  none: "The job reported no metric",
  byFile: "A line in the metrics file, from any program:",
  reportByFile: "Report a metric by a file",
  byMlflow: (line: ReactNode) => mixed`MLflow's client, which finds the service by itself: ${line}`,
  byPrint: "Programs that only print are read by an expression in a sweep.",
  filter: "Filter the metrics by name",
  drawn: (metrics: string, drawn: number) => `${metrics}, ${formats.number(drawn)} drawn`,
  metrics: "Metrics",
  columns: {
    drawn: "Drawn",
    metric: "Metric",
    last: "Last",
    atStep: "At step",
    least: "Least",
    greatest: "Greatest",
    points: "Points",
  },
  draw: (name: string) => `Draw ${name}`,
};

export const spec = {
  asJson: "The job as JSON",
  compareWith: "Compare with the job",
  example: (experiment: string) => `${experiment}/name`,
  compare: "Compare",
  doNotCompare: "Do not compare",
  comparison: "Comparison",
  nothingDiffers: "Nothing differs in what was asked for",
  differences: (count: number) =>
    `${formats.count(count, { one: "difference", other: "differences" })} in what was asked for`,
  differencesLabel: "Differences",
  where: "Where",
};

export const newJob = {
  title: "New job",
  noCluster: "There is no cluster to run on",
  howToMake: "How to make one",
  needed: (what: string) => `What is secret is not shown and must be added: ${what}.`,
  secretValue: (name: string) => `the value of the secret ${name}`,
  mountCredentials: "the credentials of the job's own mountVolumes",
  plan: "What would become of it",
  verdicts: { fine: "✓ fine", warning: "! to know", cannotRun: "✕ cannot run" },
  submit: "Submit",
  submitting: "Submitting …",
  submitJob: "Submit job",
  nameHint: "1 to 64 letters, digits, - and _",
  name: "Name",
  cluster: "Cluster",
  commandLine: "Command line",
  nodes: "Nodes",
  fromFile: "From a file",
  noJson: (problem: string) => `This is no JSON: ${problem}`,
  noJob: 'A job is an object with "properties": { "properties": { … } }',
};
