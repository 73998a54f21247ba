// The durable store on SQLite: one file in WAL mode, `synchronous = NORMAL`, which survives the kill of the process at
// any point. The memory store is the same code on a private in-memory database, so that both can't differ.
// Why it is so: docs/adr/0005-durable-engine.md
import Database from "libsql";
import type { DurableStore, EntityRow, InstanceQuery, InstanceRow } from "./durable-store.ts";
import { createTables, schemaVersion } from "./sqlite-schema.ts";
import {
  prepareStatements,
  selectInstances,
  type Statements,
  type StoredEntity,
} from "./sqlite-statements.ts";

/** Opens or creates the database file at `path`. Throws when it was written by a newer version. */
export function sqliteStore(path: string): DurableStore {
  const database = new Database(path);
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 5000");
  prepareSchema(database, path);
  return createStore(database);
}

/** Keeps everything in memory; nothing survives `close`. */
export function memoryStore(): DurableStore {
  const database = new Database(":memory:");
  prepareSchema(database, ":memory:");
  return createStore(database);
}

function prepareSchema(database: Database.Database, path: string): void {
  const { user_version: version } = database.prepare("PRAGMA user_version").get() as { user_version: number };
  if (version === schemaVersion) return;
  if (version !== 0) {
    database.close();
    throw new Error(
      `The durable engine's database ${path} has format ${version}, this version reads ${schemaVersion}. ` +
        "Use the version that wrote it, or start with a fresh data folder.",
    );
  }
  database.exec(`BEGIN IMMEDIATE; ${createTables} PRAGMA user_version = ${schemaVersion}; COMMIT`);
}

function createStore(database: Database.Database): DurableStore {
  const statements = prepareStatements(database);
  return {
    transaction: createTransaction(database),
    ...instanceMethods(database, statements),
    ...workMethods(statements),
    ...entityMethods(statements),
    close: () => void database.close(),
  };
}

function createTransaction(database: Database.Database): DurableStore["transaction"] {
  const begin = database.prepare("BEGIN IMMEDIATE");
  const commit = database.prepare("COMMIT");
  const rollback = database.prepare("ROLLBACK");
  return (work) => {
    begin.run();
    try {
      const result = work();
      commit.run();
      return result;
    } catch (error) {
      if (database.inTransaction) rollback.run();
      throw error;
    }
  };
}

type InstanceMethods = Pick<
  DurableStore,
  | "instance"
  | "putInstance"
  | "updateInstance"
  | "instances"
  | "endedBefore"
  | "firstEnd"
  | "deleteInstance"
  | "appendHistory"
  | "history"
  | "deleteHistory"
>;

function instanceMethods(database: Database.Database, statements: Statements): InstanceMethods {
  return {
    instance: (id) => statements.instance.one(id),
    putInstance: (row) => void statements.putInstance.run(...instanceValues(row)),
    updateInstance: (row) =>
      void statements.updateInstance.run(
        row.status,
        row.output,
        row.customStatus,
        row.updatedMs,
        row.endedMs,
        row.id,
      ),
    instances: (query) => {
      const { sql, parameters } = instanceSearch(query);
      return database.prepare(sql).all(...parameters) as InstanceRow[];
    },
    endedBefore: (beforeMs, top) => statements.endedBefore.all(beforeMs, top).map((row) => row.id),
    firstEnd: () => statements.firstEnd.one()?.ms ?? undefined,
    deleteInstance: (id) => {
      statements.deleteInstance.run(id);
      statements.deleteHistory.run(id);
      statements.deleteMessages.run(id);
      statements.deleteTimers.run(id);
    },
    appendHistory: (id, chunk, events) => void statements.appendHistory.run(id, chunk, events),
    history: (id) => statements.history.all(id).map((row) => row.events),
    deleteHistory: (id) => void statements.deleteHistory.run(id),
  };
}

function instanceValues(row: InstanceRow): unknown[] {
  return [
    row.id,
    row.execution,
    row.name,
    row.version,
    row.status,
    row.input,
    row.output,
    row.customStatus,
    row.parentId,
    row.parentExecution,
    row.parentTask,
    row.createdMs,
    row.updatedMs,
    row.endedMs,
  ];
}

