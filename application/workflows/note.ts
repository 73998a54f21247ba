// Writes down that the event of a trigger belongs to a workflow, before the event itself: a step without one is not shown.
import type { JobDocument } from "../../domain/job/schema.ts";
import { parseIdOf, workspaceOf } from "../../domain/shared/resource-id.ts";
import type { SweepDocument } from "../../domain/sweep/schema.ts";
import type { TriggerEvent } from "../../domain/trigger/event.ts";
import type { TriggerDocument } from "../../domain/trigger/schema.ts";
import { isRoot, stepOf, workflowOf } from "../../domain/workflow/schema.ts";
import type { WorkflowRoot } from "../../domain/workflow/schema.ts";
import { timestamp } from "../../services/clock.ts";
import { firingId } from "../../services/firing-names.ts";
import type { Services } from "../../services/services.ts";

/** @param trigger that hears of the end; absent where one would have, had it another outcome: the workflow can be restarted. */
export async function noteWorkflow(
  services: Services,
  ended: JobDocument | SweepDocument,
  event: TriggerEvent,
  trigger: TriggerDocument | undefined,
): Promise<void> {
  const root = isRoot(ended) ? rootOf(ended) : undefined;
  const step =
    trigger === undefined
      ? undefined
      : {
          firing: firingId(trigger, event),
          trigger: { name: trigger.trigger, guid: trigger.guid },
          after: stepOf(ended),
          receivedAt: timestamp(services.clock),
        };
  if (root === undefined && step === undefined) return;
  await services.workflows.note(workspaceOf(ended), workflowOf(ended), { root, step });
}

function rootOf(ended: JobDocument | SweepDocument): WorkflowRoot {
  const { kind, experiment, creationTime: receivedAt, startedBy } = ended;
  const trigger = startedBy === undefined ? undefined : parseIdOf("trigger", startedBy.trigger).trigger;
  return {
    id: workflowOf(ended),
    receivedAt,
    kind,
    experiment,
    name: kind === "sweep" ? ended.sweep : ended.job,
    ...(trigger === undefined ? {} : { trigger }),
  };
}
