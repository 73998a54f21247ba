// What a command answers, on standard output: JSON for programs, a table for a person. Like `az`, a resource is shown flat: its
// properties beside its id, and the resource group of that id.
import type { Context } from "../command.ts";
import { parsed } from "../options.ts";
import { alignColumns } from "./table.ts";

const formats = ["json", "jsonl", "table", "none"] as const;
type Format = (typeof formats)[number];

export const printing = {
  output: parsed(
    "-o, --output <format>",
    `${formats.join(", ")} (default: table on a terminal, else json)`,
    formatOf,
  ),
};

function formatOf(text: string): Format {
  const format = formats.find((one) => one === text);
  if (format !== undefined) return format;
  throw new Error(`It takes one of ${formats.join(", ")}.`);
}

/** Title and cell of each column. */
export type Columns<Item> = readonly (readonly [
  title: string,
  cell: (item: Item) => string | number | undefined,
])[];

interface Printing {
  readonly output: Format | undefined;
}

export function printOne<Item extends object>(
  item: Item,
  columns: Columns<Item>,
  given: Printing,
  context: Context,
) {
  if (formatFor(given, context) === "json") context.out(`${JSON.stringify(flat(item), undefined, 2)}\n`);
  else printAll([item], columns, given, context);
}

export function printAll<Item extends object>(
  items: readonly Item[],
  columns: Columns<Item>,
  given: Printing,
  context: Context,
): void {
  switch (formatFor(given, context)) {
    case "none":
      return;
    case "json":
      return context.out(`${JSON.stringify(items.map(flat), undefined, 2)}\n`);
    case "jsonl":
      return context.out(items.map((item) => `${JSON.stringify(flat(item))}\n`).join(""));
    case "table": {
      const rows = items.map((item) => columns.map(([, cell]) => String(cell(item) ?? "")));
      const table = items.length === 0 ? [] : alignColumns([columns.map(([title]) => title), ...rows]);
      return context.out(table.map((line) => `${line}\n`).join(""));
    }
  }
}

function formatFor({ output }: Printing, { isTerminal }: Context): Format {
  return output ?? (isTerminal.out ? "table" : "json");
}

function flat(item: object): object {
  if (!("properties" in item)) return item;
  const { properties, ...rest } = item;
  const group = "id" in rest && typeof rest.id === "string" ? groupOf(rest.id) : undefined;
  return { ...rest, ...(properties as object), ...(group === undefined ? {} : { resourceGroup: group }) };
}

/** The resource group that an ARM id names. */
export function groupOf(id: string): string | undefined {
  return /\/resourceGroups\/([^/]+)/i.exec(id)?.[1];
}
