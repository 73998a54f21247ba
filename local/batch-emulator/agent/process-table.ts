// What runs on this machine, as far as ending a launch needs it. A process is identified by its id AND its start time,
// because ids are reused. Linux reads /proc; elsewhere ps(1) is asked.
import { execFile } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { setImmediate as nextTurn } from "node:timers/promises";
import { promisify } from "node:util";
import { delay, systemClock } from "../../clock.ts";
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

/** The living processes (no zombies) at a moment. */
export interface ProcessSnapshot {
  readonly rows: readonly ProcessRow[];
  /** Processes by the value of BATCHAI_LAUNCH in their environment, where there is one and it may be read. */
  readonly byLaunch: ReadonlyMap<string, readonly ProcessRow[]>;
  readonly byGroup: ReadonlyMap<number, readonly ProcessRow[]>;
  readonly byParent: ReadonlyMap<number, readonly ProcessRow[]>;
}

export interface ProcessTable {
  isAlive(process: ProcessIdentity): Promise<boolean>;
  /** Calls that arrive while a scan waits to start share it. */
  scan(): Promise<ProcessSnapshot>;
  /** Only processes that started with or after `start`; cheaper, as others are remembered. */
  scanSince(start: string): Promise<ProcessSnapshot>;
}

/** After so many the scan lets others have the event loop. */
const processesPerTurn = 50;
/** Those who want a scan within this time share it. */
const gatherMs = 5;
/** The more processes there are the longer a scan takes, and the longer the next one gathers: at most half of the time is for scans. */
const longestGatherMs = 100;

/** `procfs`: whether this machine has Linux's /proc. */
export function processTable(procfs: boolean): ProcessTable {
  return procfs ? procTable() : psTable();
}

function procTable(): ProcessTable {
  const scan = async () => {
    const rows: ProcessRow[] = [];
    const launches = new Map<number, string>();
    let looked = 0;
    for (const name of readdirSync("/proc")) {
      const pid = Number(name);
      const row = Number.isInteger(pid) ? processRow(pid) : undefined;
      if (!row) continue;
      rows.push(row);
      const launch = readLaunch(pid);
      if (launch !== undefined) launches.set(pid, launch);
      looked += 1;
      if (looked % processesPerTurn === 0) await nextTurn();
    }
    return snapshot(rows, ({ pid }) => launches.get(pid));
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
        const row = processRow(pid);
        if (!row) continue;
        start = Number(row.start);
        if (start >= since) rows.push(row);
      }
      seen.set(pid, start);
    }
    known = seen;
    return snapshot(rows, ({ pid }) => readLaunch(pid));
  };
  return {
    isAlive: async ({ pid, start }) => processRow(pid)?.start === start,
    scan: shared(scan),
    scanSince: async (start) => startedSince(Number(start)),
  };
}

function snapshot(
  rows: readonly ProcessRow[],
  launchOf: (row: ProcessRow) => string | undefined,
): ProcessSnapshot {
  const byLaunch = new Map<string, ProcessRow[]>();
  const byGroup = new Map<number, ProcessRow[]>();
  const byParent = new Map<number, ProcessRow[]>();
  for (const row of rows) {
    const launch = launchOf(row);
    if (launch !== undefined) add(byLaunch, launch, row);
    add(byGroup, row.group, row);
    add(byParent, row.parent, row);
  }
  return { rows, byLaunch, byGroup, byParent };
}

function add<Key>(map: Map<Key, ProcessRow[]>, key: Key, row: ProcessRow): void {
  const list = map.get(key);
  if (list) list.push(row);
  else map.set(key, [row]);
}

/** Where there is /proc; undefined for what does not live. */
export function processRow(pid: number): ProcessRow | undefined {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, "latin1"));
  } catch {
    return undefined;
  }
}

/** A line of /proc/PID/stat; undefined for a zombie. proc(5): the name in field 2 may contain anything, so fields are
 *  counted from its closing parenthesis. */
export function parseStat(text: string): ProcessRow | undefined {
  const pid = Number.parseInt(text, 10);
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ", 20);
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
  const scan = shared(async () => {
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
    const launches = new Map<number, string>();
    const mention = new RegExp(`^\\s*(\\d+) .* ${launchVariable}=(\\S+)`);
    for (const line of (await ps("-axwwE", "-o", "pid=,command=")).split("\n")) {
      const [, pid, launch] = mention.exec(line) ?? [];
      if (launch !== undefined) launches.set(Number(pid), launch);
    }
    return snapshot(rows, ({ pid }) => launches.get(pid));
  });
  return {
    isAlive: async ({ pid, start }) => (await ps("-o", "lstart=", "-p", String(pid))).trim() === start.trim(),
    scan,
    scanSince: scan,
  };
}

/** Callers that come within a moment share a scan, but never one that runs: it may have missed their process. */
function shared<T>(scan: () => Promise<T>): () => Promise<T> {
  const clock = systemClock();
  let running: Promise<unknown> | undefined;
  let next: Promise<T> | undefined;
  let lastedMs = 0;
  return () => {
    next ??= (async () => {
      await running;
      await delay(clock, Math.min(longestGatherMs, Math.max(gatherMs, lastedMs)));
      const startedMs = clock.now();
      const mine = scan();
      running = mine.catch(() => undefined).then(() => (lastedMs = clock.now() - startedMs));
      next = undefined;
      return mine;
    })();
    return next;
  };
}
