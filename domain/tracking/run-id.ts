// Ids of runs. A run is the job's own, one that a job's script started beside it, or one that somebody started elsewhere, in a notebook;
// the id says which, so that no index of ids is needed. MLflow's clients take `^[a-zA-Z0-9][\w-]{0,255}$`. The length of the
// experiment's name tells where it ends: names may hold dashes themselves.
// Why it is so: docs/adr/0036-mlflow-runs-are-jobs.md
import { createdId } from "./created-id.ts";

export type RunKey =
  | { readonly kind: "job"; readonly experiment: string; readonly job: string }
  | { readonly kind: "child"; readonly experiment: string; readonly job: string; readonly unique: string }
  | { readonly kind: "free"; readonly experiment: string; readonly unique: string };

const letters = { job: "j", child: "c", free: "r" } as const;
const pattern = /^([jcr])(\d{1,2})-([\w-]{1,250})$/;

export function formatRunId(key: RunKey): string {
  const { kind, experiment } = key;
  const rest = [...(kind === "free" ? [] : [key.job]), ...(kind === "job" ? [] : [key.unique])];
  return `${letters[kind]}${experiment.length}-${[experiment, ...rest].join("-")}`;
}

/** Undefined for what is no id of a run here. */
export function parseRunId(id: string): RunKey | undefined {
  const [, letter, length, names = ""] = pattern.exec(id) ?? [];
  const experiment = names.slice(0, Number(length));
  const rest = names.slice(experiment.length + 1);
  if (experiment === "" || rest === "" || names[experiment.length] !== "-") return undefined;
  if (letter === "j") return { kind: "job", experiment, job: rest };
  const unique = rest.slice(-createdId.length);
  if (!createdId.pattern.test(unique)) return undefined;
  if (letter === "r") return unique === rest ? { kind: "free", experiment, unique } : undefined;
  const job = rest.slice(0, -createdId.length - 1);
  if (job === "" || rest[job.length] !== "-") return undefined;
  return { kind: "child", experiment, job, unique };
}
