// What can be done with an experiment: create. It is over by the time of the answer.
import { newExperiment, putExperimentAgain } from "../domain/experiment/rules.ts";
import type { ExperimentDocument } from "../domain/experiment/schema.ts";
import { workspaceOf } from "../domain/shared/resource-id.ts";
import type { ExperimentRef } from "../domain/shared/resource-id.ts";
import type { Services } from "../services/services.ts";
import { forgetAssignments } from "./access.ts";
import { changeBy } from "./caller.ts";
import type { Caller } from "./caller.ts";
import { open, refuseOrphan } from "./existing.ts";

export async function createExperiment(
  services: Services,
  caller: Caller,
  ref: ExperimentRef,
): Promise<ExperimentDocument> {
  await open(services, workspaceOf(ref));
  const fresh = newExperiment(ref, new Date(services.clock.now()));
  const made = await services.state.experiments.create(ref, fresh, changeBy(services, caller, "created"));
  if (!made.created) return putExperimentAgain(made.document);
  forgetAssignments(services, ref);
  await refuseOrphan(services, ref, made.document);
  return made.document;
}
