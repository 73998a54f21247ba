// What an orchestration has decided: one entry per sequence number that the interpreter hands out. Plain data.
import type { HttpCall } from "../../replay/actions.ts";

export type Decision =
  | { kind: "activity"; id: number; name: string; input: unknown }
  | { kind: "http"; id: number; call: HttpCall }
  | {
      kind: "subOrchestration";
      id: number;
      name: string;
      instanceId: string;
      input: unknown;
      version: string | undefined;
    }
  | { kind: "timer"; id: number; fireAtMs: number }
  | { kind: "send"; id: number; target: string; event: "op" | "release"; message: EntityCommand };

/** What is sent to an entity. `id` is missing where a new one has to be made when the decision is recorded. */
export type EntityCommand =
  | { kind: "call"; operation: string; input: unknown }
  | { kind: "signal"; operation: string; input: unknown; dueMs: number | undefined }
  | { kind: "lock"; id: string; lockset: string[] }
  | { kind: "release"; id: string | undefined };

/** Why an execution can't be replayed any more. */
export interface Mismatch {
  /** Index of the event in the history. */
  position: number;
  eventType: number;
  number: number;
  recorded: string;
  replayed: string | undefined;
}

/** A pattern in the app's code that runs differently on Azure than its author expects. */
export type AppWarning = "repeatedTask" | "failedAllWithRetry" | "openTimersAtEnd" | "longHistory";

export interface Interpretation {
  mismatch?: Mismatch;
  /** What the history doesn't show yet, by number. */
  decisions: Decision[];
  /** The action list is worked off, and no activity, timer or sub-orchestration is open. */
  settled: boolean;
  continueAsNew?: { input: unknown };
  /** Positions of external events that go over to the next execution. */
  carryOver: number[];
  /** Timers that the app has cancelled and that have not fired. */
  cancelledTimers: number[];
  open: { tasks: number; timers: number };
  /** Entities whose locks were granted and not released. */
  heldLocks: string[];
  warnings: AppWarning[];
}
