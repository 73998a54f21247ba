// What of a cluster's own state keeps jobs from its nodes, the strongest first.
import { failureTable } from "../shared/errors.ts";
import type { BatchAIError } from "../shared/batch-ai-error.ts";
import { failedWith } from "./facts.ts";
import type { Cause, ClusterFacts } from "./facts.ts";

export function clusterCauses(name: string, cluster: ClusterFacts): Cause[] {
  const { provisioningState, errors = [] } = cluster;
  if (provisioningState === "deleting")
    return [
      {
        code: "ClusterDeleting",
        says: `The cluster '${name}' is being deleted`,
        because: "its provisioningState is deleting",
        remedy: "Submit the job to another cluster.",
      },
    ];
  const causes = errors.map((error) => ofError(name, error)).filter((cause) => cause !== undefined);
  if (provisioningState === "failed")
    causes.push({
      code: "ClusterFailed",
      says: `The cluster '${name}' could not be made`,
      because: "its provisioningState is failed",
      remedy: "Delete it and create it again, corrected.",
      command: `cluster delete -n ${name} -y`,
    });
  if (provisioningState === "creating")
    causes.push({
      code: "ClusterBeingMade",
      says: `The cluster '${name}' is still being made`,
      because: "its provisioningState is creating",
    });
  return causes.sort((a, b) => weightOf(a.code) - weightOf(b.code));
}

/** Warnings tell of the future; they keep nobody from running. */
const warnings = new Set(["ImageReplaced", "ImageEndOfLife", "VmSizeEndOfLife"]);

const byCategory = {
  configuration: {
    code: "ClusterCannotHaveNodes",
    says: "can never have nodes as it is described",
    remedy: "Create it again with what the message says corrected.",
  },
  quota: {
    code: "QuotaReached",
    says: "gets no more nodes: a quota is used up",
    remedy: "Shrink or delete other clusters, or have the quota raised.",
  },
  transient: {
    code: "NoCapacity",
    says: "gets no nodes: Azure has none of this size to give now",
    remedy: "It goes on trying by itself; another VM size or region may have some.",
  },
} as const;

const order = [
  "ClusterFailed",
  "ClusterCannotHaveNodes",
  "QuotaReached",
  "NodeSetupFailed",
  "NoCapacity",
  "NodeUnusable",
];
const weightOf = (code: string) => (order.includes(code) ? order.indexOf(code) : order.length);

function ofError(name: string, error: BatchAIError): Cause | undefined {
  if (warnings.has(error.code)) return undefined;
  const because = failedWith(error);
  if (error.code === "CoreQuotaReached")
    return {
      ...byCategory.quota,
      says: `The cluster '${name}' ${byCategory.quota.says}`,
      because,
      command: "usage list",
    };
  if (error.code === "NodeSetupFailed" || error.code === "NodeUnusable") {
    const { meaning, remedy } = failureTable[error.code];
    return { code: error.code, says: meaning, because, remedy };
  }
  const category = error.details?.find((detail) => detail.name === "Category")?.value ?? "transient";
  const row = byCategory[category as keyof typeof byCategory] ?? byCategory.transient;
  const command = row.code === "QuotaReached" ? { command: "usage list" } : {};
  return { ...row, says: `The cluster '${name}' ${row.says}`, because, ...command };
}
