// How long a cluster had how many nodes in which state. Nobody samples it: whenever its nodes are counted anew, what was counted before held until
// then. Its document has the last few stretches; those before are rows of their own, which outlive it (services/documents/node-time-rows.ts).
import { z } from "zod";
import type { NodeStateCounts } from "./schema.ts";

/** Nodes times milliseconds. */
const nodeMs = z.number().min(0);
export const NodeTimeSpan = z.object({
  /** ISO 8601. */
  from: z.string(),
  to: z.string(),
  busy: nodeMs,
  idle: nodeMs,
  preparing: nodeMs,
  /** Unusable or leaving. */
  other: nodeMs,
});
export type NodeTimeSpan = z.infer<typeof NodeTimeSpan>;

export const NodeTime = z.object({
  /** From when on it is known. */
  since: z.string(),
  /** Until when it is told by spans; from then on nodes are as the document counts them. */
  at: z.string(),
  spans: z.array(NodeTimeSpan),
  /** The spans that the document had no room for any more, until there are others. */
  closed: z.array(NodeTimeSpan).optional(),
});
export type NodeTime = z.infer<typeof NodeTime>;

/** Shorter stretches are added up; what a period cuts of such a one is reckoned as if it were even. */
const shortestSpanMs = 3_600_000;
const mostSpans = 8;

interface Counted {
  readonly nodeStateCounts: NodeStateCounts;
  readonly nodeTime?: NodeTime | undefined;
}

/** The document whose nodes are about to be counted anew. @param now ISO 8601. */
export function withNodeTime<Document extends Counted>(document: Document, now: string): Document {
  const { nodeTime } = document;
  if (nodeTime === undefined) return { ...document, nodeTime: { since: now, at: now, spans: [] } };
  if (Date.parse(now) <= Date.parse(nodeTime.at)) return document;
  const all = spansUntil(document, now);
  const isFull = all.length > mostSpans;
  return {
    ...document,
    nodeTime: {
      ...nodeTime,
      at: now,
      spans: isFull ? all.slice(mostSpans) : [...all],
      ...(isFull ? { closed: all.slice(0, mostSpans) } : {}),
    },
  };
}

/** What the document itself tells, up to a moment (ISO 8601). */
export function spansUntil({ nodeTime, nodeStateCounts }: Counted, now: string): readonly NodeTimeSpan[] {
  if (nodeTime === undefined) return [];
  const latest = spanOf(nodeTime.at, now, nodeStateCounts);
  if (latest === undefined) return nodeTime.spans;
  const last = nodeTime.spans.at(-1);
  const isOne =
    last !== undefined && last.to === latest.from && isShort(last) && lengthOf(latest) < shortestSpanMs;
  return isOne ? [...nodeTime.spans.slice(0, -1), together(last, latest)] : [...nodeTime.spans, latest];
}

/** Undefined: there were no nodes. */
function spanOf(from: string, to: string, counts: NodeStateCounts): NodeTimeSpan | undefined {
  const ms = Date.parse(to) - Date.parse(from);
  const { runningNodeCount, idleNodeCount, preparingNodeCount, unusableNodeCount, leavingNodeCount } = counts;
  const others = unusableNodeCount + leavingNodeCount;
  if (ms <= 0 || runningNodeCount + idleNodeCount + preparingNodeCount + others === 0) return undefined;
  return {
    from,
    to,
    busy: runningNodeCount * ms,
    idle: idleNodeCount * ms,
    preparing: preparingNodeCount * ms,
    other: others * ms,
  };
}

const lengthOf = ({ from, to }: NodeTimeSpan) => Date.parse(to) - Date.parse(from);
const isShort = (span: NodeTimeSpan) => lengthOf(span) < shortestSpanMs;

function together(a: NodeTimeSpan, b: NodeTimeSpan): NodeTimeSpan {
  return {
    from: a.from,
    to: b.to,
    busy: a.busy + b.busy,
    idle: a.idle + b.idle,
    preparing: a.preparing + b.preparing,
    other: a.other + b.other,
  };
}
