// What was written lately, so that whoever keeps a view of many documents reads only those again. Told in the transaction that writes: no
// change is missing, and one that is told is there.

export interface Changed<Item> {
  /** Of the document, as long as it is one. */
  readonly key: string;
  /** Another one with every change that is told; opaque. */
  readonly stamp: string;
  /** As it is now; undefined when it is gone, or going. */
  readonly read: () => Promise<Item | undefined>;
}

/**
 * How much later than its writer's clock says a change may be there at most: whoever looks for changes since a moment also gets those that were told
 * so long before it. No invocation waits for storage that long, and no two clocks of Azure are so far apart.
 */
export const tellingMs = 10 * 60_000;
