// What a command answers, on standard output: JSON for programs, a table for a person. Like `az`, a resource is shown flat: its
// properties beside its id, and the resource group of that id.
import type { Context } from "../command.ts";
import { usageError } from "../failure.ts";
import { parsed, text } from "../options.ts";
import { formatOf, formats, jsonItems, jsonListOf, linesOf, mayColor, rendered } from "./formats.ts";
import type { Format } from "./formats.ts";
import { queried } from "./query.ts";

export const printing = {
  output: parsed(
    "-o, --output <format>",
    `${formats.join(", ")} (default: $BATCHAI_OUTPUT, else table on a terminal, else json)`,
    formatOf,
  ),
  query: text("--query <jmespath>", "what of the answer is shown, such as '[].name'"),
};

/** Title and cell of each column. */
export type Columns<Item> = readonly (readonly [
  title: string,
  cell: (item: Item) => string | number | undefined,
])[];

interface Printing {
  readonly output: Format | undefined;
  readonly query: string | undefined;
}

export async function printOne<Item extends object>(
  item: Item,
  columns: Columns<Item>,
  given: Printing,
  context: Context,
): Promise<void> {
  await print(flat(item), () => tableOf([item], columns), given, context);
}

/** One thing that a table shows in several rows. */
export async function printParts<Part>(
  item: object,
  { parts, columns }: { readonly parts: readonly Part[]; readonly columns: Columns<Part> },
  given: Printing,
  context: Context,
): Promise<void> {
  await print(flat(item), () => tableOf(parts, columns), given, context);
}

export async function printAll<Item extends object>(
  items: readonly Item[],
  columns: Columns<Item>,
  given: Printing,
  context: Context,
): Promise<void> {
  await print(items.map(flat), () => tableOf(items, columns), given, context);
}

/** A long list, each page made ready while the next one is under way; nothing is shown of one that breaks off. */
export async function printPages<Item extends object>(
  pages: AsyncIterable<readonly Item[]>,
  columns: Columns<Item>,
  given: Printing,
  context: Context,
): Promise<void> {
  if (given.query === undefined && formatFor(given, context) === "json") {
    const parts: string[] = [];
    for await (const page of pages) if (page.length > 0) parts.push(jsonItems(page.map(flat)));
    context.out(jsonListOf(parts));
    return;
  }
  const items: Item[] = [];
  for await (const page of pages) items.push(...page);
  await printAll(items, columns, given, context);
}

async function print(
  data: unknown,
  table: () => Promise<string>,
  given: Printing,
  context: Context,
): Promise<void> {
  const format = formatFor(given, context);
  const { query } = given;
  if (query === undefined && format === "table") return context.out(await table());
  const shown = query === undefined ? data : await queried(data, query);
  context.out(await rendered(shown, format, mayColor(context)));
}

export async function tableOf<Item>(items: readonly Item[], columns: Columns<Item>): Promise<string> {
  if (items.length === 0) return "";
  const { alignColumns } = await import("./table.ts");
  const rows = items.map((item) => columns.map(([, cell]) => String(cell(item) ?? "")));
  return linesOf(alignColumns([columns.map(([title]) => title), ...rows]));
}

function formatFor({ output }: Printing, { isTerminal, environment }: Context): Format {
  if (output !== undefined) return output;
  const preset = environment["BATCHAI_OUTPUT"];
  if (preset) return presetFormat(preset);
  return isTerminal.out ? "table" : "json";
}

function presetFormat(text: string): Format {
  try {
    return formatOf(text);
  } catch (error) {
    throw usageError(`BATCHAI_OUTPUT=${text}: ${(error as Error).message}`);
  }
}

function flat(item: object): object {
  if (!("properties" in item)) return item;
  // By assignment: V8 takes ten times as long for objects that are spread into one another, which a long list feels.
  const shown: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(item)) if (name !== "properties") shown[name] = value;
  Object.assign(shown, item.properties);
  const group = typeof shown["id"] === "string" ? groupOf(shown["id"]) : undefined;
  if (group !== undefined) shown["resourceGroup"] = group;
  return shown;
}

/** The resource group that an ARM id names. */
export function groupOf(id: string): string | undefined {
  return /\/resourceGroups\/([^/]+)/i.exec(id)?.[1];
}
