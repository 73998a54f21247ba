import { describe, expect, it } from "vitest";
import { planCluster, planJob } from "../../../../domain/diagnosis/plan.ts";
import type { Finding, PlannedCluster } from "../../../../domain/diagnosis/plan.ts";
import type { ClusterFacts } from "../../../../domain/diagnosis/facts.ts";
import { UsageResponse } from "../../../../domain/shared/answers.ts";
import { listUsages } from "../../../../domain/usage/usages.ts";

const now = new Date("2026-11-29");
const wanted: PlannedCluster = {
  vmSize: "STANDARD_D2_V3",
  vmPriority: "dedicated",
  nodes: 4,
  image: undefined,
};
/** As the service lists them, with one cluster of two nodes. */
function usages(clusters: number, processors: number, family?: number) {
  const claim = { since: "", vmSize: "STANDARD_D2_V3", priority: "dedicated" as const, nodes: 2 };
  const limits = {
    clusters,
    processors: { dedicated: processors, lowpriority: 0 },
    familyProcessors: family === undefined ? {} : { Dv3: family },
  };
  const account = { pools: 100, dedicatedProcessors: undefined, lowPriorityProcessors: undefined };
  return listUsages({ one: claim }, 0, limits, account).map((row) => UsageResponse.parse(row));
}
const found = (findings: readonly Finding[], what: Finding["what"]) =>
  findings.find((each) => each.what === what);
const plan = (more: Partial<PlannedCluster> = {}, rows = usages(9, 100), isLocalCloud = false) =>
  planCluster({ ...wanted, ...more }, { usages: rows, now, isLocalCloud });

describe("the plan of a cluster", () => {
  it("says what quota leaves room for", () => {
    expect(found(plan(), "quota")).toMatchObject({ verdict: "fine" });
    expect(found(plan({}, usages(9, 8)), "quota")).toMatchObject({
      verdict: "warning",
      says: expect.stringContaining("there is room for 2") as string,
    });
    expect(found(plan({}, usages(9, 4)), "quota")).toMatchObject({ verdict: "cannotRun" });
    expect(found(plan({}, usages(9, 100, 4)), "quota")).toMatchObject({ verdict: "cannotRun" });
    expect(found(plan({}, usages(1, 100)), "quota")).toMatchObject({ verdict: "cannotRun" });
    expect(found(plan({ vmPriority: "lowpriority" }), "quota")).toMatchObject({ verdict: "cannotRun" });
  });

  it("says that Azure has a size no more; the local cloud runs it all the same", () => {
    expect(found(plan({ vmSize: "STANDARD_NC6" }), "size")).toMatchObject({ verdict: "cannotRun" });
    expect(found(plan({ vmSize: "STANDARD_NC6" }, usages(9, 100), true), "size")).toMatchObject({
      verdict: "warning",
    });
    expect(found(plan({ vmSize: "STANDARD_D4S_V5" }), "size")).toMatchObject({ verdict: "fine" });
  });

  it("says until when its image is supported", () => {
    const image = {
      publisher: "Canonical",
      offer: "0001-com-ubuntu-server-jammy",
      sku: "22_04-lts",
      version: "latest",
    };
    expect(found(plan({ image }), "image")).toMatchObject({
      verdict: "fine",
      says: expect.stringContaining("2027-06-30") as string,
    });
    const old = { publisher: "Canonical", offer: "UbuntuServer", sku: "18.04-LTS", version: "latest" };
    expect(found(plan({ image: old }), "image")).toMatchObject({ verdict: "warning" });
    const own = { publisher: "own", offer: "o", sku: "s", version: "1" };
    expect(found(plan({ image: own }), "image")).toMatchObject({ verdict: "fine" });
  });
});

describe("the plan of a job", () => {
  const cluster: ClusterFacts = {
    provisioningState: "succeeded",
    allocationState: "steady",
    allocationStateTransitionTime: "2026-11-01T00:00:00Z",
    scaleSettings: { autoScale: { minimumNodeCount: 0, maximumNodeCount: 2, initialNodeCount: 0 } },
    vmPriority: "dedicated",
    vmSize: "STANDARD_D2_V3",
    currentNodeCount: 0,
    nodeStateCounts: {
      idleNodeCount: 0,
      runningNodeCount: 0,
      preparingNodeCount: 0,
      unusableNodeCount: 0,
      leavingNodeCount: 0,
    },
  };

  it("says whether the cluster can ever hold it", () => {
    expect(planJob(2, "nodes", cluster)).toMatchObject([{ what: "nodes", verdict: "fine" }]);
    expect(planJob(3, "nodes", cluster)).toMatchObject([{ what: "nodes", verdict: "cannotRun" }]);
    expect(planJob(1, "nodes", undefined)).toMatchObject([{ what: "cluster", verdict: "cannotRun" }]);
  });

  it("says what keeps the cluster from its nodes, for now or for ever", () => {
    const failing = (category: string) => ({
      ...cluster,
      errors: [{ code: "X", message: "x", details: [{ name: "Category", value: category }] }],
    });
    expect(planJob(1, "nodes", failing("configuration"))[0]).toMatchObject({ verdict: "cannotRun" });
    expect(planJob(1, "nodes", failing("transient"))[0]).toMatchObject({ verdict: "warning" });
  });
});
