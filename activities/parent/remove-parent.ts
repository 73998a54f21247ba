// The last step of deleting what other resources stand in: its document.
import { removeTrackedExperiment } from "../../application/tracking/removal.ts";
import { removeParent as contract } from "../../contracts/shared-activities.ts";
import { timestamp } from "../../services/clock.ts";
import type { Change } from "../../services/state.ts";
import { defineActivity } from "../lib/define-activity.ts";

export const removeParent = defineActivity(contract, async (services, request) => {
  const { ref, creationTime } = request.parent;
  const time = timestamp(services.clock);
  const change: Change = {
    time,
    actor: request.actor,
    cause: "deleted",
    link: `operation:${request.operationId}`,
  };
  if (ref.kind === "experiment") await removeTrackedExperiment(services, ref);
  await services.state.of(ref.kind).remove(ref, (found) => found.creationTime === creationTime, change);
  await services.operations.close(request.operationId, { status: "Succeeded" }, time);
  return undefined;
});
