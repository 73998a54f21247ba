import { formats } from "../../lib/formats.ts";

export const runs = {
  title: "Runs",
  backToList: "Back to the list",
  openingComparison: "Opening the comparison …",
  search: "Search",
  andMore: ", and more",
  selectNone: "Select none",
  compare: "Compare",
  readingMore: "Reading more runs …",
  more: "More runs",
  run: "Run",
  experiment: "Experiment",
  trial: "Trial",
  status: "Status",
  started: "Started",
  duration: "Duration",
  noneFound: "No run is like that",
  noneFoundNote:
    "A metric is compared by its last value; what has none of that name is not found. Texts stand in single quotes, as parameters always do.",
  withoutFilter: "Search without the filter",
  none: "There is no run yet",
  noneNote: "Every job is a run, and every trial of a sweep. From a notebook:",
  begin: "Begin a run",
  filesByCommandLine: "The files by command line",
};

export const runColumns = {
  columns: (shown: number, all: number) => `Columns: ${formats.number(shown)} of ${formats.number(all)}`,
  filter: "Filter the columns by name",
  name: "Name",
  usual: "The usual ones",
  none: "None",
  metrics: "Metrics, the last value of each",
  parameters: "Parameters",
};

export const runComparison = {
  noneSelected: "No run is selected",
  selectSome: "Select some in the list.",
  firstCompared: (first: number, all: number) => `The first ${first} of ${formats.number(all)} are compared.`,
  reading: "Reading the runs …",
  runsByCommandLine: "The runs by command line",
  whatItIs: "What it is",
  whereTheyDiffer: "Where they differ",
  differ: (parameters: string, metrics: string) => `${parameters}, ${metrics}`,
  sameInAll: (count: number) => `; ${formats.count(count, { one: "is", other: "are" })} the same in all`,
  alsoSame: "Also what is the same",
  sideBySide: "Runs side by side",
  what: "What",
  leaveOut: (name: string) => `Leave ${name} out`,
  parameters: "Parameters",
  lastValues: "Metrics, last values",
  firstOf: (first: number, all: number) => `: the first ${first} of ${formats.number(all)}`,
  noMetric: "None of them has a metric.",
  curves: "Curves",
  atMostDrawn: (most: number) => `Metrics, at most ${most} are drawn`,
};
