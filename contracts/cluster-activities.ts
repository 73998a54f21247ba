// Activities about clusters: names and shapes.
import { z } from "zod";
import { contract } from "./contract.ts";
import { ClusterIdentity } from "./refs.ts";

const cluster = z.object({ cluster: ClusterIdentity });
const nothing = z.undefined();

export const createPool = contract(
  "createPool",
  cluster,
  z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("created") }),
    z.object({ kind: z.literal("refused"), code: z.string(), message: z.string() }),
    /** The cluster is being deleted, or gone. */
    z.object({ kind: z.literal("notWanted") }),
  ]),
);

/** Ends the creation: the document and the operation say how. */
export const recordProvisioned = contract(
  "recordProvisioned",
  z.object({
    cluster: ClusterIdentity,
    operationId: z.string(),
    failure: z.object({ code: z.string(), message: z.string() }).optional(),
  }),
  nothing,
);

/**
 * Brings the pool to the scale settings that the document has now. `since`: when this was tried first, ISO 8601, for a
 * later try; jobs on nodes that are to go have a while from then on.
 */
export const applyScale = contract(
  "applyScale",
  cluster.extend({ since: z.string().optional() }),
  z.object({ kind: z.enum(["applied", "busy", "notWanted"]) }),
);

/** Renews what of the pool runs out: links, and the moment at which it empties itself. */
export const renewPool = contract("renewPool", cluster, nothing);

export const ensureMonitor = contract("ensureMonitor", cluster, nothing);

/** How far the tasks of one Batch job were seen: the last moment, and what was seen in it. */
export const Seen = z.object({ upTo: z.string(), keys: z.array(z.string()) });
export type Seen = z.infer<typeof Seen>;

/** One poll of a cluster: its document and those of jobs whose tasks changed are brought up to date, waiting jobs start. */
export const pollCluster = contract(
  "pollCluster",
  z.object({
    cluster: ClusterIdentity,
    seen: z.record(z.string(), Seen),
    /** Also look for runs that nothing is heard of, and go on with ends that were cut off. */
    audit: z.boolean().optional(),
  }),
  z.discriminatedUnion("kind", [
    z.object({
      kind: z.literal("polled"),
      seen: z.record(z.string(), Seen),
      changed: z.boolean(),
      /** No job holds nodes, no node is on its way in or out, and none is kept for a while only. */
      idle: z.boolean(),
      /** The pool's target is not the one that auto scale wants. */
      rescale: z.boolean().optional(),
    }),
    z.object({ kind: z.literal("gone") }),
  ]),
);

/** Notifies the cluster's unfinished jobs that it is going away. */
export const stopClusterJobs = contract("stopClusterJobs", cluster, z.object({ remaining: z.int() }));

/** Asks Batch to delete the cluster's Batch jobs and pool. */
export const removePool = contract("removePool", cluster, z.object({ gone: z.boolean() }));

export const removeClusterRecords = contract(
  "removeClusterRecords",
  z.object({ cluster: ClusterIdentity, operationId: z.string(), actor: z.string() }),
  nothing,
);
