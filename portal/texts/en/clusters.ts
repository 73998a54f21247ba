import { mixed } from "../mixed.ts";
import type { ReactNode } from "react";

export const clusters = {
  title: "Clusters",
  newCluster: "New cluster",
  none: "There is no cluster",
  oneNode: (share: ReactNode) =>
    mixed`One node, whose jobs write to the file share ${share} of the storage account. The share must exist.`,
  createOne: "Create a cluster",
  name: "Name",
  state: "State",
  nodes: "Nodes",
  scale: "Scale",
  size: "Size",
  created: "Created",
  byJobs: (least: number, most: number) => `by its jobs, ${least} to ${most} nodes`,
  vmPriorities: { dedicated: "dedicated", lowpriority: "lowpriority" },
};

export const cluster = {
  itsJobs: "Its jobs",
  resize: "Resize",
  size: "Size",
  scale: "Scale",
  nodesNow: "Nodes now",
  created: "Created",
  image: "Image",
  nodes: "Nodes",
  noNodes: "There are none now.",
  bySsh: "How to reach them by ssh",
  events: "Events",
  deleteOne: (name: string) => `Delete the cluster ${name}`,
  deleteNote:
    "Its nodes go at once, and what runs on them ends. Jobs that have ended stay, with their output.",
  resizeOne: (name: string) => `Resize ${name}`,
};

/** How many nodes, in dialogs. */
export const scaleFields = {
  legend: "Number of nodes",
  chosen: "a number that I choose",
  asNeeded: "as its jobs need",
  nodes: "Nodes",
  atLeast: "At least",
  atMost: "At most",
};

export const newCluster = {
  title: "New cluster",
  name: "Name",
  size: "Size of its machines",
  priority: "Priority",
  dedicated: "dedicated",
  lowPriority: "low priority: cheaper, may be taken away",
  user: "Who may log in",
  key: "Public key of theirs",
  more: "More properties, as JSON",
  noJson: "More properties: this is no JSON object.",
};
