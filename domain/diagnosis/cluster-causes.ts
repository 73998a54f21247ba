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

/** Batch mounts before a node may be used, and a node that could not mount does not try again. */
function cannotMount(name: string, error: BatchAIError): Cause {
  const said = error.details?.find((detail) => detail.name === "Message")?.value;
  return {
    code: "ClusterCannotMount",
    says: `Nodes of the cluster '${name}' cannot mount what they are to${said === undefined ? "" : `: ${said}`}`,
    because: failedWith(error),
    remedy:
      "Make what is missing, or let the nodes in, and resize the cluster to none and back; to mount something else, create it again.",
    command: `cluster resize -n ${name} -t 0`,
  };
}

const order = [
  "ClusterFailed",
  "ClusterCannotHaveNodes",
  "QuotaReached",
  "ClusterCannotMount",
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
  if (error.code === "MountConfigurationError") return cannotMount(name, error);
  const detailOf = (wanted: string) => error.details?.find((detail) => detail.name === wanted)?.value;
  // Of one node; what is said of the cluster's size has a category.
  if (detailOf("NodeId") !== undefined)
    return {
      code: "NodeUnusable",
      says: failureTable.NodeUnusable.meaning,
      because,
      remedy: failureTable.NodeUnusable.remedy,
    };
  const category = detailOf("Category") ?? "transient";
  const row = byCategory[category as keyof typeof byCategory] ?? byCategory.transient;
  const command = row.code === "QuotaReached" ? { command: "usage list" } : {};
  return { ...row, says: `The cluster '${name}' ${row.says}`, because, ...command };
}
