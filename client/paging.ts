// Lists come in pages; whoever reads one needs not know.
import type { z } from "zod";
import { listOf } from "../domain/shared/answers.ts";
import { checked } from "./checked.ts";
import type { HttpApi } from "./http-api.ts";

/** The items of all pages, a page read when it is needed. */
export async function* items<Item extends z.ZodType>(
  api: HttpApi,
  item: Item,
  first: {
    readonly method?: "GET" | "POST";
    readonly path: string;
    readonly query?: Readonly<Record<string, string>>;
  },
): AsyncGenerator<z.output<Item>> {
  const { method = "GET", path, query = {} } = first;
  let answer = await api.send(method, path, { query });
  for (;;) {
    const page = checked(listOf(item), answer.body);
    yield* page.value as z.output<Item>[];
    if (page.nextLink === undefined) return;
    const { pathname, search } = new URL(page.nextLink);
    answer = await api.send(method, pathname + search);
  }
}

/** All of it, for lists that are small. */
export async function all<Item>(list: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = [];
  for await (const item of list) found.push(item);
  return found;
}
