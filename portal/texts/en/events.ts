import { formats } from "../../lib/formats.ts";
import { mixed } from "../mixed.ts";
import type { ReactNode } from "react";

export const events = {
  title: "Events",
  filter: "Filter",
  time: "Time",
  last: { hour: "last hour", day: "last day", week: "last week" },
  nothing: "Nothing happened in this time.",
  by: (actor: ReactNode) => mixed`by ${actor}`,
  newestOf: (newest: number, all: number) => `The newest ${newest} of ${formats.number(all)}.`,
  kinds: {
    workspace: "workspace",
    cluster: "cluster",
    fileServer: "fileServer",
    experiment: "experiment",
    job: "job",
    sweep: "sweep",
    trigger: "trigger",
  },
};
