// The inline route constraints of ASP.NET Core ("Routing in ASP.NET Core", route constraints), on strings. An unknown one
// is an error at start, as it is in the real host.
export interface Constraint {
  /** As written, e.g. `range(1,12)`. */
  readonly text: string;
  readonly name: string;
  accepts(value: string): boolean;
}

const integer = /^[+-]?\d+$/;
const decimal = /^[+-]?(\d+\.?\d*|\.\d+)$/;
const float = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const guid =
  /^(\{[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\}|\([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\)|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32})$/i;

function withinBits(value: string, bits: number): boolean {
  if (!integer.test(value)) return false;
  const number = BigInt(value.replace("+", ""));
  const limit = 1n << BigInt(bits - 1);
  return number >= -limit && number < limit;
}

const plain: Readonly<Record<string, (value: string) => boolean>> = {
  alpha: (value) => /^[a-z]*$/i.test(value),
  bool: (value) => /^\s*(true|false)\s*$/i.test(value),
  datetime: (value) => /\d/.test(value) && !Number.isNaN(Date.parse(value)),
  decimal: (value) => decimal.test(value),
  double: (value) => float.test(value),
  float: (value) => float.test(value),
  guid: (value) => guid.test(value),
  int: (value) => withinBits(value, 32),
  long: (value) => withinBits(value, 64),
  required: (value) => value !== "",
};

type Check = (value: string, numbers: readonly number[]) => boolean;
const withNumbers: Readonly<Record<string, { counts: readonly number[]; check: Check }>> = {
  length: {
    counts: [1, 2],
    check: (value, [min = 0, max]) => value.length >= min && value.length <= (max ?? min),
  },
  minlength: { counts: [1], check: (value, [min = 0]) => value.length >= min },
  maxlength: { counts: [1], check: (value, [max = 0]) => value.length <= max },
  min: { counts: [1], check: (value, [min = 0]) => withinBits(value, 64) && Number(value) >= min },
  max: { counts: [1], check: (value, [max = 0]) => withinBits(value, 64) && Number(value) <= max },
  range: {
    counts: [2],
    check: (value, [min = 0, max = 0]) =>
      withinBits(value, 64) && Number(value) >= min && Number(value) <= max,
  },
};

/** Throws an Error naming a constraint that does not exist or is written wrongly. */
export function parseConstraint(text: string): Constraint {
  const match = /^([a-z]+)(?:\(([^]*)\))?$/i.exec(text.trim());
  if (!match) throw new Error(`the route constraint '${text}' is not written as name or name(arguments)`);
  const name = match[1]!.toLowerCase();
  const argument = match[2];
  const simple = plain[name];
  if (simple && argument === undefined) return { text, name, accepts: simple };
  if (name === "regex" && argument !== undefined) {
    // In a template braces and backslashes of the expression are doubled.
    const expression = new RegExp(argument.replaceAll("{{", "{").replaceAll("}}", "}"), "i");
    return { text, name, accepts: (value) => expression.test(value) };
  }
  const counted = withNumbers[name];
  const numbers = (argument ?? "")
    .split(",")
    .map((part) => (integer.test(part.trim()) ? Number(part) : Number.NaN));
  if (counted && counted.counts.includes(numbers.length) && !numbers.some(Number.isNaN))
    return { text, name, accepts: (value) => counted.check(value, numbers) };
  throw new Error(`the route constraint '${text}' is not known or has wrong arguments`);
}
