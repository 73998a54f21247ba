// Which runs a cluster gives up when it is to have fewer nodes than they hold: those that started last have the least to lose.

interface HoldingRun {
  readonly jobGuid: string;
  readonly nodeCount: number;
  /** When it was dispatched, ISO 8601. */
  readonly at: string;
}

/** As few of the youngest as it takes for the others to have room on `nodes`. */
export function runsToStop<R extends HoldingRun>(holding: readonly R[], nodes: number): readonly R[] {
  const youngestFirst = holding.toSorted(
    (a, b) => b.at.localeCompare(a.at) || b.jobGuid.localeCompare(a.jobGuid),
  );
  let surplus = holding.reduce((sum, { nodeCount }) => sum + nodeCount, 0) - nodes;
  return youngestFirst.filter(({ nodeCount }) => {
    if (surplus <= 0) return false;
    surplus -= nodeCount;
    return true;
  });
}
