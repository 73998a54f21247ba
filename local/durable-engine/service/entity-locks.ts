// Giving back what an orchestration has locked. The app should do it itself, in a `finally`: on Azure a failing
// orchestration that doesn't leaves its entities locked for ever. Here they are always freed, with a warning.
import type { EntityMessage } from "../replay/entity-messages.ts";
import type { InstanceRow } from "../store/durable-store.ts";
import type { EngineParts } from "./engine-parts.ts";
import type { Entry } from "./ledger.ts";

export function releaseForgottenLocks(parts: EngineParts, entry: Entry, row: InstanceRow): void {
  for (const entity of entry.store.entitiesLockedBy(row.id)) {
    if (isBeingReleased(entry, entity, row.id)) continue;
    parts.logger.warn("entity.lockLeftBehind", { entity, instanceId: row.id, orchestrator: row.name });
    const message: EntityMessage = { kind: "release", parent: row.id };
    entry.post(entity, JSON.stringify(message));
  }
}

function isBeingReleased(entry: Entry, entity: string, holder: string): boolean {
  return entry.store.messages(entity).some(({ body }) => {
    const message = JSON.parse(body) as EntityMessage;
    return message.kind === "release" && message.parent === holder;
  });
}
