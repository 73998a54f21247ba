// What sweeps know of the jobs of their trials.
import type { JobDocument } from "../../domain/job/schema.ts";
import type { ExperimentRef, SweepRef } from "../../domain/shared/resource-id.ts";
import { AppError } from "../../domain/shared/errors.ts";
import { trialFacts, trialsOfJob } from "../../domain/tracking/trial-facts.ts";
import type { TrialFacts } from "../../domain/tracking/trial-facts.ts";
import type { TrialView } from "../../domain/sweep/wire.ts";
import type { Services } from "../../services/services.ts";
import { everyItem } from "../every-item.ts";
import { findTrial, findTrials } from "../sweeps/trials.ts";

/** Undefined for a job that is no trial. */
export async function factsOfTrial(services: Services, job: JobDocument): Promise<TrialFacts | undefined> {
  if (job.sweepGuid === undefined) return undefined;
  for (const { sweep, trial } of trialsOfJob(job.job)) {
    const ref = sweepRef(job, sweep);
    if ((await services.state.sweeps.get(ref))?.guid !== job.sweepGuid) continue;
    try {
      return trialFacts(sweep, await findTrial(services, ref, trial));
    } catch (error) {
      // Its first look is still to come.
      if (!(error instanceof AppError) || error.code !== "TrialNotFound") throw error;
    }
  }
  return undefined;
}

/** Of every trial in an experiment, by the name of its job. */
export async function factsOfTrials(
  services: Services,
  experiment: ExperimentRef,
): Promise<ReadonlyMap<string, TrialFacts>> {
  const all = new Map<string, TrialFacts>();
  for await (const sweep of everyItem((page) => services.state.sweeps.list(experiment, page))) {
    const { trials } = await findTrials(services, sweepRef(sweep, sweep.sweep), {});
    for (const view of trials) all.set(view.job, factsOnce(sweep.sweep, view));
  }
  return all;
}

/** A trial that did not change between two searches is the same object. */
const known = new WeakMap<TrialView, TrialFacts>();

function factsOnce(sweep: string, view: TrialView): TrialFacts {
  const facts = known.get(view) ?? trialFacts(sweep, view);
  known.set(view, facts);
  return facts;
}

function sweepRef(
  { subscriptionId, resourceGroup, workspace, experiment }: Omit<ExperimentRef, "kind">,
  sweep: string,
): SweepRef {
  return { kind: "sweep", subscriptionId, resourceGroup, workspace, experiment, sweep };
}
