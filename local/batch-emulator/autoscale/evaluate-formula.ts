// Evaluates autoscale formulas. Choices, && and || evaluate only what they need: formulas guard `avg` of samples that
// may not exist that way. A formula that fails changes nothing: the pool keeps its targets.
import type { Random } from "../../random.ts";
import { formulaConstants, formulaFunctions, StopEvaluation, timeMember } from "./formula-functions.ts";
import { sampleMethod } from "./formula-samples.ts";
import { parseFormula, type Expression, type Statement, type Variable } from "./formula-syntax.ts";
import { FormulaError, type Position } from "./formula-tokens.ts";
import {
  arithmetic,
  asDouble,
  comparison,
  describe,
  double,
  negate,
  not,
  print,
  ValueError,
  type FormulaValue,
} from "./formula-values.ts";
import { sampleVariables, type SampleSource, type SampleVariable } from "./sample-history.ts";

const largestTarget = 2 ** 31 - 1;

export type NodeDeallocationOption = "requeue" | "terminate" | "taskcompletion" | "retaineddata";
const deallocationOptions: readonly string[] = ["requeue", "terminate", "taskcompletion", "retaineddata"];

export interface FormulaInput {
  /** Text, or what `parseFormula` made of it. */
  readonly formula: string | readonly Statement[];
  readonly nowMs: number;
  readonly samples: SampleSource;
  /** What the pool aims at now; kept by a formula that sets nothing. */
  readonly targets: FormulaTargets;
  readonly taskSlotsPerNode: number;
  readonly random: Random;
}

export interface FormulaTargets {
  readonly dedicated: number;
  readonly lowPriority: number;
}

export interface FormulaOutcome {
  readonly targets: FormulaTargets;
  readonly nodeDeallocationOption: NodeDeallocationOption;
  /** `$TargetDedicatedNodes=3;$TargetLowPriorityNodes=0;$NodeDeallocationOption=requeue` and the formula's variables. */
  readonly results: string;
  readonly error?: {
    readonly code: "AutoScalingFormulaEvaluationError";
    readonly message: string;
    readonly at: Position | undefined;
  };
}

/** Throws FormulaSyntaxError; every other failure is an outcome with the current targets. */
export function evaluateFormula(input: FormulaInput): FormulaOutcome {
  const statements = typeof input.formula === "string" ? parseFormula(input.formula) : input.formula;
  const run = new Run(input);
  try {
    run.execute(statements);
    return run.outcome();
  } catch (error) {
    if (!(error instanceof FormulaError)) throw error;
    return {
      ...new Run(input).outcome(),
      error: { code: "AutoScalingFormulaEvaluationError", message: error.message, at: error.at },
    };
  }
}

/** Canonical names of what a formula may set, by lower-case spelling. */
const writable = new Map<string, string>(
  [
    "TargetDedicatedNodes",
    "TargetDedicated",
    "TargetLowPriorityNodes",
    "TargetLowPriority",
    "NodeDeallocationOption",
  ].map((name) => [name.toLowerCase(), name]),
);
const readable = new Map<string, SampleVariable>(sampleVariables.map((name) => [name.toLowerCase(), name]));

/** What a name stands for, whoever asks. Service variables are found in any case, the formula's own only in theirs. */
export function roleOf(name: string): { role: "target" | "samples" | "constant" | "own"; name: string } {
  const target = writable.get(name.toLowerCase());
  if (target) return { role: "target", name: target };
  const sampled = readable.get(name.toLowerCase());
  if (sampled) return { role: "samples", name: sampled };
  return { role: formulaConstants.has(name) ? "constant" : "own", name };
}

class Run {
  readonly #input: FormulaInput;
  /** Set variables by canonical name. */
  readonly #set = new Map<string, FormulaValue>();

  constructor(input: FormulaInput) {
    this.#input = input;
  }

  execute(statements: readonly Statement[]): void {
    try {
      for (const statement of statements) {
        if (statement.kind === "assign") this.#assign(statement.target, this.#evaluate(statement.value));
        else this.#evaluate(statement.value);
      }
    } catch (error) {
      if (!(error instanceof StopEvaluation)) throw error;
    }
  }

  outcome(): FormulaOutcome {
    const { targets } = this.#input;
    const dedicated = this.#target("TargetDedicatedNodes", "TargetDedicated") ?? targets.dedicated;
    const lowPriority = this.#target("TargetLowPriorityNodes", "TargetLowPriority") ?? targets.lowPriority;
    const option = this.#set.get("NodeDeallocationOption");
    const nodeDeallocationOption = (option ? print(option) : "requeue") as NodeDeallocationOption;
    const own = [...this.#set.keys()].filter((name) => roleOf(name).role !== "target").sort();
    const printed = [
      `$TargetDedicatedNodes=${dedicated}`,
      `$TargetLowPriorityNodes=${lowPriority}`,
      `$NodeDeallocationOption=${nodeDeallocationOption}`,
      ...own.map((name) => `$${name}=${print(this.#set.get(name) ?? double(NaN))}`),
    ];
    return { targets: { dedicated, lowPriority }, nodeDeallocationOption, results: printed.join(";") };
  }

  /** The full name wins over its older alias. Fractions are cut off, nobody has fewer than no nodes, and a
   *  target is a 32-bit integer on the wire. */
  #target(name: string, alias: string): number | undefined {
    const value = this.#set.get(name) ?? this.#set.get(alias);
    return value?.type === "double"
      ? Math.min(Math.max(0, Math.trunc(value.value)), largestTarget)
      : undefined;
  }