function instanceSearch(query: InstanceQuery): { sql: string; parameters: unknown[] } {
  const conditions: string[] = [];
  const parameters: unknown[] = [];
  const where = (sql: string, ...values: unknown[]) => {
    conditions.push(sql);
    parameters.push(...values);
  };
  if (query.createdFromMs !== undefined) where("created_ms >= ?", query.createdFromMs);
  if (query.createdToMs !== undefined) where("created_ms <= ?", query.createdToMs);
  if (query.statuses !== undefined && query.statuses.length > 0)
    where(`status IN (${query.statuses.map(() => "?").join(", ")})`, ...query.statuses);
  if (query.idPrefix !== undefined) where("substr(id, 1, ?) = ?", query.idPrefix.length, query.idPrefix);
  if (query.endedOnly === true) where("ended_ms IS NOT NULL");
  if (query.after !== undefined) where("(created_ms, id) > (?, ?)", query.after.createdMs, query.after.id);
  const filter = conditions.length === 0 ? "" : ` WHERE ${conditions.join(" AND ")}`;
  return {
    sql: `${selectInstances}${filter} ORDER BY created_ms, id LIMIT ?`,
    parameters: [...parameters, query.top],
  };
}

type WorkMethods = Pick<
  DurableStore,
  | "addMessage"
  | "messages"
  | "deleteMessage"
  | "deleteMessagesUpTo"
  | "deleteMessages"
  | "messageTargets"
  | "addActivity"
  | "deleteActivity"
  | "activities"
  | "addTimer"
  | "deleteTimer"
  | "deleteTimers"
  | "timersDue"
  | "firstTimer"
>;

function workMethods(statements: Statements): WorkMethods {
  return {
    addMessage: (target, execution, body) =>
      Number(statements.addMessage.run(target, execution, body).lastInsertRowid),
    messages: (target) => statements.messages.all(target),
    deleteMessage: (seq) => void statements.deleteMessage.run(seq),
    deleteMessagesUpTo: (target, seq) => void statements.deleteMessagesUpTo.run(target, seq),
    deleteMessages: (target) => void statements.deleteMessages.run(target),
    messageTargets: () => statements.messageTargets.all().map((row) => row.target),
    addActivity: (row) =>
      Number(
        statements.addActivity.run(row.instanceId, row.execution, row.taskId, row.name, row.input)
          .lastInsertRowid,
      ),
    deleteActivity: (seq) => statements.deleteActivity.run(seq).changes > 0,
    activities: () => statements.activities.all(),
    addTimer: (row) => void statements.addTimer.run(row.instanceId, row.execution, row.timerId, row.dueMs),
    deleteTimer: (id, timerId) => void statements.deleteTimer.run(id, timerId),
    deleteTimers: (id) => void statements.deleteTimers.run(id),
    timersDue: (nowMs, top) => statements.timersDue.all(nowMs, top),
    firstTimer: () => statements.firstTimer.one()?.ms ?? undefined,
  };
}

type EntityMethods = Pick<
  DurableStore,
  "entity" | "putEntity" | "deleteEntity" | "entitiesLockedBy" | "entities"
>;

function entityMethods(statements: Statements): EntityMethods {
  return {
    entity: (id) => {
      const row = statements.entity.one(id);
      return row === undefined ? undefined : entityRow(row);
    },
    putEntity: (row) =>
      void statements.putEntity.run(row.id, row.exists ? 1 : 0, row.state, row.lockedBy, row.updatedMs),
    deleteEntity: (id) => void statements.deleteEntity.run(id),
    entitiesLockedBy: (instanceId) => statements.entitiesLockedBy.all(instanceId).map((row) => row.id),
    entities: ({ prefix = "", after = "", top }) =>
      statements.entities.all(after, prefix, `${prefix}\u{10ffff}`, top).map(entityRow),
  };
}

function entityRow(row: StoredEntity): EntityRow {
  return {
    id: row.id,
    exists: row.present === 1,
    state: row.state,
    lockedBy: row.lockedBy,
    updatedMs: row.updatedMs,
  };
}
