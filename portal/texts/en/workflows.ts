// Workflows: the list, and one of them with its graph.
import { formats } from "../../lib/formats.ts";

export const workflows = {
  title: "Workflows",
  none: "There is no workflow",
  noneNote:
    "A workflow is there when a trigger hears of the end of a job or a sweep. This one starts a job at the end of each job train-…:",
  createTrigger: "Create a trigger",
  showMore: "Show more",
  andMore: " and more",
  firstStep: "First step",
  state: "State",
  steps: "Steps",
  started: "Started",
  ended: "Ended",
  trigger: "Trigger",
  done: (done: number, all: number) => `${formats.number(done)} of ${formats.number(all)} done`,
  doneAndFailed: (done: string, failed: number) => `${done}, ${formats.number(failed)} failed`,
};

export const workflow = {
  title: "Workflow",
  restart: "Restart from what failed",
  restartVerb: "Restart",
  restartTitle: "Restart the workflow",
  restartNote:
    "Each step that failed starts anew by the same event, with what was handed over then, as a job of another name. The steps before stay; those behind follow.",
  more: "There are more steps than are shown.",
  steps: "Steps",
  asTable: "Steps as a table",
  step: "Step",
  state: "State",
  follows: "Follows",
  started: "Started",
  decision: "Decision",
  handedOver: "Handed over",
  began: "Began",
  ended: "Ended",
  restarts: (count: number) => formats.count(count, { one: "restart", other: "restarts" }),
};

export const workflowGraph = {
  label: "Steps of the workflow; arrows go from one to the next",
  first: (name: string, state: string) => `${name}: ${state}, first`,
  follows: (name: string, state: string, before: string) => `${name}: ${state}, follows ${before}`,
};
