// What can be done with an experiment: create. It is over by the time of the answer.
import { newExperiment, putExperimentAgain } from "../domain/experiment/rules.ts";
import type { ExperimentDocument } from "../domain/experiment/schema.ts";
import { workspaceOf } from "../domain/shared/resource-id.ts";
import type { ExperimentRef } from "../domain/shared/resource-id.ts";
import type { Services } from "../services/services.ts";
import { changeBy } from "./caller.ts";
import type { Caller } from "./caller.ts";
import { openWorkspace, refuseDeleting } from "./parents.ts";

export async function createExperiment(
  services: Services,
  caller: Caller,
  ref: ExperimentRef,
): Promise<ExperimentDocument> {
  const { experiments, workspaces } = services.state;
  await openWorkspace(services, ref);
  const fresh = newExperiment(ref, new Date(services.clock.now()));
  const made = await experiments.create(ref, fresh, changeBy(services, caller, "created"));
  if (!made.created) return putExperimentAgain(made.document);
  const still = await workspaces.get(workspaceOf(ref));
  if (still?.provisioningState === "succeeded") return made.document;
  await experiments.remove(
    ref,
    (current) => current.creationTime === made.document.creationTime,
    changeBy(services, caller, "the workspace was deleted meanwhile"),
  );
  refuseDeleting("workspace", ref.workspace, "deleting");
  return made.document;
}
