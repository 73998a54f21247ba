// The situations a formula is tried in: loads from nothing to a flood, histories from none to full, every hour that
// formulas usually distinguish, and the moments that the formula itself names.
import { formulaFunctions } from "./formula-functions.ts";
import type { Expression } from "./formula-syntax.ts";
import { ValueError } from "./formula-values.ts";
import { seededRandom } from "../../random.ts";
import type { SampleSource, SampleVariable } from "./sample-history.ts";

export interface Situation {
  /** Completes "when …". */
  readonly description: string;
  readonly nowMs: number;
  readonly samples: SampleSource;
  /** Nodes the pool aims at, of either kind. */
  readonly target: number;
}

interface Load {
  readonly description: string;
  readonly active: number;
  readonly running: number;
  readonly historyMs: number;
  /** The load there was until five minutes ago, when it was another. */
  readonly before?: number;
}

const minute = 60_000;
const day = 1_440 * minute;
const periodMs = 30_000;
/** Longer than the ranges formulas look at. */
const fullMs = 2 * day;

const loads: readonly Load[] = [
  { description: "there are no samples yet", active: 0, running: 0, historyMs: 0 },
  { description: "there are no tasks", active: 0, running: 0, historyMs: fullMs },
  { description: "the pool is new and there are no tasks", active: 0, running: 0, historyMs: minute },
  { description: "all tasks have just ended", active: 0, running: 0, historyMs: fullMs, before: 50 },
  { description: "one task runs", active: 0, running: 1, historyMs: fullMs },
  { description: "10 tasks wait", active: 10, running: 1, historyMs: fullMs },
  { description: "1,000 tasks wait", active: 1_000, running: 20, historyMs: fullMs },
  { description: "1,000,000 tasks wait", active: 1_000_000, running: 20, historyMs: fullMs },
  { description: "the pool is new and 1,000 tasks wait", active: 1_000, running: 0, historyMs: minute },
];

export function situations(o: { times: readonly number[]; targets: readonly number[] }): Situation[] {
  return loads.flatMap((load) =>
    o.times.flatMap((nowMs) =>
      [...new Set(o.targets)].map((target) => ({
        description: `${load.description}, the pool has ${target} nodes and the time is ${new Date(nowMs).toISOString()}`,
        nowMs,
        samples: steadySamples(load, target, nowMs),
        target,
      })),
    ),
  );
}

function steadySamples(load: Load, target: number, nowMs: number): SampleSource {
  const { before = load.active } = load;
  const beginMs = nowMs - load.historyMs;
  const valueAt = (variable: SampleVariable, atMs: number) => {
    const active = atMs < nowMs - 5 * minute ? before : load.active;
    return value(variable, active, load.running, target);
  };
  const times = (fromMs: number, toMs: number) => {
    const found: number[] = [];
    const firstMs = Math.max(fromMs, beginMs + periodMs);
    for (let at = Math.min(toMs, nowMs); at >= firstMs; at -= periodMs) found.unshift(at);
    return found;
  };
  return {
    periodMs,
    between: (variable, fromMs, toMs) => times(fromMs, toMs).map((at) => valueAt(variable, at)),
    latest: (variable, count) =>
      times(nowMs - (Math.min(count, 1_000) - 1) * periodMs, nowMs).map((at) => valueAt(variable, at)),
    count: () => Math.floor(load.historyMs / periodMs),
    beginMs: () => (load.historyMs > 0 ? beginMs + periodMs : undefined),
  };
}

function value(variable: SampleVariable, active: number, running: number, target: number): number {
  switch (variable) {
    case "ActiveTasks":
      return active;
    case "RunningTasks":
      return running;
    case "PendingTasks":
      return active + running;
    case "CPUPercent":
      return running > 0 ? 90 : 1;
    case "CurrentDedicatedNodes":
    case "CurrentLowPriorityNodes":
    case "UsableNodeCount":
    case "SampleNodeCount":
      return target;
    case "TaskSlotsPerNode":
      return 1;
    default:
      return 0;
  }
}

/** One moment when the formula does not ask for the time; else all week, and around the moments it names. */
export function timesIn(expressions: readonly Expression[]): number[] {
  const base = Date.UTC(2026, 0, 5); // a Monday
  const named: number[] = [];
  let asksTime = false;
  const visit = (expression: Expression): void => {
    if (expression.kind === "call" && expression.name === "time") {
      asksTime = true;
      const [text] = expression.args;
      if (text?.kind === "string") named.push(...momentOf(text.value));
    }
    for (const part of Object.values(expression))
      for (const inner of Array.isArray(part) ? part : [part]) if (isExpression(inner)) visit(inner);
  };
  expressions.forEach(visit);
  if (!asksTime) return [base + 12 * 60 * minute];
  const week = Array.from({ length: 7 }, (_, index) => base + index * day).flatMap((midnight) =>
    [1, 7, 9, 13, 17, 21].map((hour) => midnight + hour * 60 * minute),
  );
  return [
    ...week,
    ...named.flatMap((moment) => [-day, minute, 30 * minute, 7 * day].map((step) => moment + step)),
  ];
}

function momentOf(text: string): number[] {
  const time = formulaFunctions.get("time");
  try {
    const moment = time?.([{ type: "string", value: text }], { nowMs: 0, random: seededRandom(0) });
    return moment?.type === "timestamp" ? [moment.ms] : [];
  } catch (error) {
    if (error instanceof ValueError) return [];
    throw error;
  }
}

function isExpression(part: unknown): part is Expression {
  return typeof part === "object" && part !== null && "kind" in part;
}
