// Values of the autoscale formula language and what operators do with them ("Operations" table of the documentation).
// Times and intervals are milliseconds with fractions (the language goes down to 100 ns).

export type FormulaValue =
  | { readonly type: "double"; readonly value: number }
  | { readonly type: "doubleVec"; readonly values: readonly number[] }
  | { readonly type: "string"; readonly value: string }
  | { readonly type: "timestamp"; readonly ms: number }
  | { readonly type: "timeinterval"; readonly ms: number }
  /** A read-only service variable; where a number is wanted it stands for its latest sample. */
  | { readonly type: "samples"; readonly variable: string };

/** Why an operation is impossible; the evaluator adds the position. */
export class ValueError extends Error {}

export const double = (value: number): FormulaValue => ({ type: "double", value });
export const doubleVec = (values: readonly number[]): FormulaValue => ({ type: "doubleVec", values });
export const timestamp = (ms: number): FormulaValue => ({ type: "timestamp", ms });
export const timeInterval = (ms: number): FormulaValue => ({ type: "timeinterval", ms });
const bool = (value: boolean): FormulaValue => double(value ? 1 : 0);

/** A number, or a vector of one element, which public formulas use as a number. */
export function asDouble(value: FormulaValue, what: string): number {
  if (value.type === "double") return value.value;
  const [only, ...rest] = value.type === "doubleVec" ? value.values : [];
  if (only !== undefined && rest.length === 0) return only;
  throw new ValueError(`${what} must be a double, not ${describe(value)}`);
}

export function asInterval(value: FormulaValue, what: string): number {
  if (value.type === "timeinterval") return value.ms;
  throw new ValueError(`${what} must be a timeinterval, not ${describe(value)}`);
}

export function asVector(value: FormulaValue, what: string): readonly number[] {
  if (value.type === "double") return [value.value];
  if (value.type === "doubleVec") return value.values;
  throw new ValueError(`${what} must be a double or a doubleVec, not ${describe(value)}`);
}

export function describe(value: FormulaValue): string {
  return value.type === "doubleVec" ? `a doubleVec of ${value.values.length} elements` : `a ${value.type}`;
}

type Arithmetic = "+" | "-" | "*" | "/";
const compute: Record<Arithmetic, (a: number, b: number) => number> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => a / b,
};

/** Neither operand is "samples". */
export function arithmetic(operator: Arithmetic, left: FormulaValue, right: FormulaValue): FormulaValue {
  const of = compute[operator];
  if (left.type === "double" && right.type === "double") return double(of(left.value, right.value));
  return (
    vectorArithmetic(of, left, right) ??
    timeArithmetic(operator, left, right) ??
    refuse(operator, left, right)
  );
}

function vectorArithmetic(
  of: (a: number, b: number) => number,
  left: FormulaValue,
  right: FormulaValue,
): FormulaValue | undefined {
  if (left.type === "doubleVec" && right.type === "double")
    return doubleVec(left.values.map((value) => of(value, right.value)));
  if (left.type === "double" && right.type === "doubleVec")
    return doubleVec(right.values.map((value) => of(left.value, value)));
  if (left.type !== "doubleVec" || right.type !== "doubleVec") return undefined;
  if (left.values.length !== right.values.length)
    throw new ValueError(`The vectors have ${left.values.length} and ${right.values.length} elements`);
  return doubleVec(left.values.map((value, index) => of(value, right.values[index] ?? NaN)));
}

