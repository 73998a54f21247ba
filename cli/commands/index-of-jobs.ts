// The commands of jobs, their files and their nodes: rows of the table in index.ts.
import type { CommandRow } from "./index.ts";

export const jobCommands: readonly CommandRow[] = [
  {
    name: "job create",
    summary: "Submit a job",
    load: async () => (await import("./job/create.ts")).jobCreate,
  },
  {
    name: "job show",
    summary: "Show a job",
    load: async () => (await import("./job/show.ts")).jobShow,
  },
  {
    name: "job list",
    summary: "List the jobs of an experiment",
    load: async () => (await import("./job/list.ts")).jobList,
  },
  {
    name: "job wait",
    summary: "Wait for a job; exits with its exit code",
    load: async () => (await import("./job/wait.ts")).jobWait,
  },
  {
    name: "rehearse",
    summary: "Run a program here under kills: does it go on correctly",
    load: async () => (await import("./rehearse.ts")).rehearse,
  },
  {
    name: "preempt",
    summary: "Rehearse an eviction of a running job: its run ends, and the job runs again",
    load: async () => (await import("./preempt.ts")).preempt,
  },
  {
    name: "job attempts",
    summary: "List the attempts of a job: how often it was started, and how each ended",
    load: async () => (await import("./job/attempts.ts")).jobAttempts,
  },
  {
    name: "job receipt",
    summary: "Show the receipt of a job: what it was made of and what it left, with digests",
    load: async () => (await import("./job/receipt.ts")).jobReceipt,
  },
  {
    name: "job verify",
    summary: "Compare what a job left, or another job, with its receipt",
    load: async () => (await import("./job/verify.ts")).jobVerify,
  },
  {
    name: "job reproduce",
    summary: "Run a job once more from the same, and compare what both left",
    load: async () => (await import("./job/reproduce.ts")).jobReproduce,
  },
  {
    name: "job metrics",
    summary: "List what a job reported: the last, the least and the most of each metric",
    load: async () => (await import("./job/metrics.ts")).jobMetrics,
  },
  {
    name: "job terminate",
    summary: "End a job",
    load: async () => (await import("./job/terminate.ts")).jobTerminate,
  },
  {
    name: "job delete",
    summary: "Delete a job, ending it when it runs",
    load: async () => (await import("./job/delete.ts")).jobDelete,
  },
  {
    name: "job file list",
    summary: "List files that a job wrote",
    load: async () => (await import("./job/file/list.ts")).jobFileList,
  },
  {
    name: "job file stream",
    summary: "Follow a file of a job",
    load: async () => (await import("./job/file/stream.ts")).jobFileStream,
  },
  {
    name: "job file download",
    summary: "Download files that a job wrote",
    load: async () => (await import("./job/file/download.ts")).jobFileDownload,
  },
  {
    name: "cluster file list",
    summary: "List what the setup task wrote on the nodes of a cluster",
    load: async () => (await import("./cluster/file/list.ts")).clusterFileList,
  },
  {
    name: "cluster node list",
    summary: "List how to reach the nodes of a cluster by ssh",
    load: async () => (await import("./cluster/node/list.ts")).clusterNodeList,
  },
  {
    name: "cluster node exec",
    summary: "Run a command on a node of a cluster, or forward ports to it",
    load: async () => (await import("./cluster/node/exec.ts")).clusterNodeExec,
  },
  {
    name: "job node exec",
    summary: "Run a command on a node of a running job, or forward ports to it",
    load: async () => (await import("./job/node/exec.ts")).jobNodeExec,
  },
  {
    name: "job node list",
    summary: "List how to reach the nodes of a running job by ssh",
    load: async () => (await import("./job/node/list.ts")).jobNodeList,
  },
];
