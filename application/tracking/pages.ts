// Pages of what was found: a token is the number of what was shown before.
import { refuse } from "../../domain/tracking/limits.ts";

export function pageOf<Item>(
  all: readonly Item[],
  most: number,
  token: string | undefined,
): { readonly items: readonly Item[]; readonly next: { readonly next_page_token?: string } } {
  if (token !== undefined && token !== "" && !/^\d{1,9}$/.test(token))
    refuse("page_token", "expected the next_page_token of the page before.");
  const start = Number(token ?? "");
  const end = start + most;
  return { items: all.slice(start, end), next: end < all.length ? { next_page_token: String(end) } : {} };
}
