// The kinds of options that commands have. Each rule for a value stands here once; a parser throws an Error that says what the
// option wants.
export interface Option<T> {
  /** As commander reads them: `-n, --name <name>`. */
  readonly flags: string;
  readonly description: string;
  /** Absent for a flag that is there or not. */
  readonly parse?: (text: string) => T;
  readonly otherwise?: T;
  readonly required?: boolean;
  /** May be given several times; the values are one list. */
  readonly repeated?: boolean;
}

export function flag(flags: string, description: string): Option<boolean> {
  return { flags, description, otherwise: false };
}

export function text(flags: string, description: string): Option<string | undefined>;
export function text(flags: string, description: string, otherwise: string): Option<string>;
export function text(flags: string, description: string, otherwise?: string): Option<string | undefined> {
  return { flags, description, parse: filled, ...(otherwise === undefined ? {} : { otherwise }) };
}

/** Given once or several times; the values in their order. */
export function texts(flags: string, description: string): Option<readonly string[]> {
  return { flags, description, parse: (one) => [filled(one)], otherwise: [], repeated: true };
}

/** Given once or several times; the numbers in their order. */
export function wholeNumbers(flags: string, description: string): Option<readonly number[]> {
  return { flags, description, parse: (one) => [whole(one)], otherwise: [], repeated: true };
}

/** Read by a rule of its own. */
export function parsed<T>(
  flags: string,
  description: string,
  parse: (text: string) => T,
): Option<T | undefined> {
  return { flags, description, parse };
}

export function required<T>(option: Option<T | undefined>): Option<T> {
  return { ...(option as Option<T>), required: true };
}

export function port(flags: string, description: string): Option<number | undefined>;
export function port(flags: string, description: string, otherwise: number): Option<number>;
export function port(flags: string, description: string, otherwise?: number): Option<number | undefined> {
  return { flags, description, parse: portNumber, ...(otherwise === undefined ? {} : { otherwise }) };
}

export function wholeNumber(flags: string, description: string): Option<number | undefined>;
export function wholeNumber(flags: string, description: string, otherwise: number): Option<number>;
export function wholeNumber(
  flags: string,
  description: string,
  otherwise?: number,
): Option<number | undefined> {
  return { flags, description, parse: whole, ...(otherwise === undefined ? {} : { otherwise }) };
}

/** A number that is not negative. */
export function amount(flags: string, description: string): Option<number | undefined>;
export function amount(flags: string, description: string, otherwise: number): Option<number>;
export function amount(flags: string, description: string, otherwise?: number): Option<number | undefined> {
  return { flags, description, parse: notNegative, ...(otherwise === undefined ? {} : { otherwise }) };
}

function filled(value: string): string {
  if (value === "") throw new Error("It takes a text that is not empty.");
  return value;
}

function portNumber(value: string): number {
  const number = Number(value);
  if (/^\d+$/.test(value) && number <= 65_535) return number;
  throw new Error("It takes a whole number from 0 (any free port) to 65535.");
}

function whole(value: string): number {
  if (/^\d{1,9}$/.test(value)) return Number(value);
  throw new Error("It takes a whole number that is not negative.");
}

function notNegative(value: string): number {
  if (/^\d+(\.\d+)?$/.test(value)) return Number(value);
  throw new Error("It takes a number that is not negative.");
}
