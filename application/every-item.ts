// Walks a paged list to its end, one page in memory at a time.
import type { Page, PageRequest } from "../services/state.ts";

const usualPageSize = 200;

export async function* everyItem<Item>(
  list: (page: PageRequest) => Promise<Page<Item>>,
  pageSize = usualPageSize,
): AsyncGenerator<Item> {
  let continuation: string | undefined;
  do {
    const page: Page<Item> = await list({ size: pageSize, continuation });
    yield* page.items;
    continuation = page.continuation;
  } while (continuation !== undefined);
}

/** All of it at once, in as few requests as can be. */
export async function allItems<Item>(
  list: (page: PageRequest) => Promise<Page<Item>>,
): Promise<readonly Item[]> {
  const all: Item[] = [];
  for await (const item of everyItem(list, 1_000)) all.push(item);
  return all;
}
