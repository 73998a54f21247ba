// Where the artifacts of a run or a model are: in the output of the job that made them, where its scripts write them through the file
// system of their node; or kept by the service, for runs of no job and for jobs no output of which storage keeps.
import type { ExperimentDocument } from "../../domain/experiment/schema.ts";
import type { JobDocument } from "../../domain/job/schema.ts";
import { AppError } from "../../domain/shared/errors.ts";
import { formatId, refOf } from "../../domain/shared/resource-id.ts";
import { artifactDirectory, artifactFolder, parseArtifactPath } from "../../domain/tracking/artifacts.ts";
import type { ArtifactPath } from "../../domain/tracking/artifacts.ts";
import { parseRunId } from "../../domain/tracking/run-id.ts";
import type { RunKey } from "../../domain/tracking/run-id.ts";
import { sha256 } from "../../services/content-digest.ts";
import type { StoragePlace } from "../../services/output-files.ts";
import type { Services } from "../../services/services.ts";
import { existing, open } from "../existing.ts";
import { openPlace } from "../job-files.ts";
import { findRun } from "./found-run.ts";
import { getModel } from "./models.ts";
import { experimentRef, jobRef } from "./scope.ts";
import type { TrackingScope } from "./scope.ts";

export type ArtifactHome =
  | { readonly kind: "output"; readonly job: JobDocument; readonly directory: string }
  | {
      readonly kind: "kept";
      readonly experiment: string;
      /** Absent for what belongs to no job. */
      readonly job?: JobDocument | undefined;
    };

/** @throws AppError RunNotFound, LoggedModelNotFound, or ArtifactNotFound for what is no path of an artifact. */
export async function artifactHome(
  services: Services,
  scope: TrackingScope,
  path: string,
): Promise<{ readonly at: ArtifactPath; readonly home: ArtifactHome }> {
  const at = parseArtifactPath(path);
  if (at === undefined) throw artifactNotThere(path);
  const { owner } = at;
  if ("run" in owner) {
    if (owner.run.kind === "free") await findRun(services, scope, owner.id);
    return { at, home: await homeOf(services, scope, owner.run, path) };
  }
  const { info } = (await getModel(services, scope, owner.model)).model;
  const run = parseRunId(info.source_run_id);
  if (run === undefined) return { at, home: { kind: "kept", experiment: info.experiment_id } };
  return { at, home: await homeOf(services, scope, run, path) };
}

async function homeOf(
  services: Services,
  scope: TrackingScope,
  run: RunKey,
  path: string,
): Promise<ArtifactHome> {
  if (run.kind === "free") return { kind: "kept", experiment: run.experiment };
  const job = await services.state.jobs.get(jobRef(scope, run.experiment, run.job));
  if (job === undefined || (scope.kind === "job" && job.guid !== scope.job.guid))
    throw artifactNotThere(path);
  const directory = artifactDirectory(job);
  return directory === undefined
    ? { kind: "kept", experiment: job.experiment, job }
    : { kind: "output", job, directory };
}

/** Where the folder `path` of a home is. */
export async function placeIn(
  services: Services,
  scope: TrackingScope,
  home: ArtifactHome,
  path: string,
): Promise<StoragePlace> {
  if (home.kind === "output")
    return openPlace(services, home.job, home.directory, `${artifactFolder}/${path}`);
  const experiment = await existing(services, experimentRef(scope, home.experiment));
  return services.artifacts.place(`${keptFolder(experiment, home.job?.guid)}/${path}`);
}

/**
 * Path, in what the service keeps, of something that may be written.
 * @throws AppError Conflict for an experiment that is being deleted.
 */
export async function keptPath(
  services: Services,
  scope: TrackingScope,
  home: ArtifactHome & { readonly kind: "kept" },
  path: string,
): Promise<string> {
  const experiment = await open(services, experimentRef(scope, home.experiment));
  return `${keptFolder(experiment, home.job?.guid)}/${path}`;
}

/** Of all of an experiment: another one under its name has another. */
export function experimentFolder(experiment: ExperimentDocument): string {
  const { creationTime } = experiment;
  return sha256(`${formatId(refOf<"experiment">(experiment)).toLowerCase()} ${creationTime}`).slice(0, 40);
}

/** Those of a job go with the job, all others with the experiment. */
export function keptFolder(experiment: ExperimentDocument, jobGuid: string | undefined): string {
  return `${experimentFolder(experiment)}/${jobGuid === undefined ? "others" : `jobs/${jobGuid}`}`;
}

export function artifactNotThere(path: string): AppError {
  return new AppError("ArtifactNotFound", `There is no artifact '${path.slice(0, 200)}' here.`);
}
