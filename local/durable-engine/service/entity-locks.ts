// Giving back what an orchestration has locked. The app should do it itself, in a `finally`: on Azure a failing
// orchestration that doesn't leaves its entities locked for ever. Here they are always freed, with a warning.
import type { EntityMessage } from "../replay/entity-messages.ts";
import type { InstanceRow } from "../store/durable-store.ts";
import type { EngineParts } from "./engine-parts.ts";
import type { UnitOfWork } from "./transactions.ts";

export function releaseForgottenLocks(parts: EngineParts, unit: UnitOfWork, row: InstanceRow): void {
  for (const entity of unit.store.entitiesLockedBy(row.id)) {
    if (isBeingReleased(unit, entity, row.id)) continue;
    parts.logger.warn("entity.lockLeftBehind", { entity, instanceId: row.id, orchestrator: row.name });
    const message: EntityMessage = { kind: "release", parent: row.id };
    unit.post(entity, JSON.stringify(message));
  }
}

function isBeingReleased(unit: UnitOfWork, entity: string, holder: string): boolean {
  return unit.store.messages(entity).some(({ body }) => {
    const message = JSON.parse(body) as EntityMessage;
    return message.kind === "release" && message.parent === holder;
  });
}
