// Prepared statements and row shapes of the SQLite store. SQL only; no transaction is begun here.
import type Database from "libsql";
import type { ActivityRow, EntityRow, InstanceRow, MessageRow, TimerRow } from "./durable-store.ts";

export interface Query<Row> {
  one(...parameters: unknown[]): Row | undefined;
  all(...parameters: unknown[]): Row[];
  run(...parameters: unknown[]): { changes: number; lastInsertRowid: number | bigint };
}

const instanceColumns = `id, execution, name, version, status, input, output, custom_status AS customStatus,
  parent_id AS parentId, parent_execution AS parentExecution, parent_task AS parentTask,
  created_ms AS createdMs, updated_ms AS updatedMs, ended_ms AS endedMs`;

export const selectInstances = `SELECT ${instanceColumns} FROM instances`;

export type StoredEntity = Omit<EntityRow, "exists"> & { present: number };

export function prepareQuery<Row>(database: Database.Database, sql: string): Query<Row> {
  const statement = database.prepare(sql);
  return {
    // The driver adds `_metadata` to single rows; it does no harm, as rows are read by column name.
    one: (...parameters) => statement.get(...parameters) as Row | undefined,
    all: (...parameters) => statement.all(...parameters) as Row[],
    run: (...parameters) => statement.run(...parameters),
  };
}

export function prepareStatements(database: Database.Database) {
  return { ...instanceStatements(database), ...workStatements(database), ...entityStatements(database) };
}

function instanceStatements(database: Database.Database) {
  const query = <Row = never>(sql: string) => prepareQuery<Row>(database, sql);
  return {
    instance: query<InstanceRow>(`${selectInstances} WHERE id = ?`),
    putInstance: query(
      `INSERT OR REPLACE INTO instances (id, execution, name, version, status, input, output, custom_status, parent_id,
       parent_execution, parent_task, created_ms, updated_ms, ended_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    updateInstance: query(
      "UPDATE instances SET status = ?, output = ?, custom_status = ?, updated_ms = ?, ended_ms = ? WHERE id = ?",
    ),
    endedBefore: query<{ id: string }>(
      "SELECT id FROM instances WHERE ended_ms IS NOT NULL AND ended_ms <= ? ORDER BY ended_ms LIMIT ?",
    ),
    firstEnd: query<{ ms: number | null }>(
      "SELECT min(ended_ms) AS ms FROM instances WHERE ended_ms IS NOT NULL",
    ),
    deleteInstance: query("DELETE FROM instances WHERE id = ?"),
    appendHistory: query("INSERT INTO history (instance_id, chunk, events) VALUES (?, ?, ?)"),
    history: query<{ events: string }>("SELECT events FROM history WHERE instance_id = ? ORDER BY chunk"),
    deleteHistory: query("DELETE FROM history WHERE instance_id = ?"),
  };
}

function workStatements(database: Database.Database) {
  const query = <Row = never>(sql: string) => prepareQuery<Row>(database, sql);
  return {
    addMessage: query("INSERT INTO messages (target, execution, body) VALUES (?, ?, ?)"),
    messages: query<MessageRow>(
      "SELECT seq, target, execution, body FROM messages WHERE target = ? ORDER BY seq",
    ),
    deleteMessage: query("DELETE FROM messages WHERE seq = ?"),
    deleteMessagesUpTo: query("DELETE FROM messages WHERE target = ? AND seq <= ?"),
    deleteMessages: query("DELETE FROM messages WHERE target = ?"),
    messageTargets: query<{ target: string }>(
      "SELECT target FROM messages GROUP BY target ORDER BY min(seq)",
    ),
    addActivity: query(
      "INSERT INTO activities (instance_id, execution, task_id, name, input) VALUES (?, ?, ?, ?, ?)",
    ),
    deleteActivity: query("DELETE FROM activities WHERE seq = ?"),
    activities: query<ActivityRow>(
      `SELECT seq, instance_id AS instanceId, execution, task_id AS taskId, name, input FROM activities ORDER BY seq`,
    ),
    addTimer: query(
      "INSERT OR REPLACE INTO timers (instance_id, execution, timer_id, due_ms) VALUES (?, ?, ?, ?)",
    ),
    deleteTimer: query("DELETE FROM timers WHERE instance_id = ? AND timer_id = ?"),
    deleteTimers: query("DELETE FROM timers WHERE instance_id = ?"),
    timersDue: query<TimerRow>(
      `SELECT instance_id AS instanceId, execution, timer_id AS timerId, due_ms AS dueMs FROM timers
       WHERE due_ms <= ? ORDER BY due_ms, instance_id, timer_id LIMIT ?`,
    ),
    firstTimer: query<{ ms: number | null }>("SELECT min(due_ms) AS ms FROM timers"),
  };
}

function entityStatements(database: Database.Database) {
  const query = <Row = never>(sql: string) => prepareQuery<Row>(database, sql);
  return {
    entity: query<StoredEntity>(
      "SELECT id, present, state, locked_by AS lockedBy, updated_ms AS updatedMs FROM entities WHERE id = ?",
    ),
    putEntity: query(
      "INSERT OR REPLACE INTO entities (id, present, state, locked_by, updated_ms) VALUES (?, ?, ?, ?, ?)",
    ),
    deleteEntity: query("DELETE FROM entities WHERE id = ?"),
    entitiesLockedBy: query<{ id: string }>("SELECT id FROM entities WHERE locked_by = ? ORDER BY id"),
    entities: query<StoredEntity>(
      `SELECT id, present, state, locked_by AS lockedBy, updated_ms AS updatedMs FROM entities
       WHERE present = 1 AND id > ? AND id >= ? AND id < ? ORDER BY id LIMIT ?`,
    ),
  };
}

export type Statements = ReturnType<typeof prepareStatements>;