  #assign(target: Variable, value: FormulaValue): void {
    const { role, name } = roleOf(target.name);
    locate(target.at, () => {
      if (role === "samples") throw new ValueError(`$${name} cannot be set`);
      if (role !== "target")
        return this.#set.set(name, value.type === "samples" ? this.#scalar(value) : value);
      const plain = this.#scalar(value);
      if (name !== "NodeDeallocationOption") return this.#set.set(name, double(wholeNumber(name, plain)));
      if (plain.type !== "string" || !deallocationOptions.includes(plain.value))
        throw new ValueError(`$NodeDeallocationOption must be one of ${deallocationOptions.join(", ")}`);
      return this.#set.set(name, plain);
    });
  }

  #evaluate(expression: Expression): FormulaValue {
    switch (expression.kind) {
      case "number":
        return double(expression.value);
      case "string":
        return { type: "string", value: expression.value };
      case "variable":
        return locate(expression.at, () => this.#read(expression.name));
      case "unary": {
        const operand = this.#operand(expression.operand);
        return locate(expression.at, () => (expression.operator === "-" ? negate(operand) : not(operand)));
      }
      case "binary":
        return this.#binary(expression);
      case "choice": {
        const isTrue = this.#isTrue(expression.condition, expression.at, "The condition of '?'");
        return this.#evaluate(isTrue ? expression.then : expression.otherwise);
      }
      case "call": {
        const of = formulaFunctions.get(expression.name);
        if (!of) throw new FormulaError(`There is no function '${expression.name}'`, expression.at);
        const args = expression.args.map((arg) => this.#operand(arg));
        return locate(expression.at, () => of(args, this.#input));
      }
      case "member":
        return this.#member(expression);
    }
  }

  #binary(expression: Extract<Expression, { kind: "binary" }>): FormulaValue {
    const { operator, left, right, at } = expression;
    if (operator === "&&" || operator === "||") {
      const side = (one: Expression) => this.#isTrue(one, at, `An operand of '${operator}'`);
      return double((operator === "&&" ? side(left) && side(right) : side(left) || side(right)) ? 1 : 0);
    }
    const [a, b] = [this.#operand(left), this.#operand(right)];
    return locate(at, () => {
      if (operator === "+" || operator === "-" || operator === "*" || operator === "/")
        return arithmetic(operator, a, b);
      return comparison(operator, a, b);
    });
  }

  #isTrue(expression: Expression, at: Position, what: string): boolean {
    const value = this.#operand(expression);
    return locate(at, () => asDouble(value, what)) !== 0;
  }

  #member(expression: Extract<Expression, { kind: "member" }>): FormulaValue {
    const { name, args, at } = expression;
    const target = this.#evaluate(expression.target);
    const values = args?.map((arg) => this.#operand(arg));
    return locate(at, () => {
      if (target.type === "samples" && values)
        return sampleMethod(target.variable as SampleVariable, name, values, this.#input);
      const part = target.type === "timestamp" && !values ? timeMember(target.ms, name) : undefined;
      if (part === undefined) throw new ValueError(`${describe(target)} has no '${name}'`);
      return double(part);
    });
  }

  /** Where a number is wanted, a service variable stands for its latest sample. */
  #operand(expression: Expression): FormulaValue {
    const value = this.#evaluate(expression);
    return value.type === "samples" ? locate(expression.at, () => this.#scalar(value)) : value;
  }

  #scalar(value: FormulaValue): FormulaValue {
    if (value.type !== "samples") return value;
    const { samples, nowMs, taskSlotsPerNode } = this.#input;
    const [latest] = samples.latest(value.variable as SampleVariable, 1, nowMs);
    if (latest !== undefined) return double(latest);
    if (value.variable === "TaskSlotsPerNode") return double(taskSlotsPerNode);
    throw new ValueError(`$${value.variable} has no sample yet`);
  }

  #read(spelling: string): FormulaValue {
    const { role, name } = roleOf(spelling);
    const value = this.#set.get(name);
    if (value) return value;
    if (role === "samples") return { type: "samples", variable: name };
    if (role === "target") return this.#currentTarget(name);
    const constant = formulaConstants.get(name);
    if (!constant) throw new ValueError(`The variable '${spelling}' has no value`);
    return constant;
  }

  #currentTarget(name: string): FormulaValue {
    const { dedicated, lowPriority } = this.#input.targets;
    if (name === "NodeDeallocationOption") return { type: "string", value: "requeue" };
    const other = name.endsWith("Nodes") ? name.slice(0, -"Nodes".length) : `${name}Nodes`;
    return this.#set.get(other) ?? double(name.startsWith("TargetDedicated") ? dedicated : lowPriority);
  }
}

function wholeNumber(name: string, value: FormulaValue): number {
  const count = asDouble(value, `$${name}`);
  if (!Number.isFinite(count)) throw new ValueError(`$${name} is not a number of nodes: ${count}`);
  return count;
}

function locate<T>(at: Position, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof ValueError) throw new FormulaError(error.message, at);
    throw error;
  }
}
