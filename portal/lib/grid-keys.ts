// Which row a key leads to; undefined for keys that move nothing.
export function nextRow(
  key: string,
  { current, count, page }: { readonly current: number; readonly count: number; readonly page: number },
): number | undefined {
  const target = targets[key]?.(current, page, count);
  return target === undefined ? undefined : Math.max(0, Math.min(count - 1, target));
}

const targets: Readonly<Record<string, (current: number, page: number, count: number) => number>> = {
  ArrowDown: (current) => current + 1,
  j: (current) => current + 1,
  ArrowUp: (current) => current - 1,
  k: (current) => current - 1,
  PageDown: (current, page) => current + page,
  PageUp: (current, page) => current - page,
  Home: () => 0,
  End: (_current, _page, count) => count - 1,
};
