// A view as text: a line about itself, then one for each item, then one that says that it is whole.
import { z } from "zod";
import { ChangePosition } from "./changes.ts";

const ViewHead = z.object({
  /** Of which creation of the experiment. */
  of: z.string(),
  /** When it was as it is, milliseconds since 1970. */
  at: z.number(),
  position: ChangePosition,
  /** Keys of what is being removed. */
  going: z.array(z.string()),
  count: z.int(),
});
export type ViewHead = z.infer<typeof ViewHead>;

const end = "end";

/** @param items texts without line breaks, by keys without tabs. */
export function viewText(
  head: Omit<ViewHead, "count">,
  items: Iterable<readonly [key: string, text: string]>,
): string {
  const lines = [...items].map(([key, text]) => `${key}\t${text}`);
  return [JSON.stringify({ ...head, count: lines.length }), ...lines, end].join("\n");
}

/** Undefined for what is no whole view. */
export function readViewText(
  text: string,
):
  { readonly head: ViewHead; readonly items: readonly (readonly [key: string, text: string])[] } | undefined {
  const [first = "", ...lines] = text.split("\n");
  const head = headOf(first);
  if (head === undefined || lines.length !== head.count + 1 || lines.pop() !== end) return undefined;
  const items = lines.map((line) => {
    const cut = line.indexOf("\t");
    return [line.slice(0, cut), line.slice(cut + 1)] as const;
  });
  return { head, items };
}

function headOf(line: string): ViewHead | undefined {
  try {
    return ViewHead.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}
