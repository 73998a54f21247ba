// What a workspace costs: the page, and the tables on it.
import { counted, formats } from "../../lib/formats.ts";
import { mixed } from "../mixed.ts";
import type { ReactNode } from "react";

const notCounted = {
  one: "attempt is in no hours: nobody saw its start, or it is no longer kept.",
  other: "attempts are in no hours: nobody saw their start, or they are no longer kept.",
};

export const costs = {
  title: "Cost",
  period: "Period",
  periods: { "1d": "24 hours", "7d": "7 days", "30d": "30 days", "90d": "90 days", all: "All" },
  from: "From",
  to: "To, this day too",
  grouping: "By",
  jobs: "What jobs used",
  nodes: "What nodes were there for",
  interruptions: "What interruptions took",
  nothing: "Nothing was used in this period",
  nothingSays: "No job had nodes, and no cluster had any. Choose a longer period, or run a job:",
  deleted: "Jobs that were deleted are not counted; the nodes that they had are.",
  notCounted: counted(notCounted),
  pricesOf: (region: ReactNode, sources: ReactNode) => mixed`Prices of ${region} ${sources}`,
  /** Of prices: their day and whose they are. */
  source: (day: ReactNode, source: ReactNode) => mixed`of ${day} (${source})`,
  noPrices: (region: ReactNode, setting: ReactNode) =>
    mixed`No price of these machines is known in ${region}; an operator can give some in ${setting}.`,
  knownSince: (time: ReactNode) => mixed`The nodes of every cluster are known since ${time}`,
};

export const costParts = {
  totals: "Totals",
  paid: "Nodes, paid for",
  used: "Used by jobs",
  idle: "Idle",
  lost: "Lost to interruptions, at most",
  noPrice: "no price known",
  nodeHours: (hours: string) => `${hours} node-hours`,
  shareOfNodes: (share: string) => `, ${share} of the nodes' hours`,
  nodeHoursTitle: "Node-hours",
  jobs: "Jobs",
  share: "Share",
  cost: "Cost",
  interrupted: "Interrupted",
  inVain: "In vain at most",
  others: (count: number) => formats.count(count, { one: "other", other: "others" }),
  groupings: { experiment: "Experiment", cluster: "Cluster", user: "User", job: "Job" },
  costBy: (grouping: string) => `Cost, ${grouping}`,
  /** What bars are made of. */
  parts: { used: "used", inVain: "in vain at most", busy: "busy", other: "unusable or leaving" },
  idleShare: (share: string) => `${share} idle`,
  idleNow: "Idle now",
  size: "Size",
  idleCost: "Idle cost",
  whatNodesDid: "What nodes did",
  cause: "Why",
  attempts: "Attempts",
  causes: {
    preempted: "preempted: the nodes were taken away",
    rehearsed: "an eviction was rehearsed",
    moved: "moved to other nodes by the job's spot policy",
    nodeFault: "a node failed",
    filesLost: "files of the job were lost",
    resized: "the cluster shrank",
  },
};
