// Lists come in pages; whoever reads one needs not know.
import type { z } from "zod";
import { listOf } from "../domain/shared/answers.ts";
import { checked } from "./checked.ts";
import type { Answer, HttpApi } from "./http-api.ts";

/**
 * The items of all pages, a page read when it is needed. Who came to the second page reads on: from there the page to come is asked for
 * before the one at hand is looked at, so that the service and its caller work at the same time.
 */
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
  const schema = listOf(item);
  let answer = await api.send(method, path, { query });
  for (let isFirst = true; ; isFirst = false) {
    const ahead = isFirst ? undefined : nextPage(api, method, answer);
    const page = checked(schema, answer.body);
    yield* page.value as z.output<Item>[];
    const following = ahead ?? nextPage(api, method, answer);
    if (following === undefined) return;
    answer = await following;
  }
}

/** The page that the answer leads to; undefined for the last one. */
export function nextPage(api: HttpApi, method: string, { body }: Answer): Promise<Answer> | undefined {
  const link = (body as { readonly nextLink?: unknown } | undefined)?.nextLink;
  if (typeof link !== "string") return undefined;
  const { pathname, search } = new URL(link);
  const answer = api.send(method, pathname + search);
  // Nobody may ever ask for it; who does is told what went wrong.
  answer.catch(() => {});
  return answer;
}

/** All of it, for lists that are small. */
export async function all<Item>(list: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = [];
  for await (const item of list) found.push(item);
  return found;
}
