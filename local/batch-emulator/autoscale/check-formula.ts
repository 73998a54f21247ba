// Looks for autoscale formulas that will surprise their owner: that can never scale down, exceed a bound, fail whatever
// happens, or read a variable that is never set. The last is exact (statements run once, in order); the others are found
// by trying the formula on many situations, so a finding is real and has an example, but silence is no proof.
import { seededRandom } from "../../random.ts";
import { evaluateFormula, roleOf, type FormulaInput, type FormulaOutcome } from "./evaluate-formula.ts";
import { situations, timesIn, type Situation } from "./formula-situations.ts";
import { parseFormula, type Expression, type Statement } from "./formula-syntax.ts";
import { FormulaSyntaxError, type Position } from "./formula-tokens.ts";

export interface FormulaFinding {
  readonly kind: "syntax" | "readsUnset" | "alwaysFails" | "exceedsBound" | "neverScalesDown";
  readonly message: string;
  readonly at?: Position;
}

export interface FormulaExpectations {
  readonly maxDedicated?: number;
  readonly maxLowPriority?: number;
  readonly taskSlotsPerNode?: number;
}

export function checkFormula(text: string, expectations: FormulaExpectations = {}): FormulaFinding[] {
  let statements: Statement[];
  try {
    statements = parseFormula(text);
  } catch (error) {
    if (error instanceof FormulaSyntaxError)
      return [{ kind: "syntax", message: error.message, at: error.at }];
    throw error;
  }
  const unset = unsetReads(statements);
  if (unset.length > 0) return unset;
  const runs = tryAll(statements, expectations);
  const failed = runs[0]?.outcome.error;
  if (failed && runs.every((run) => run.outcome.error))
    return [
      {
        kind: "alwaysFails",
        message: `The formula fails in every situation: ${failed.message}`,
        ...at(failed.at),
      },
    ];
  return [
    ...exceeded(runs, "dedicated", "$TargetDedicatedNodes", expectations.maxDedicated),
    ...exceeded(runs, "lowPriority", "$TargetLowPriorityNodes", expectations.maxLowPriority),
    ...stuck(statements, runs),
  ];
}

interface Run {
  readonly situation: Situation;
  readonly outcome: FormulaOutcome;
}

function tryAll(statements: readonly Statement[], expectations: FormulaExpectations): Run[] {
  const expressions = statements.map((statement) => statement.value);
  const bounds = [expectations.maxDedicated, expectations.maxLowPriority].filter(
    (bound) => bound !== undefined,
  );
  return situations({ times: timesIn(expressions), targets: [0, 1, 4, 25, ...bounds] }).map((situation) => {
    const input: FormulaInput = {
      formula: statements,
      nowMs: situation.nowMs,
      samples: situation.samples,
      targets: { dedicated: situation.target, lowPriority: situation.target },
      taskSlotsPerNode: expectations.taskSlotsPerNode ?? 1,
      random: seededRandom(1),
    };
    return { situation, outcome: evaluateFormula(input) };
  });
}

function exceeded(
  runs: readonly Run[],
  target: "dedicated" | "lowPriority",
  name: string,
  bound: number | undefined,
): FormulaFinding[] {
  if (bound === undefined) return [];
  const run = runs.find(
    ({ situation, outcome }) =>
      !outcome.error && outcome.targets[target] > bound && outcome.targets[target] !== situation.target,
  );
  if (!run) return [];
  const found = run.outcome.targets[target];
  return [
    {
      kind: "exceedsBound",
      message: `${name} becomes ${found}, more than ${bound}, when ${run.situation.description}.`,
    },
  ];
}

function stuck(statements: readonly Statement[], runs: readonly Run[]): FormulaFinding[] {
  const set = new Set(
    statements.flatMap((one) => (one.kind === "assign" ? [roleOf(one.target.name).name] : [])),
  );
  const assigned = (["dedicated", "lowPriority"] as const).filter((target) => {
    const name = target === "dedicated" ? "TargetDedicated" : "TargetLowPriority";
    return set.has(name) || set.has(`${name}Nodes`);
  });
  if (assigned.length === 0)
    return [
      { kind: "neverScalesDown", message: "The formula sets no number of nodes, so the pool never changes." },
    ];
  return assigned.flatMap((target) => {
    const shrinks = ({ situation, outcome }: Run) =>
      !outcome.error && outcome.targets[target] < situation.target;
    if (runs.some(shrinks)) return [];
    const name = target === "dedicated" ? "$TargetDedicatedNodes" : "$TargetLowPriorityNodes";
    const message = `${name} never becomes smaller than it is, not even when there are no tasks.`;
    return [{ kind: "neverScalesDown" as const, message }];
  });
}

/** Statements run once and in order, so what is set before a read is known exactly. */
function unsetReads(statements: readonly Statement[]): FormulaFinding[] {
  const everSet = new Set(statements.flatMap((one) => (one.kind === "assign" ? [one.target.name] : [])));
  const isSet = new Set<string>();
  const findings: FormulaFinding[] = [];
  for (const statement of statements) {
    for (const expression of within(statement.value)) {
      if (expression.kind !== "variable") continue;
      const { name, at } = expression;
      if (roleOf(name).role !== "own" || isSet.has(name)) continue;
      const message = everSet.has(name) ? `'${name}' is read before it is set` : `'${name}' is never set`;
      findings.push({ kind: "readsUnset", message: `${message} (line ${at.line}, column ${at.column})`, at });
    }
    if (statement.kind === "assign") isSet.add(statement.target.name);
  }
  return findings;
}

function within(expression: Expression): Expression[] {
  const inner = (() => {
    switch (expression.kind) {
      case "unary":
        return [expression.operand];
      case "binary":
        return [expression.left, expression.right];
      case "choice":
        return [expression.condition, expression.then, expression.otherwise];
      case "call":
        return expression.args;
      case "member":
        return [expression.target, ...(expression.args ?? [])];
      case "number":
      case "string":
      case "variable":
        return [];
    }
  })();
  return [expression, ...inner.flatMap(within)];
}

function at(position: Position | undefined): { at?: Position } {
  return position ? { at: position } : {};
}
