// The engine's tables. A change here needs a new version number and a migration: data folders outlive releases.

export const schemaVersion = 1;

export const createTables = `
CREATE TABLE instances (
  id TEXT PRIMARY KEY,
  execution TEXT NOT NULL,
  name TEXT NOT NULL,
  version TEXT,
  status TEXT NOT NULL,
  input TEXT,
  output TEXT,
  custom_status TEXT,
  parent_id TEXT,
  parent_execution TEXT,
  parent_task INTEGER,
  created_ms INTEGER NOT NULL,
  updated_ms INTEGER NOT NULL,
  ended_ms INTEGER
);
CREATE INDEX instances_created ON instances (created_ms, id);
CREATE INDEX instances_ended ON instances (ended_ms) WHERE ended_ms IS NOT NULL;

CREATE TABLE history (
  instance_id TEXT NOT NULL,
  chunk INTEGER NOT NULL,
  events TEXT NOT NULL,
  PRIMARY KEY (instance_id, chunk)
);

CREATE TABLE messages (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  target TEXT NOT NULL,
  execution TEXT,
  body TEXT NOT NULL
);
CREATE INDEX messages_target ON messages (target, seq);

CREATE TABLE activities (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  instance_id TEXT NOT NULL,
  execution TEXT NOT NULL,
  task_id INTEGER NOT NULL,
  name TEXT NOT NULL,
  input TEXT
);

CREATE TABLE timers (
  instance_id TEXT NOT NULL,
  execution TEXT NOT NULL,
  timer_id INTEGER NOT NULL,
  due_ms INTEGER NOT NULL,
  PRIMARY KEY (instance_id, timer_id)
) WITHOUT ROWID;
CREATE INDEX timers_due ON timers (due_ms);

CREATE TABLE entities (
  id TEXT PRIMARY KEY,
  present INTEGER NOT NULL,
  state TEXT,
  locked_by TEXT,
  updated_ms INTEGER NOT NULL
);
CREATE INDEX entities_locked ON entities (locked_by) WHERE locked_by IS NOT NULL;
`;
