// Giving a lock back. Its own file because orchestrations end without knowing how entities work otherwise.
import type { EntityMessage } from "../protocol/entity-messages.ts";
import type { Entry } from "./ledger.ts";

export function releaseLock(entry: Entry, entity: string, holder: string): void {
  const message: EntityMessage = { kind: "release", parent: holder };
  entry.post(entity, JSON.stringify(message));
}
