// Nodes by state, as a bar with its numbers in words.
import type { NodeStateCounts } from "../../domain/cluster/schema.ts";
import { nodeStates } from "../lib/nodes.ts";
import { formats } from "../lib/formats.ts";
import { stateText, t } from "../texts/texts.ts";

export function ClusterBar({ counts }: { counts: NodeStateCounts }) {
  const states = nodeStates(counts);
  const total = states.reduce((sum, { count }) => sum + count, 0);
  const words = states
    .filter(({ count }) => count > 0)
    .map(({ state, count }) => t.counts.inState(count, stateText(state)));
  return (
    <span className="cluster-bar">
      <span className="bar-parts" aria-hidden="true">
        {states.map(
          ({ state, count }) =>
            count > 0 && <i key={state} className={`node-${state}`} style={{ flexGrow: count }} />,
        )}
      </span>
      <span>
        {total === 0 ? t.clusterBar.noNodes : t.clusterBar.nodes(t.counts.nodes(total), formats.list(words))}
      </span>
    </span>
  );
}
