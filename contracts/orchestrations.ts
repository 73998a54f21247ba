// Every orchestration by name and input. Outcomes are in the documents, so that none has an output.
import { z } from "zod";
import { Seen } from "./cluster-activities.ts";
import { contract } from "./contract.ts";
import { ClusterIdentity, FileServerIdentity, JobIdentity, ParentIdentity, SweepIdentity } from "./refs.ts";

const nothing = z.undefined();

export const createClusterOrchestration = contract(
  "createCluster",
  z.object({ cluster: ClusterIdentity, operationId: z.string() }),
  nothing,
);

export const resizeClusterOrchestration = contract(
  "resizeCluster",
  z.object({ cluster: ClusterIdentity, since: z.string().optional() }),
  nothing,
);

export const maintainPoolOrchestration = contract(
  "maintainPool",
  z.object({ cluster: ClusterIdentity }),
  nothing,
);

export const deleteClusterOrchestration = contract(
  "deleteCluster",
  z.object({ cluster: ClusterIdentity, operationId: z.string(), actor: z.string() }),
  nothing,
);

export const monitorClusterOrchestration = contract(
  "monitorCluster",
  z.object({
    cluster: ClusterIdentity,
    minIntervalMs: z.number(),
    maxIntervalMs: z.number(),
    intervalMs: z.number().optional(),
    /** Per Batch job: how far its tasks were seen. */
    seen: z.record(z.string(), Seen).default({}),
    /** When it last looked for runs that nothing is heard of (milliseconds). */
    auditedAt: z.number().optional(),
  }),
  nothing,
);

export const createFileServerOrchestration = contract(
  "createFileServer",
  z.object({ fileServer: FileServerIdentity, operationId: z.string() }),
  nothing,
);

export const deleteFileServerOrchestration = contract(
  "deleteFileServer",
  z.object({ fileServer: FileServerIdentity, operationId: z.string(), actor: z.string() }),
  nothing,
);

export const runJobOrchestration = contract(
  "runJob",
  z.object({
    job: JobIdentity,
    /** Its task should have been seen to run long ago. */
    overdue: z.boolean().optional(),
  }),
  nothing,
);

export const deleteJobOrchestration = contract(
  "deleteJob",
  z.object({ job: JobIdentity, operationId: z.string(), actor: z.string() }),
  nothing,
);

export const runSweepOrchestration = contract("runSweep", z.object({ sweep: SweepIdentity }), nothing);

export const deleteSweepOrchestration = contract(
  "deleteSweep",
  z.object({ sweep: SweepIdentity, operationId: z.string(), actor: z.string() }),
  nothing,
);

export const deleteParentOrchestration = contract(
  "deleteParent",
  z.object({ parent: ParentIdentity, operationId: z.string(), actor: z.string() }),
  nothing,
);
