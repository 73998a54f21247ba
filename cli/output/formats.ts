// The formats of answers: those of `az`, and one line a resource (`jsonl`). What a format makes of any data; nothing here knows a kind.
import type { Context } from "../command.ts";

export const formats = ["json", "jsonc", "jsonl", "yaml", "yamlc", "table", "tsv", "none"] as const;
export type Format = (typeof formats)[number];

export function formatOf(text: string): Format {
  const format = formats.find((one) => one === text);
  if (format !== undefined) return format;
  throw new Error(`It takes one of ${formats.join(", ")}.`);
}

/** Where a person has not asked for none, and looks at it. */
export function mayColor({ isTerminal, environment }: Pick<Context, "isTerminal" | "environment">): boolean {
  return isTerminal.out && !environment["NO_COLOR"] && environment["TERM"] !== "dumb";
}

/** Text with its newline; empty for nothing, as `az` has it. */
export async function rendered(data: unknown, format: Format, withColor: boolean): Promise<string> {
  if (data === undefined || data === null) return "";
  switch (format) {
    case "none":
      return "";
    case "json":
      return jsonOf(data);
    case "jsonc":
      return withColor ? colored(jsonOf(data), /^(\s*)("(?:[^"\\]|\\.)*")(?=:)/gm) : jsonOf(data);
    case "jsonl":
      return listOf(data)
        .map((item) => `${JSON.stringify(item)}\n`)
        .join("");
    case "yaml":
      return yamlOf(data);
    case "yamlc":
      return withColor ? colored(await yamlOf(data), /^((?:\s|- )*)([\w$.-]+)(?=:)/gm) : yamlOf(data);
    case "tsv":
      return listOf(data)
        .map((item) => `${tsvLine(item)}\n`)
        .join("");
    case "table": {
      const { alignColumns } = await import("./table.ts");
      return linesOf(alignColumns(genericTable(listOf(data))));
    }
  }
}

export function linesOf(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join("");
}

function jsonOf(data: unknown): string {
  return `${JSON.stringify(data, undefined, 2)}\n`;
}

/** What stands between the brackets of a list that is not empty. */
export function jsonItems(items: readonly unknown[]): string {
  return JSON.stringify(items, undefined, 2).slice("[\n".length, -"\n]".length);
}

/** The list of several such parts, as JSON of all at once has it. */
export function jsonListOf(parts: readonly string[]): string {
  return parts.length === 0 ? jsonOf([]) : `[\n${parts.join(",\n")}\n]\n`;
}

async function yamlOf(data: unknown): Promise<string> {
  const { stringify } = await import("../yaml.ts");
  return stringify(data, { lineWidth: 0, aliasDuplicateObjects: false });
}

function colored(text: string, keys: RegExp): string {
  return text.replace(keys, "$1\u001B[36m$2\u001B[39m");
}

function listOf(data: unknown): readonly unknown[] {
  return Array.isArray(data) ? data : [data];
}

/** Of a list its length, of an object nothing, and Python's words for what is no text: scripts compare with them. */
function tsvCell(value: unknown): string {
  if (Array.isArray(value)) return String(value.length);
  if (value === null || value === undefined) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  return typeof value === "object" ? "" : scalar(value);
}

function tsvLine(item: unknown): string {
  if (Array.isArray(item)) return item.map(tsvCell).join("\t");
  if (typeof item === "object" && item !== null) return Object.values(item).map(tsvCell).join("\t");
  return item === null || item === undefined ? "" : scalar(item);
}

/** What a query gives has the columns it names; of lists, columns by number; of anything else, one. */
function genericTable(items: readonly unknown[]): string[][] {
  const rows = items.map(
    (item) =>
      new Map<string, unknown>(
        Array.isArray(item)
          ? item.map((cell, index) => [`Column${index + 1}`, cell as unknown])
          : typeof item === "object" && item !== null
            ? Object.entries(item)
            : [["Result", item]],
      ),
  );
  const isShown = (name: string) => rows.some((row) => !isNested(row.get(name)));
  const names = [...new Set(rows.flatMap((row) => [...row.keys()]))].filter(isShown);
  if (names.length === 0) return [];
  const cellOf = (value: unknown) =>
    isNested(value) || value === undefined || value === null ? "" : scalar(value);
  return [names.map(titled), ...rows.map((row) => names.map((name) => cellOf(row.get(name))))];
}

const isNested = (value: unknown) => typeof value === "object" && value !== null;
const titled = (name: string) => name.slice(0, 1).toUpperCase() + name.slice(1);

function scalar(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
