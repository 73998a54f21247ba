// What happens to an experiment document. Pure; the caller writes.
import { timestamp } from "../shared/brand.ts";
import { AppError } from "../shared/errors.ts";
import { formatId, resourceTypes } from "../shared/resource-id.ts";
import type { ExperimentRef } from "../shared/resource-id.ts";
import { nextExperimentState } from "./machine.ts";
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

export function deletingExperiment(document: ExperimentDocument, now: Date): ExperimentDocument {
  if (document.provisioningState === "deleting") return document;
  return {
    ...document,
    provisioningState: nextExperimentState(document.provisioningState, "deleting", document.experiment),
    provisioningStateTransitionTime: timestamp(now),
  };
}

export function experimentRef(document: ExperimentDocument): ExperimentRef {
  const { kind, subscriptionId, resourceGroup, workspace, experiment } = document;
  return { kind, subscriptionId, resourceGroup, workspace, experiment };
}

export function experimentWire(document: ExperimentDocument) {
  return {
    id: formatId(experimentRef(document)),
    name: document.experiment,
    type: resourceTypes.experiment,
    properties: {
      creationTime: document.creationTime,
      provisioningState: document.provisioningState,
      provisioningStateTransitionTime: document.provisioningStateTransitionTime,
    },
  };
}
