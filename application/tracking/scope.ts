// Who tracks: somebody with a workspace before them, or the script of a job, which sees its job alone.
import type { JobDocument } from "../../domain/job/schema.ts";
import { checkedRef, refOf, workspaceOf } from "../../domain/shared/resource-id.ts";
import type { ExperimentRef, JobRef, WorkspaceRef } from "../../domain/shared/resource-id.ts";
import { AppError } from "../../domain/shared/errors.ts";
import { parseRunId } from "../../domain/tracking/run-id.ts";
import type { RunKey } from "../../domain/tracking/run-id.ts";
import type { ArtifactPlace } from "../../domain/tracking/wire.ts";

export interface JobScope {
  readonly kind: "job";
  readonly workspace: WorkspaceRef;
  readonly job: JobDocument;
  /** Which start of the job's processes, where the launcher says so. */
  readonly launch?: string | undefined;
  /** The folder of its artifacts on the node, where the launcher says so. */
  readonly folder?: string | undefined;
}

export type TrackingScope = { readonly kind: "workspace"; readonly workspace: WorkspaceRef } | JobScope;

export const jobScope = (job: JobDocument): JobScope => ({ kind: "job", workspace: workspaceOf(job), job });

/** @throws AppError InvalidResourceName */
export function experimentRef({ workspace }: Pick<TrackingScope, "workspace">, name: string): ExperimentRef {
  return checkedRef("experiment", workspace, [workspace.workspace, name]);
}

export function jobRef(scope: Pick<TrackingScope, "workspace">, experiment: string, job: string): JobRef {
  return checkedRef("job", scope.workspace, [scope.workspace.workspace, experiment, job]);
}

/** The experiment that is meant: in a job its own, whatever a script calls it. */
export function meantExperiment(scope: TrackingScope, id: string): ExperimentRef {
  if (scope.kind === "workspace") return experimentRef(scope, id);
  return experimentRef(scope, scope.job.experiment);
}

/** @throws AppError RunNotFound, also for runs that are none of the job's. */
export function meantRun(scope: TrackingScope, id: string): RunKey {
  const key = parseRunId(id);
  if (key === undefined) throw runNotFound(id);
  if (scope.kind === "workspace") return key;
  const { experiment, job } = refOf<"job">(scope.job);
  const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();
  if (key.kind === "free" || !same(key.experiment, experiment) || !same(key.job, job)) throw runNotFound(id);
  return key;
}

export function runNotFound(id: string): AppError {
  return new AppError("RunNotFound", `There is no run '${id.slice(0, 256)}' here.`);
}

/** Where clients put artifacts and look for them: a script on the file system of its node, everybody else through the service. */
export function artifactPlace(scope: TrackingScope): ArtifactPlace {
  const folder = scope.kind === "job" ? scope.folder : undefined;
  const root = folder === undefined ? "mlflow-artifacts:" : `file://${encodeURI(folder)}`;
  return (of) => {
    if ("run" in of) return `${root}/${of.run}/artifacts`;
    if ("model" in of) return `${root}/models/${of.model}/artifacts`;
    return `${root}/${of.experiment}`;
  };
}
