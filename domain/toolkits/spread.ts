// Which node a rank runs on: ranks fill the nodes in blocks, the first nodes taking one more when they do not divide.

/** Node of each rank, e.g. 5 ranks on 2 nodes → [0, 0, 0, 1, 1]. Expects count ≥ 1 and nodeCount ≥ 1. */
export function spreadRanks(count: number, nodeCount: number): readonly number[] {
  const nodes: number[] = [];
  const each = Math.floor(count / nodeCount);
  const extra = count % nodeCount;
  for (let node = 0; node < nodeCount; node++) {
    for (let slot = 0; slot < each + (node < extra ? 1 : 0); slot++) nodes.push(node);
  }
  return nodes;
}
