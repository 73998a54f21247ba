// What runs on this machine, as far as ending a launch needs it. A process is identified by its id AND its start time,
// because ids are reused. Linux reads /proc; elsewhere ps(1) is asked.
import { execFile } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { promisify } from "node:util";
import { launchVariable } from "./launch-script.ts";

export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks since boot on Linux, the text of `ps -o lstart=` elsewhere. */
  readonly start: string;
}

export interface ProcessRow extends ProcessIdentity {
  readonly parent: number;
  readonly group: number;
}

export interface ProcessTable {
  isAlive(process: ProcessIdentity): Promise<boolean>;
  /** Living processes (no zombies). Calls that arrive while a scan waits to start share it. */
  list(): Promise<readonly ProcessRow[]>;
  /** Living processes that started with or after `start`; cheaper than `list`, as others are remembered. */
  startedSince(start: string): Promise<readonly ProcessRow[]>;
  /** Process id → value of BATCHAI_LAUNCH, of those processes whose environment has one and may be read. */
  launchesOf(rows: readonly ProcessRow[]): Promise<ReadonlyMap<number, string>>;
}

/** `procfs`: whether this machine has Linux's /proc. */
export function processTable(procfs: boolean): ProcessTable {
  return procfs ? procTable() : psTable();
}

function procTable(): ProcessTable {
  const scan = () => {
    const rows: ProcessRow[] = [];
    for (const name of readdirSync("/proc")) {
      const pid = Number(name);
      const row = Number.isInteger(pid) ? readStat(pid) : undefined;
      if (row) rows.push(row);
    }
    return rows;
  };
  let known = new Map<number, number>();
  const startedSince = (since: number) => {
    const rows: ProcessRow[] = [];
    const seen = new Map<number, number>();
    for (const name of readdirSync("/proc")) {
      const pid = Number(name);
      if (!Number.isInteger(pid)) continue;
      // Between two scans ids do not come round.
      let start = known.get(pid);
      if (start === undefined || start >= since) {
        const row = readStat(pid);
        if (!row) continue;
        start = Number(row.start);
        if (start >= since) rows.push(row);
      }
      seen.set(pid, start);
    }
    known = seen;
    return rows;
  };
  return {
    isAlive: async ({ pid, start }) => readStat(pid)?.start === start,
    list: shared(async () => scan()),
    startedSince: async (start) => startedSince(Number(start)),
    async launchesOf(rows) {
      const found = new Map<number, string>();
      for (const { pid } of rows) {
        const launch = readLaunch(pid);
        if (launch !== undefined) found.set(pid, launch);
      }
      return found;
    },
  };
}

/** proc(5): the name in field 2 may contain anything, so fields are counted from its closing parenthesis. */
function readStat(pid: number): ProcessRow | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, "latin1");
  } catch {
    return undefined;
  }
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const [state, parent, group] = fields;
  const start = fields[19];
  if (!start || state === "Z" || state === "X") return undefined;
  return { pid, start, parent: Number(parent), group: Number(group) };
}

function readLaunch(pid: number): string | undefined {
  try {
    const prefix = `${launchVariable}=`;
    const entry = readFileSync(`/proc/${pid}/environ`, "latin1")
      .split("\0")
      .find((line) => line.startsWith(prefix));
    return entry?.slice(prefix.length);
  } catch {
    return undefined;
  }
}

const execute = promisify(execFile);

/** ps(1) of macOS and the BSDs; `-E` shows the environment of the user's own processes. */
function psTable(): ProcessTable {
  const ps = async (...options: string[]) => {
    try {
      return (await execute("/bin/ps", options, { env: {}, maxBuffer: 64 * 2 ** 20 })).stdout;
    } catch {
      return "";
    }
  };
  const list = shared(async () => {
    const rows: ProcessRow[] = [];
    for (const line of (await ps("-axo", "pid=,ppid=,pgid=,state=,lstart=")).split("\n")) {
      const match = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(.+?)\s*$/.exec(line);
      if (!match || match[4]?.startsWith("Z")) continue;
      rows.push({
        pid: Number(match[1]),
        parent: Number(match[2]),
        group: Number(match[3]),
        start: match[5] ?? "",
      });
    }
    return rows;
  });
  return {
    isAlive: async ({ pid, start }) => (await ps("-o", "lstart=", "-p", String(pid))).trim() === start.trim(),
    list,
    startedSince: list,
    async launchesOf(rows) {
      const wanted = new Set(rows.map((row) => row.pid));
      const found = new Map<number, string>();
      const mention = new RegExp(`^\\s*(\\d+) .* ${launchVariable}=(\\S+)`);
      for (const line of (await ps("-axwwE", "-o", "pid=,command=")).split("\n")) {
        const [, pid, launch] = mention.exec(line) ?? [];
        if (launch !== undefined && wanted.has(Number(pid))) found.set(Number(pid), launch);
      }
      return found;
    },
  };
}

/** Callers that come while a scan runs share the next one, never the running one: it may have missed their process. */
function shared<T>(scan: () => Promise<T>): () => Promise<T> {
  let running: Promise<unknown> | undefined;
  let next: Promise<T> | undefined;
  return () => {
    next ??= (async () => {
      await running;
      const mine = scan();
      running = mine.catch(() => undefined);
      next = undefined;
      return mine;
    })();
    return next;
  };
}
