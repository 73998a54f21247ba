// Situations of a cluster whose cause is known, each with the answer that must come first.
import { expect, it, test } from "vitest";
import { diagnoseCluster } from "../../../../domain/diagnosis/diagnose-cluster.ts";
import type { ClusterFacts } from "../../../../domain/diagnosis/facts.ts";
import { auto, clusterError, factsOf, manual, nodes, plainError } from "../../../support/diagnosis-facts.ts";

/** As told of one node of the cluster, in Batch's words. */
const nodeError = (code: string, said: string) => ({
  ...nodes({ unusableNodeCount: 1 }),
  errors: [
    {
      code,
      message: "An error occurred.",
      details: [
        { name: "NodeId", value: "tvm-1" },
        { name: "Message", value: said },
      ],
    },
  ],
});

const situations: readonly (readonly [what: string, code: string, cluster: Partial<ClusterFacts>])[] = [
  ["it has its nodes", "ClusterReady", nodes({ idleNodeCount: 2 })],
  ["it is set to none", "ClusterHasNoNodes", { ...manual(0), currentNodeCount: 0 }],
  ["no job wants a node", "ClusterScaledToNone", { ...auto(4), currentNodeCount: 0 }],
  ["it may have none at all", "ClusterHasNoNodes", { ...auto(0), currentNodeCount: 0 }],
  ["nodes of a fixed size are missing", "NodesMissing", { ...manual(3), currentNodeCount: 1 }],
  ["nodes are on their way", "ClusterResizing", { allocationState: "resizing", currentNodeCount: 0 }],
  ["nodes are being prepared", "NodesPreparing", nodes({ preparingNodeCount: 1 })],
  ["nodes leave", "NodesLeaving", nodes({ leavingNodeCount: 2 })],
  ["nodes are of no use, and nobody says why", "NodesUnusable", nodes({ unusableNodeCount: 1 })],
  ["it is still made", "ClusterBeingMade", { provisioningState: "creating" }],
  ["it could not be made", "ClusterFailed", { provisioningState: "failed" }],
  ["it is being deleted", "ClusterDeleting", { provisioningState: "deleting" }],
  ["quota is used up", "QuotaReached", clusterError("AccountCoreQuotaReached")],
  ["the image is gone", "ClusterCannotHaveNodes", clusterError("ImageNotFound")],
  [
    "quota is used up while it resizes",
    "QuotaReached",
    { ...clusterError("AccountCoreQuotaReached"), allocationState: "resizing" },
  ],
  ["Azure has no machines", "NoCapacity", clusterError("AllocationTimedOut")],
  [
    "its nodes cannot mount a share",
    "ClusterCannotMount",
    nodeError("MountConfigurationError", "no such share"),
  ],
  ["Batch gives up a node", "NodeUnusable", nodeError("DiskFull", "no room")],
  [
    "the setup task fails",
    "NodeSetupFailed",
    { ...plainError("NodeSetupFailed"), ...nodes({ unusableNodeCount: 1 }) },
  ],
];

const diagnosed = (cluster: Partial<ClusterFacts>) => {
  const facts = factsOf({ cluster }).cluster;
  return facts === undefined ? [] : diagnoseCluster("nodes", facts);
};

it.each(situations)("the first reason is right when %s: %s", (_what, code, cluster) => {
  expect(diagnosed(cluster)[0]?.code).toBe(code);
});

test("what a node cannot mount is told once, by its name, with a way on", () => {
  const causes = diagnosed(nodeError("MountConfigurationError", "share 'x' does not exist"));
  expect(causes).toHaveLength(1);
  expect(causes[0]?.says).toContain("cannot mount what they are to: share 'x' does not exist");
  expect(causes[0]?.command).toBe("cluster resize -n nodes -t 0");
});

test("what a setup task did to a node is told once", () => {
  const codes = diagnosed({ ...plainError("NodeSetupFailed"), ...nodes({ unusableNodeCount: 1 }) });
  expect(codes.map(({ code }) => code)).toEqual(["NodeSetupFailed"]);
});
