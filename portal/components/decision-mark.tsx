// What became of an event: by shape, colour and word; and of the last ones as a strip.
import type { Decision, FiringWire } from "../lib/triggers.ts";
import { StateMark } from "./state.tsx";
import { formats } from "../lib/formats.ts";
import { stateText, t } from "../texts/texts.ts";

export function DecisionMark({ decision }: { decision: Decision }) {
  return <StateMark state={decision} />;
}

/** Oldest at the left. */
export function DecisionStrip({ firings }: { firings: readonly FiringWire[] }) {
  if (firings.length === 0) return <span className="muted">{t.common.noneYet}</span>;
  const all = firings.map(({ properties }) => properties.decision);
  const counts = new Map<string, number>();
  for (const decision of all) counts.set(decision, (counts.get(decision) ?? 0) + 1);
  const words = formats.list(
    [...counts].map(([decision, count]) => t.counts.inState(count, stateText(decision))),
  );
  return (
    <>
      <span className="strip" aria-hidden="true">
        {all.toReversed().map((decision, index) => (
          <i key={index} className={`strip-${decision}`} />
        ))}
      </span>
      <span className="sr-only">{words}</span>
    </>
  );
}
