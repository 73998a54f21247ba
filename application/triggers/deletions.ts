// Deletes triggers. Nothing of a trigger runs by itself: what is planned for it is dropped when its time comes, what became of its
// events is kept as long as events are.
import type { ParentIdentity } from "../../contracts/refs.ts";
import { refOf } from "../../domain/shared/resource-id.ts";
import type { TriggerDocument } from "../../domain/trigger/schema.ts";
import type { Services } from "../../services/services.ts";
import { changeBy } from "../caller.ts";
import type { Caller } from "../caller.ts";
import { inLanes } from "../../services/in-lanes.ts";

export async function deleteTrigger(
  services: Services,
  caller: Caller,
  trigger: TriggerDocument,
): Promise<true> {
  const { guid, version, spec } = trigger;
  const ref = refOf<"trigger">(trigger);
  const { blobCreated } = spec.on;
  if (blobCreated !== undefined)
    await services.due.unwatch(blobCreated.container, { trigger: ref, guid, version });
  await services.secrets.remove(guid);
  const change = changeBy(services, caller, "deleted");
  await services.state.triggers.remove(ref, (found) => found.guid === guid, change);
  await services.firings.forgetUnfinished(guid);
  return true;
}

export async function deleteTriggers(
  services: Services,
  _parent: ParentIdentity,
  actor: string,
  triggers: readonly TriggerDocument[],
): Promise<{ readonly found: number; readonly deleted: number }> {
  const caller = { actor, link: "its workspace is deleted" };
  await inLanes(triggers, (trigger) => deleteTrigger(services, caller, trigger));
  return { found: triggers.length, deleted: triggers.length };
}
