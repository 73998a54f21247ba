// Events are read off the documents: each state that moved is one row, in the transaction that moved it, with the errors
// that appeared then, so that no writer can forget one or tell it wrong. The writer adds when, who, why and the link.
// Why it is so: docs/adr/0011-events-are-read-off-documents.md
import { z } from "zod";
import { BatchAIError } from "../../domain/shared/batch-ai-error.ts";
import type { ResourceKind } from "../../domain/resources.ts";
import type { RefOf } from "../../domain/shared/resource-id.ts";
import type { Random } from "../clock.ts";
import type { DocumentWrite } from "../documents.ts";
import { trackedStates } from "../../domain/shared/event.ts";
import type { Change, RecordedChange } from "../state.ts";
import { eventPrefix } from "./state-keys.ts";

type EventFields = Omit<RecordedChange, "id">;

/** What is looked at in a document of any kind. */
const Observed = z.looseObject({
  errors: z.array(BatchAIError).default([]),
  executionInfo: z.object({ errors: z.array(BatchAIError).default([]) }).default({ errors: [] }),
});
type Observed = z.infer<typeof Observed>;

/**
 * What happened between two versions of a document. A change that moved no state is an event only when it is described;
 * a move that nobody described says so.
 * @param before absent for a creation. @param after absent for a removal.
 */
export function changesBetween(
  before: unknown,
  after: unknown,
  described: Change | undefined,
): readonly EventFields[] {
  const was = before === undefined ? undefined : Observed.parse(before);
  const is = after === undefined ? undefined : Observed.parse(after);
  const tracked = is === undefined ? (["provisioningState"] as const) : trackedStates;
  const moves = tracked.flatMap((state): EventFields[] => {
    const [from, to] = [text(was?.[state]), text(is?.[state])];
    if (from === to) return [];
    const undescribed = {
      time: text(is?.[`${state}TransitionTime`]) ?? "",
      actor: "service",
      cause: "moved",
    };
    return [{ ...(described ?? undescribed), state, from, to }];
  });
  const [first, ...rest] = moves.length > 0 || described === undefined ? moves : [described];
  const errors = appeared(was, is);
  return first === undefined || errors.length === 0
    ? [first, ...rest].filter((told) => told !== undefined)
    : [{ ...first, errors }, ...rest];
}

function appeared(was: Observed | undefined, is: Observed | undefined): readonly BatchAIError[] {
  const known = new Set(errorsOf(was).map(keyOf));
  return errorsOf(is).filter((error) => !known.has(keyOf(error)));
}

const errorsOf = (document: Observed | undefined) =>
  document === undefined ? [] : [...document.errors, ...document.executionInfo.errors];
const keyOf = ({ code, message }: BatchAIError) => `${code}: ${message}`;

/** @param revision number of the write, which orders the events of one moment. */
export function eventRows(
  ref: RefOf<ResourceKind>,
  revision: number,
  changes: readonly EventFields[],
  random: Random,
): readonly DocumentWrite[] {
  return changes.map((change, index) => {
    // The last part keeps apart the events of a name that was used again within the same moment.
    const id = `${change.time}-${String(revision).padStart(8, "0")}-${index}-${random.uuid().slice(0, 8)}`;
    return { kind: "put", row: `${eventPrefix(ref)}${id}`, value: { ...change, id } };
  });
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
