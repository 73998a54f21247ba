// Walks a paged list to its end, one page in memory at a time.
import type { Page, PageRequest } from "../../services/state.ts";

const pageSize = 200;

export async function* everyItem<Item>(
  list: (page: PageRequest) => Promise<Page<Item>>,
): AsyncGenerator<Item> {
  let continuation: string | undefined;
  do {
    const page: Page<Item> = await list({ size: pageSize, continuation });
    yield* page.items;
    continuation = page.continuation;
  } while (continuation !== undefined);
}
