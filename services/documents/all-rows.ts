// All documents of a range, page by page.
import type { DocumentRange, DocumentStore, StoredDocument } from "../documents.ts";

/** @param range its `size` is that of a page. */
export async function allRows(
  store: Pick<DocumentStore, "page">,
  range: Omit<DocumentRange, "continuation">,
): Promise<readonly StoredDocument[]> {
  const all: StoredDocument[] = [];
  let continuation: string | undefined;
  do {
    const page = await store.page({ ...range, continuation });
    all.push(...page.documents);
    continuation = page.continuation;
  } while (continuation !== undefined);
  return all;
}
