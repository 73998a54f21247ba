// Whether nodes have public addresses. Azure makes machines without them in somebody's subnet only ("Create a pool without public
// IP addresses"): a network that Batch makes by itself would have no way out.
import { AppError } from "../shared/errors.ts";
import type { ClusterRequest } from "./schema.ts";

export type NodeAddresses = "public" | "private";

/** @throws AppError InvalidRequest that names the field when a cluster would get public addresses that it may not have. */
export function checkNodeAddresses({ properties }: ClusterRequest, addresses: NodeAddresses): void {
  if (addresses === "public" || properties.subnet !== undefined) return;
  const target = "properties.subnet";
  throw new AppError(
    "InvalidRequest",
    `${target}: is required, expected the id of a subnet: nodes of this service have no public addresses (BATCHAI_NODE_ADDRESSES), and Azure makes such nodes in a subnet only`,
    { target },
  );
}
