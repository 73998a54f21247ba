import { formats } from "../../lib/formats.ts";
import { mixed } from "../mixed.ts";
import type { ReactNode } from "react";

export const queue = {
  title: "Queue and quotas",
  nothingWaits: "Nothing waits",
  jobsWait: (submit: ReactNode) => mixed`Jobs wait here for nodes. ${submit}`,
  submitOne: "Submit one",
  reading: "Reading the queue …",
  of: (cluster: string) => `Queue of ${cluster}`,
  waitingOn: (cluster: string) => `Waiting on ${cluster}`,
  position: "Position",
  job: "Job",
  priority: "Priority",
  nodes: "Nodes",
  since: "Since",
  why: "Why it waits",
  order:
    "Served by priority, then by age. A smaller job may go before a larger one where it holds it up in no case.",
  quotas: "Quotas",
  quotasTitle: "Quotas of the whole service",
  what: "What",
  inUse: "In use",
  limit: "Limit",
  share: "Share",
  noLimit: "none",
  reached: " reached",
  priorities: { low: "low", normal: "normal", high: "high" },
  reasons: {
    clusterGone: "its cluster is gone",
    tooWide: (nodes: string, most: number) =>
      `needs ${nodes}, and the cluster has ${most} at most: resize it`,
    startsNow: "starts now",
    nodesComing: (nodes: string, idle: number) =>
      `needs ${nodes}, and ${formats.number(idle)} are idle: others are on their way`,
    nodesBusy: (nodes: string, idle: number) =>
      `needs ${nodes}, and ${formats.number(idle)} are idle: waits for running jobs to end`,
    ahead: (jobs: string) => `${jobs} before it`,
  },
};
