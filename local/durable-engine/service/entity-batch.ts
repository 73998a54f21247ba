// Which of an entity's messages its next batch takes, and what becomes of its lock. A pure function of the entity's row
// and its mailbox: while the entity is locked only its holder is served; a lock request ends the batch.
import type { EntityMessage, EntityRequest } from "../replay/entity-messages.ts";
import type { Mail } from "./mailboxes.ts";

export interface ParsedMail {
  mail: Mail;
  message: EntityMessage;
}

export interface EntityPlan {
  /** Operations in the order of their execution. */
  operations: EntityRequest[];
  /** Messages whose effects the batch records. */
  consume: Mail[];
  lockedBy: string | null;
  /** A lock request that has just been granted here. */
  granted?: EntityRequest;
  /** When the earliest signal falls due that had to be left for later. */
  nextDueMs?: number;
}

export const operationsPerBatch = 100;

export function planBatch(lockedBy: string | null, mails: readonly ParsedMail[], nowMs: number): EntityPlan {
  const plan: EntityPlan = { operations: [], consume: [], lockedBy };
  const waiting = [...mails];
  for (let index = 0; index < waiting.length && plan.operations.length < operationsPerBatch;) {
    const entry = waiting[index];
    if (entry === undefined) break;
    const before = plan.lockedBy;
    if (!take(plan, entry.message, nowMs)) {
      index += 1;
      continue;
    }
    plan.consume.push(entry.mail);
    waiting.splice(index, 1);
    if (plan.granted !== undefined) return plan;
    // Whoever was passed over because of the lock comes before everything later.
    if (plan.lockedBy !== before) index = 0;
  }
  return plan;
}

/** False when the message has to wait. */
function take(plan: EntityPlan, message: EntityMessage, nowMs: number): boolean {
  if (message.kind === "release") {
    if (plan.lockedBy === message.parent) plan.lockedBy = null;
    return true;
  }
  const { request } = message;
  if (plan.lockedBy !== null && (request.parent !== plan.lockedBy || request.lockset !== undefined))
    return false;
  if (request.dueMs !== undefined && request.dueMs > nowMs) {
    plan.nextDueMs = Math.min(plan.nextDueMs ?? request.dueMs, request.dueMs);
    return false;
  }
  if (request.lockset !== undefined) {
    plan.granted = request;
    plan.lockedBy = request.parent ?? null;
  } else {
    plan.operations.push(request);
  }
  return true;
}
