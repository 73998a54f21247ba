// Joins the formula language to the pools: one sample history per pool, formulas parsed once.
import type { Random } from "../../../random.ts";
import { evaluateFormula } from "../../autoscale/evaluate-formula.ts";
import { parseFormula } from "../../autoscale/formula-syntax.ts";
import type { Statement } from "../../autoscale/formula-syntax.ts";
import { FormulaSyntaxError } from "../../autoscale/formula-tokens.ts";
import { createSampleHistory } from "../../autoscale/sample-history.ts";
import type { SampleHistory } from "../../autoscale/sample-history.ts";
import type { AutoscaleEngine, AutoscaleOutcome } from "../ports/autoscale-engine.ts";

export function createFormulaAutoscale(random: Random, samplePeriodMs: number): AutoscaleEngine {
  const histories = new Map<string, SampleHistory>();
  let last: { text: string; statements: readonly Statement[] } | undefined;
  const historyOf = (pool: string) => {
    let history = histories.get(pool);
    if (history === undefined)
      histories.set(pool, (history = createSampleHistory({ periodMs: samplePeriodMs })));
    return history;
  };
  const parsed = (text: string) => {
    if (last?.text !== text) last = { text, statements: parseFormula(text) };
    return last.statements;
  };
  return {
    syntaxError(formula) {
      try {
        parsed(formula);
        return undefined;
      } catch (error) {
        if (!(error instanceof FormulaSyntaxError)) throw error;
        return { message: error.message };
      }
    },
    record: (pool, at, sample) => historyOf(pool).record(at, sample),
    evaluate(pool, input): AutoscaleOutcome {
      const outcome = evaluateFormula({
        formula: parsed(input.formula),
        nowMs: input.now,
        samples: historyOf(pool),
        targets: { dedicated: input.current.targetDedicated, lowPriority: input.current.targetLowPriority },
        taskSlotsPerNode: input.taskSlotsPerNode,
        random,
      });
      const at = outcome.error?.at;
      return {
        targetDedicated: outcome.targets.dedicated,
        targetLowPriority: outcome.targets.lowPriority,
        deallocation: outcome.nodeDeallocationOption,
        results: outcome.results,
        ...(outcome.error === undefined
          ? {}
          : {
              error: {
                code: outcome.error.code,
                message: outcome.error.message,
                values: at === undefined ? [] : [{ name: "Position", value: `${at.line}:${at.column}` }],
              },
            }),
      };
    },
    forget: (pool) => void histories.delete(pool),
  };
}
