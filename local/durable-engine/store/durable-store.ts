// The rows the engine keeps and the transactions over them. Invariant: every method outside `transaction` is its own
// transaction, inside it they all share one. Nothing here knows what a row means.

export interface InstanceRow {
  id: string;
  /** Id of the current execution; a new one for each continue-as-new, restart or re-use of the id. */
  execution: string;
  name: string;
  version: string | null;
  status: string;
  /** JSON text. */
  input: string | null;
  output: string | null;
  customStatus: string | null;
  parentId: string | null;
  parentExecution: string | null;
  /** The number the parent gave this sub-orchestration. */
  parentTask: number | null;
  createdMs: number;
  updatedMs: number;
  /** Null while it runs. */
  endedMs: number | null;
}

export interface MessageRow {
  seq: number;
  /** Instance id, or `@name@key` of an entity. */
  target: string;
  /** The execution it is for; null = whichever is current. */
  execution: string | null;
  /** JSON text of the history event or entity message. */
  body: string;
}

export interface ActivityRow {
  seq: number;
  instanceId: string;
  execution: string;
  taskId: number;
  name: string;
  /** As scheduled: JSON text of the one-element argument array, or of the request for an HTTP call. */
  input: string | null;
}

export interface TimerRow {
  instanceId: string;
  execution: string;
  timerId: number;
  dueMs: number;
}

export interface EntityRow {
  /** `@name@key`, name in lower case. */
  id: string;
  exists: boolean;
  state: string | null;
  /** Instance that holds the lock. */
  lockedBy: string | null;
  updatedMs: number;
}

export interface InstanceQuery {
  createdFromMs?: number;
  createdToMs?: number;
  statuses?: readonly string[];
  idPrefix?: string;
  endedOnly?: boolean;
  /** Continue after this row in (createdMs, id) order. */
  after?: { createdMs: number; id: string };
  top: number;
}

export interface DurableStore {
  /** Runs `work` in one transaction: all of it or nothing. Not re-entrant. */
  transaction<T>(work: () => T): T;

  instance(id: string): InstanceRow | undefined;
  putInstance(row: InstanceRow): void;
  /** Writes the columns that a turn can change. */
  updateInstance(
    row: Pick<InstanceRow, "id" | "status" | "output" | "customStatus" | "updatedMs" | "endedMs">,
  ): void;
  instances(query: InstanceQuery): InstanceRow[];
  /** Ids of instances that ended at or before `beforeMs`, oldest first. */
  endedBefore(beforeMs: number, top: number): string[];
  /** End time of the instance that ended first, if any has ended. */
  firstEnd(): number | undefined;
  /** Removes the instance with its history, messages and timers. */
  deleteInstance(id: string): void;

  /** Appends one turn's events: JSON objects joined by commas. */
  appendHistory(instanceId: string, chunk: number, events: string): void;
  /** The chunks in order. */
  history(instanceId: string): string[];
  deleteHistory(instanceId: string): void;

  addMessage(target: string, execution: string | null, body: string): number;
  messages(target: string): MessageRow[];
  deleteMessage(seq: number): void;
  /** Removes a target's messages up to and including `seq`. */
  deleteMessagesUpTo(target: string, seq: number): void;
  deleteMessages(target: string): void;
  /** Targets that have messages, in the order of their oldest one. */
  messageTargets(): string[];

  addActivity(row: Omit<ActivityRow, "seq">): number;
  /** True when it was there. */
  deleteActivity(seq: number): boolean;
  /** All, in the order of their scheduling. */
  activities(): ActivityRow[];

  addTimer(row: TimerRow): void;
  deleteTimer(instanceId: string, timerId: number): void;
  deleteTimers(instanceId: string): void;
  timersDue(nowMs: number, top: number): TimerRow[];
  firstTimer(): number | undefined;

  entity(id: string): EntityRow | undefined;
  putEntity(row: EntityRow): void;
  deleteEntity(id: string): void;
  /** Ids of the entities whose lock an instance holds. */
  entitiesLockedBy(instanceId: string): string[];
  entities(query: { prefix?: string; after?: string; top: number }): EntityRow[];

  close(): void;
}
