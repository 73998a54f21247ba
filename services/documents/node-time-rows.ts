// Where the time of nodes lies that a cluster's document has no room for: rows of its workspace, in the transaction that wrote the document, by
// their end, so that a period is one range. They stay when the cluster goes.
import { z } from "zod";
import type { ClusterDocument } from "../../domain/cluster/schema.ts";
import { ClusterSpec } from "../../domain/cluster/schema.ts";
import { NodeTimeSpan, spansUntil } from "../../domain/cluster/node-time.ts";
import type { DocumentWrite, StoredDocument } from "../documents.ts";

export const allNodeTime = "nodetime|";

export const NodeTimeRow = z.object({
  cluster: z.string(),
  guid: z.string(),
  vmSize: ClusterSpec.shape.vmSize,
  vmPriority: ClusterSpec.shape.vmPriority,
  spans: z.array(NodeTimeSpan),
});
export type NodeTimeRow = z.infer<typeof NodeTimeRow>;

/** Whatever kind of document it is: only those of clusters have such time. */
interface Written {
  readonly kind: string;
}

const isCluster = (document: Written): document is ClusterDocument => document.kind === "cluster";

/** What a document has no room for any more. */
export function closedNodeTime(before: Written, after: Written): readonly DocumentWrite[] {
  if (!isCluster(before) || !isCluster(after)) return [];
  const closed = after.nodeTime?.closed ?? [];
  const end = closed.at(-1)?.to;
  return end === before.nodeTime?.closed?.at(-1)?.to ? [] : rowOf(after, closed);
}

/** What is left of a document that goes. @param now ISO 8601. */
export function lastNodeTime(document: Written, now: string): readonly DocumentWrite[] {
  return isCluster(document) ? rowOf(document, spansUntil(document, now)) : [];
}

function rowOf(
  { cluster, guid, spec: { vmSize, vmPriority } }: ClusterDocument,
  spans: readonly NodeTimeSpan[],
): readonly DocumentWrite[] {
  const end = spans.at(-1)?.to;
  if (end === undefined) return [];
  const value = { cluster, guid, vmSize, vmPriority, spans };
  return [{ kind: "put", row: `${allNodeTime}${end}|${guid}`, value }];
}

/** @param before ISO 8601. */
export function isOldNodeTime({ row }: StoredDocument, before: string): boolean {
  return row < `${allNodeTime}${before}`;
}
