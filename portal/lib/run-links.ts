// Links that MLflow's clients print end in `#/experiments/EXPERIMENT/runs/RUN`. The id of a run holds the names of its experiment and
// its job: `j6-digits-mnist`, the number being the length of the experiment's name; one that was started beside it begins with `c` and
// ends in an id of its own.

export interface LinkedJob {
  readonly experiment: string;
  readonly job: string;
}

export function jobOfRunLink(hash: string): LinkedJob | undefined {
  const [, letter, length, names = ""] =
    /^#\/experiments\/[\w-]+\/runs\/([jc])(\d{1,2})-([\w-]{3,200})$/.exec(hash) ?? [];
  const experiment = names.slice(0, Number(length));
  const rest = names.slice(experiment.length + 1);
  const job = letter === "c" ? rest.replace(/-[0-9a-f]{32}$/, "") : rest;
  return letter === undefined || experiment === "" || job === "" ? undefined : { experiment, job };
}
