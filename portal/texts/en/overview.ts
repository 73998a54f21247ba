import { formats } from "../../lib/formats.ts";
import { mixed } from "../mixed.ts";
import type { ReactNode } from "react";

export const overview = {
  newJob: "New job",
  clusters: "Clusters",
  jobsByState: "Jobs by state",
  runningNow: "Running now",
  nothingRuns: "Nothing runs",
  submitJob: "Submit a job",
  failedLast: "Failed last",
  noneFailed: "No job failed.",
  inExperiment: (experiment: ReactNode) => mixed`in ${experiment}`,
  all: (count: number) => `All ${formats.number(count)}`,
  noCluster: "There is no cluster",
  howToMake: "How to make one",
};

export const clusterBar = {
  noNodes: "no nodes",
  nodes: (count: string, states: string) => `${count}: ${states}`,
};
