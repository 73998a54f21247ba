// What somebody asks of a trigger by hand changes its ledger and not itself: its events tell of it all the same, before it is done.
import { refOf } from "../../domain/shared/resource-id.ts";
import type { TriggerDocument } from "../../domain/trigger/schema.ts";
import type { Services } from "../../services/services.ts";
import { changeBy } from "../caller.ts";
import type { Caller } from "../caller.ts";

export async function recordRequest(
  services: Services,
  caller: Caller,
  trigger: TriggerDocument,
  cause: string,
): Promise<void> {
  await services.state.triggers.update(
    refOf<"trigger">(trigger),
    // A write of the same content has its event.
    (found) => (found.guid === trigger.guid ? { ...found } : found),
    () => changeBy(services, caller, cause),
  );
}
