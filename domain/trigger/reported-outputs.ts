// What a job says of itself beside numbers: JSON lines of its outputs file, each a name with a text, or true or false. The last line of a
// name counts. A line that is none is told with the first output that is missed: it may have been meant for that.
import { hasControlCharacter } from "../shared/fields.ts";

/** Where `$AZ_BATCHAI_OUTPUTS_FILE` lies beside the output. */
export const outputsFile = "outputs.jsonl";
/** The file is read up to here: what is longer is refused. */
export const mostOutputBytes = 65_536;
const longestText = 1_024;
const longestName = 64;

export type ReportedValue = string | boolean;

export interface ReportedOutputs {
  readonly values: ReadonlyMap<string, ReportedValue>;
  /** A sentence on the first line that is none. */
  readonly problem?: string;
}

export function readOutputs(text: string): ReportedOutputs {
  const values = new Map<string, ReportedValue>();
  let problem: string | undefined;
  for (const [at, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue;
    const read = readLine(line);
    if (typeof read === "string") problem ??= `line ${at + 1} of the outputs file ${read}`;
    else values.set(read.name, read.value);
  }
  return { values, ...(problem === undefined ? {} : { problem }) };
}

/** @returns what is wrong with it, to be said of the line. */
function readLine(line: string): { readonly name: string; readonly value: ReportedValue } | string {
  let found: unknown;
  try {
    found = JSON.parse(line);
  } catch {
    found = undefined;
  }
  if (typeof found !== "object" || found === null)
    return 'is no JSON such as {"name": "model", "value": "models/7"}';
  const { name, value } = found as { readonly name?: unknown; readonly value?: unknown };
  if (typeof name !== "string" || name === "" || name.length > longestName)
    return `has no name of 1 to ${longestName} characters`;
  if (typeof value === "boolean") return { name, value };
  const shown = JSON.stringify(name);
  if (typeof value === "number")
    return `says ${shown} is a number; numbers are metrics, which go to $AZ_BATCHAI_METRICS_FILE or $AZ_BATCHAI_METRICS_URL`;
  if (typeof value !== "string") return `has no text, true or false as the value of ${shown}`;
  if (value.length > longestText) return `has a value of ${shown} of more than ${longestText} characters`;
  if (hasControlCharacter(value))
    return `has a value of ${shown} with a line break or another control character`;
  return { name, value };
}
