// The list of sweeps, and one of them.
import { formats } from "../../lib/formats.ts";
import { mixed } from "../mixed.ts";
import type { ReactNode } from "react";

export const sweeps = {
  title: "Sweeps",
  filter: "Filter by name, experiment, metric or state",
  none: "There is no sweep",
  noneNote: "A sweep runs a job many times with other parameters, and looks for the best value of a metric.",
  createOne: "Create a sweep",
  name: "Name",
  experiment: "Experiment",
  state: "State",
  best: "Best",
  trials: "Trials",
  started: "Started",
  noResult: (metric: ReactNode) => mixed`no ${metric} yet`,
  trial: (number: number) => `trial ${number}`,
};

export const sweep = {
  tabsLabel: "Of this sweep",
  sweeps: "Sweeps",
  asJson: "The sweep as JSON",
  saveCsv: "Save as CSV",
  trialsByState: "Trials by state",
  best: {
    minimize: (metric: string) => `Best ${metric}, to minimize`,
    maximize: (metric: string) => `Best ${metric}, to maximize`,
  },
  notReported: "not reported yet",
  bestTrial: "Best trial",
  jobAndFiles: (trial: number) => `${trial}, its job and files`,
  search: "Search",
  stopsEarly: "Stops early",
  neverStops: "no",
  spent: "Spent",
  taken: "Taken from earlier trials",
  nodeHours: (hours: string) => `${hours} node-hours`,
  nodeHoursAndMoney: (hours: string, amount: string, currency: string) =>
    `${hours} node-hours, ${amount} ${currency}`,
  runningFor: "Running for",
  lasted: "Lasted",
  ended: "Ended",
  verbs: {
    resume: { title: "Resume", says: "It goes on with what its limits leave." },
    extend: { title: "Extend", says: "It goes on until it has so many trials in all." },
    retry: {
      title: "Retry failed",
      says: "Each failed trial runs again with the same parameters, as its next attempt.",
    },
    terminate: { title: "Terminate", says: "Running trials are ended; it can be resumed." },
    remove: { title: "Delete", says: "The sweep goes with its trials and their jobs. Output stays." },
  },
  verbOf: (verb: string, name: string) => `${verb}: ${name}`,
  sentence: (text: string) => `${text}.`,
  trialsInAll: (before: number) => `Trials in all, ${formats.number(before)} until now`,
};

export const sweepOverview = {
  bestSoFar: "Best so far",
  bestCurve: "best so far",
  byTrial: (metric: string) => `${metric} by trial`,
  trial: "trial",
  parametersAndResult: "Parameters and result",
  strengths: "What goes with the result",
  strengthsNote: (metric: ReactNode) =>
    mixed`Spearman's rank correlation of each number with ${metric}, from −1 to 1. It sees what rises or falls throughout, not what is best in the middle.`,
  correlations: "Rank correlations",
  parameter: "Parameter",
  correlation: "Correlation",
  strength: "Strength",
  summary: (trials: string, axes: string) => `${trials} over ${axes}; darker is better`,
  draw: (trials: string) => `${trials}. Draw along an axis to choose some.`,
  chosen: (count: number, trials: string) => `${formats.number(count)} of ${trials} chosen.`,
  chooseAll: "Choose all (Esc)",
  clipped: "The worst tenth of the results is far off, and drawn at the end of its axis.",
  byNumbers: "Choose by numbers",
  any: "any",
  from: (axis: string) => `${axis} from`,
  to: (axis: string) => `${axis} to`,
};

export const sweepEmpty = {
  noTrial: "No trial has begun",
  firstOnes: "These come first:",
  allFailed: "All trials failed",
  withExitCode: (trials: string, code: string) => `${trials} with exit code ${code}`,
  unknownCode: "unknown",
  jobsHaveLogs: "Their jobs, from the list of trials, have the logs.",
  noResult: (metric: string) => `No trial has reported ${metric} yet`,
  byFile: "A line in the metrics file, from any program:",
  reportByFile: "Report the metric by a file",
  byOthers:
    "Scripts that log to MLflow need nothing; what is only printed, an expression in the sweep finds.",
};

export const sweepTrials = {
  states: "States",
  chosenOnOverview: (count: number, trials: string) =>
    `${formats.number(count)} of ${trials}, chosen on the overview`,
  firstParameters: (first: number, all: number) => `, the first ${first} of ${all} parameters`,
  chooseAll: "Choose all",
  trials: "Trials",
  trial: "Trial",
  state: "State",
  attempt: "Attempt",
  exitCode: "Exit code",
  taken: "taken",
  takenWhy: "It took the result of an earlier trial and did not run",
};

export const sweepCurves = {
  howMany: "How many trials",
  best: (count: number) => `best ${count}`,
  chosen: (curves: string, trials: string) => `${curves} of ${trials} chosen`,
  noneReported: (metric: string) => `None of these trials has reported ${metric}.`,
};

export const sweepDecisions = {
  none: "Nothing was decided",
  noPolicy:
    "The sweep has no stopping policy: every trial runs to its end. Extend it with one to change that.",
  notYet: (policy: string) => `The policy ${policy} decides when trials report; none has come that far.`,
  numberOfTrial: "Number of a trial",
  trialKey: "Trial (/)",
  verdicts: "Verdicts",
  stop: "■ stop",
  continue: "▶ goes on",
  decisions: "Decisions",
  trial: "Trial",
  step: "Step",
  verdict: "Verdict",
  value: "Value",
  cutOff: "Cut-off",
  rank: "Rank",
  rankOf: (rank: number, of: number) => `${rank} of ${of}`,
  why: "Why",
};
