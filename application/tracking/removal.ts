// What was logged goes with what it was logged to: with a job its runs, their points and their models; with an experiment all of it.
import type { JobDocument } from "../../domain/job/schema.ts";
import { metricRunOf } from "../../domain/metric/run.ts";
import { refOf, workspaceOf } from "../../domain/shared/resource-id.ts";
import type { ExperimentRef } from "../../domain/shared/resource-id.ts";
import { artifactDirectory } from "../../domain/tracking/artifacts.ts";
import { parseRunId } from "../../domain/tracking/run-id.ts";
import type { ModelRecord } from "../../domain/tracking/model.ts";
import type { Services } from "../../services/services.ts";
import { experimentFolder, keptFolder } from "./artifact-homes.ts";
import { snapshotsOf } from "../views/view-reader.ts";
import { experimentRef } from "./scope.ts";

/** The points of a sweep's trials stay as long as their sweep. */
export async function removeTrackedJob(services: Services, job: JobDocument): Promise<void> {
  if (job.tracked !== true) return;
  const { job: name, experiment } = refOf<"job">(job);
  await removeModels(services, experimentRef({ workspace: workspaceOf(job) }, experiment), (model) => {
    const key = parseRunId(model.run);
    return key !== undefined && key.kind !== "free" && key.job === name;
  });
  if (job.sweepGuid === undefined) await removePoints(services, metricRunOf(job).group);
  if (artifactDirectory(job) === undefined) await removeKeptArtifacts(services, job);
  await services.runs.remove(experimentRef({ workspace: workspaceOf(job) }, experiment), job.guid);
}

/** The last of an experiment, when its jobs are gone: what was logged from elsewhere. */
export async function removeTrackedExperiment(services: Services, ref: ExperimentRef): Promise<void> {
  const experiment = await services.state.experiments.get(ref);
  if (experiment !== undefined) await services.artifacts.remove(experimentFolder(experiment));
  const runs = await services.runs.list(ref);
  for (const { kind, unique = "" } of runs) if (kind === "free") await removePoints(services, unique);
  await removeModels(services, ref, () => true);
  await services.runs.remove(ref);
  await services.state.forgetChanges(ref);
  await services.snapshots.removeBelow(snapshotsOf(ref));
}

/** Of an experiment that is gone they go with the orphans. */
async function removeKeptArtifacts(services: Services, job: JobDocument): Promise<void> {
  const { experiment: name } = refOf<"job">(job);
  const ref = experimentRef({ workspace: workspaceOf(job) }, name);
  const experiment = await services.state.experiments.get(ref);
  if (experiment !== undefined) await services.artifacts.remove(keptFolder(experiment, job.guid));
}

async function removePoints({ metrics }: Services, group: string): Promise<void> {
  while (!(await metrics.removeSome(group)));
}

async function removeModels(
  { runs }: Services,
  experiment: ExperimentRef,
  isIt: (model: ModelRecord) => boolean,
): Promise<void> {
  const workspace = workspaceOf(experiment);
  const models = await runs.listModels(workspace);
  const theirs = models.filter((model) => model.experiment === experiment.experiment && isIt(model));
  if (theirs.length > 0)
    await runs.removeModels(
      workspace,
      theirs.map(({ id }) => id),
    );
}
