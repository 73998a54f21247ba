// What happens to an experiment document. Pure; the caller writes.
import { timestamp } from "../shared/brand.ts";
import { AppError } from "../shared/errors.ts";
import type { ExperimentRef } from "../shared/resource-id.ts";
import type { ExperimentDocument } from "./schema.ts";

export function newExperiment(ref: ExperimentRef, now: Date): ExperimentDocument {
  return {
    ...ref,
    creationTime: timestamp(now),
    provisioningState: "succeeded",
    provisioningStateTransitionTime: timestamp(now),
  };
}

/** A repeated PUT changes nothing. @throws AppError Conflict while the experiment is being deleted. */
export function putExperimentAgain(document: ExperimentDocument): ExperimentDocument {
  if (document.provisioningState !== "deleting") return document;
  throw new AppError(
    "Conflict",
    `experiment '${document.experiment}' is being deleted; create it again afterwards`,
  );
}