function timeArithmetic(
  operator: Arithmetic,
  left: FormulaValue,
  right: FormulaValue,
): FormulaValue | undefined {
  const isTime = (value: FormulaValue) => value.type === "timestamp" || value.type === "timeinterval";
  if (!isTime(left) && !isTime(right)) return undefined;
  const signature = `${left.type} ${operator} ${right.type}`;
  const ms = (value: FormulaValue) => ("ms" in value ? value.ms : asDouble(value, "The factor"));
  switch (signature) {
    case "timestamp + timeinterval":
    case "timeinterval + timestamp":
      return timestamp(ms(left) + ms(right));
    case "timestamp - timeinterval":
      return timestamp(ms(left) - ms(right));
    case "timestamp - timestamp":
    case "timeinterval - timeinterval":
      return timeInterval(ms(left) - ms(right));
    case "timeinterval + timeinterval":
      return timeInterval(ms(left) + ms(right));
    case "timeinterval * double":
    case "timeinterval * doubleVec":
    case "double * timeinterval":
    case "doubleVec * timeinterval":
      return timeInterval(ms(left) * ms(right));
    case "timeinterval / double":
    case "timeinterval / doubleVec":
      return timeInterval(ms(left) / ms(right));
    default:
      return undefined;
  }
}

type Comparison = "<" | "<=" | ">" | ">=" | "==" | "!=";
const compareBy: Record<Comparison, (a: number | string, b: number | string) => boolean> = {
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
  "==": (a, b) => a === b,
  "!=": (a, b) => a !== b,
};

/** Neither operand is "samples". Result: double 0 or 1. */
export function comparison(operator: Comparison, left: FormulaValue, right: FormulaValue): FormulaValue {
  const of = compareBy[operator];
  if (left.type === "string" && right.type === "string") return bool(of(left.value, right.value));
  if (left.type === "timestamp" && right.type === "timestamp") return bool(of(left.ms, right.ms));
  if (left.type === "timeinterval" && right.type === "timeinterval") return bool(of(left.ms, right.ms));
  const numeric = (value: FormulaValue) => value.type === "double" || value.type === "doubleVec";
  if (numeric(left) && numeric(right))
    return bool(
      of(
        asDouble(left, `The left side of '${operator}'`),
        asDouble(right, `The right side of '${operator}'`),
      ),
    );
  return refuse(operator, left, right);
}

export function negate(value: FormulaValue): FormulaValue {
  if (value.type === "timeinterval") return timeInterval(-value.ms);
  if (value.type === "doubleVec" && value.values.length !== 1)
    return doubleVec(value.values.map((one) => -one));
  return double(-asDouble(value, "The operand of '-'"));
}

export function not(value: FormulaValue): FormulaValue {
  return bool(asDouble(value, "The operand of '!'") === 0);
}

function refuse(operator: string, left: FormulaValue, right: FormulaValue): never {
  throw new ValueError(`'${operator}' is not defined for ${describe(left)} and ${describe(right)}`);
}

/** As `results` of an autoscale run prints it. */
export function print(value: FormulaValue): string {
  switch (value.type) {
    case "double":
      return String(value.value);
    case "doubleVec":
      return value.values.join(",");
    case "string":
      return value.value;
    case "timestamp":
      return Number.isNaN(new Date(value.ms).getTime()) ? "NaN" : new Date(value.ms).toISOString();
    case "timeinterval":
      return printInterval(value.ms);
    case "samples":
      return `$${value.variable}`;
  }
}

/** `[-][days.]hh:mm:ss[.fffffff]`, the form of .NET's TimeSpan. */
function printInterval(ms: number): string {
  if (!Number.isFinite(ms)) return String(ms);
  const ticks = Math.round(Math.abs(ms) * 10_000);
  const part = (divisor: number, modulus: number) =>
    String(Math.floor(ticks / divisor) % modulus).padStart(2, "0");
  const days = Math.floor(ticks / 864_000_000_000);
  const fraction = ticks % 10_000_000;
  const clock = `${part(36_000_000_000, 24)}:${part(600_000_000, 60)}:${part(10_000_000, 60)}`;
  const tail = fraction === 0 ? "" : `.${String(fraction).padStart(7, "0")}`;
  return `${ms < 0 ? "-" : ""}${days > 0 ? `${days}.` : ""}${clock}${tail}`;
}
