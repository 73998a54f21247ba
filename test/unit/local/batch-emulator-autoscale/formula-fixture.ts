// Evaluates formulas against a pool with a short history.
import {
  evaluateFormula,
  type FormulaOutcome,
  type FormulaTargets,
} from "../../../../local/batch-emulator/autoscale/evaluate-formula.ts";
import {
  createSampleHistory,
  type SampleHistory,
  type SampleVariable,
} from "../../../../local/batch-emulator/autoscale/sample-history.ts";
import { seededRandom } from "../../../../local/random.ts";

/** A Wednesday. */
export const noon = Date.UTC(2026, 10, 18, 12);
export const minute = 60_000;

export interface FormulaPool {
  readonly nowMs?: number;
  readonly targets?: FormulaTargets;
  readonly samples?: SampleHistory;
}

/** One sample every 30 seconds, the last one at noon; the values of each variable from the oldest to the newest. */
export function history(columns: Partial<Record<SampleVariable, readonly number[]>>): SampleHistory {
  const samples = createSampleHistory();
  const length = Math.max(...Object.values(columns).map((column) => column.length));
  for (let index = 0; index < length; index += 1) {
    const row = Object.entries(columns).map(
      ([name, column]) => [name, column[index - length + column.length]] as const,
    );
    samples.record(
      noon - (length - 1 - index) * 30_000,
      Object.fromEntries(row.filter(([, value]) => value !== undefined)),
    );
  }
  return samples;
}

export function evaluate(formula: string, pool: FormulaPool = {}): FormulaOutcome {
  return evaluateFormula({
    formula,
    nowMs: pool.nowMs ?? noon,
    samples: pool.samples ?? createSampleHistory(),
    targets: pool.targets ?? { dedicated: 5, lowPriority: 0 },
    taskSlotsPerNode: 1,
    random: seededRandom(1),
  });
}

/** The printed value of `expression`. */
export function valueOf(expression: string, pool: FormulaPool = {}): string {
  const outcome = evaluate(`answer = ${expression}`, pool);
  return outcome.error
    ? `error: ${outcome.error.message}`
    : (/\$answer=(.*)$/s.exec(outcome.results)?.[1] ?? "");
}
