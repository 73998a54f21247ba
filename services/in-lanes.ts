// Many small requests, a few at a time: what is done in bulk must not crowd out what people ask for meanwhile.
const lanes = 16;

/** @returns what came of each, in the order of the items. */
export async function inLanes<Item, Result>(
  items: readonly Item[],
  work: (item: Item, at: number) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  const left = items.entries();
  const lane = async (): Promise<void> => {
    for (const [at, item] of left) results[at] = await work(item, at);
  };
  await Promise.all(Array.from({ length: Math.min(lanes, items.length) }, lane));
  return results;
}
