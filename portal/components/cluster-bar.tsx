// Nodes by state, as a bar with its numbers in words.
import type { NodeStateCounts } from "../../domain/cluster/schema.ts";
import { nodeStates } from "../lib/nodes.ts";
import { countText } from "../lib/texts.ts";

export function ClusterBar({ counts }: { counts: NodeStateCounts }) {
  const states = nodeStates(counts);
  const total = states.reduce((sum, { count }) => sum + count, 0);
  const words = states.filter(({ count }) => count > 0).map(({ state, count }) => `${count} ${state}`);
  return (
    <span className="cluster-bar">
      <span className="bar-parts" aria-hidden="true">
        {states.map(
          ({ state, count }) =>
            count > 0 && <i key={state} className={`node-${state}`} style={{ flexGrow: count }} />,
        )}
      </span>
      <span>{total === 0 ? "no nodes" : `${countText(total, "node")}: ${words.join(", ")}`}</span>
    </span>
  );
}
