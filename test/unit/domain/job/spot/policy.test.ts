import { describe, expect, it } from "vitest";
import { refuseOwnMembers } from "../../../../../domain/shared/own-members.ts";
import { checkFallback } from "../../../../../domain/job/rules.ts";
import { deadlineOf, SpotFallback } from "../../../../../domain/job/spot/policy.ts";
import { clusterNow } from "../../../../../domain/job/wire.ts";
import type { JobResponse } from "../../../../../domain/job/wire.ts";
import { formatId } from "../../../../../domain/shared/resource-id.ts";
import { parse } from "../../../../../domain/shared/parse.ts";
import type { ClusterDocument } from "../../../../../domain/cluster/schema.ts";
import { cluster, clusterName, clusterWithMounts, job, jobBody } from "../../samples.ts";

const deadline = { deadline: "PT8H", runTime: "PT5H", checkpointInterval: "PT10M" };
const refused = (fallback: object) => {
  try {
    parse(SpotFallback, fallback);
  } catch (error) {
    return String(error);
  }
  return "";
};

describe("the fallback of a spot policy", () => {
  it("is a number of preemptions, a wait, both, or a deadline", () => {
    expect(parse(SpotFallback, { afterPreemptions: 2, afterWait: "PT20M" })).toEqual({
      afterPreemptions: 2,
      afterWait: "PT20M",
    });
    expect(deadlineOf(parse(SpotFallback, deadline))).toEqual({
      deadlineMs: 8 * 3_600_000,
      runTimeMs: 5 * 3_600_000,
      checkpointMs: 600_000,
      changeMs: 900_000,
    });
  });

  it.each([
    [{}, "expected afterPreemptions, afterWait, both, or deadline"],
    [{ afterPreemptions: 0 }, "afterPreemptions"],
    [{ afterWait: "PT0S" }, "expected a duration longer than nothing"],
    [{ afterWait: "soon" }, "expected an ISO 8601 duration"],
    [{ afterWait: "PT1H", startUp: "PT1M" }, "startUp: is for a deadline"],
    [{ ...deadline, afterPreemptions: 1 }, "leave afterPreemptions and afterWait out"],
    [{ deadline: "PT8H", runTime: "PT5H" }, "how much work an eviction costs"],
    [{ deadline: "PT8H", checkpointInterval: "PT5M" }, "how long the program runs undisturbed"],
    [{ ...deadline, deadline: "PT5H20M" }, "take 330 minutes even on dedicated nodes alone"],
  ])("is refused as %j", (fallback, words) => {
    expect(refused(fallback)).toContain(words);
  });

  it("is unknown to the version of 2018", () => {
    const body = jobBody({
      spot: { cluster: { id: formatId(clusterName) }, fallback: { afterPreemptions: 1 } },
    });
    expect(() => refuseOwnMembers("job", body)).toThrow(
      "properties.spot: the service of 2018 had no such member",
    );
  });
});

describe("the cluster to fall back to", () => {
  const home = clusterWithMounts({ vmPriority: "lowpriority" });
  const sibling = (properties: object = {}): ClusterDocument => ({
    ...clusterWithMounts(properties),
    cluster: "dedicated",
    guid: "44444444-4444-4444-4444-444444444444",
    provisioningState: "succeeded",
  });
  const check = (here: ClusterDocument, there: ClusterDocument, nodeCount = 1) =>
    checkFallback(job({ nodeCount }), here, there);

  it("has dedicated nodes and the same mounts", () => {
    expect(() => check(home, sibling())).not.toThrow();
  });

  it.each([
    ["has spot nodes, too", () => check(home, sibling({ vmPriority: "lowpriority" }))],
    ["is the job's own cluster", () => check(home, { ...home, guid: home.guid })],
    ["does not mount what cluster 'gpu' does", () => check(home, { ...sibling(), ...without(cluster()) })],
    [
      "the job asks for 2 nodes",
      () => check(home, sibling({ scaleSettings: { manual: { targetNodeCount: 1 } } }), 2),
    ],
    ["is deleting", () => check(home, { ...sibling(), provisioningState: "deleting" })],
    ["has dedicated nodes; leave spot out", () => check(clusterWithMounts(), sibling())],
  ])("is refused where it %s", (words, act) => {
    expect(act).toThrow(words);
  });
});

it("a job is shown with the cluster that it asks for, and is on the one of its place", () => {
  const properties = { cluster: { id: formatId(clusterName) } } as JobResponse["properties"];
  const sibling = { ...clusterName, cluster: "dedicated" };
  const spot = { cluster: { id: formatId(sibling) }, fallback: { afterPreemptions: 1 } };
  expect(clusterNow(properties)).toEqual(clusterName);
  expect(clusterNow({ ...properties, spot: { ...spot, place: "spot" } })).toEqual(clusterName);
  expect(clusterNow({ ...properties, spot: { ...spot, place: "dedicated" } })).toEqual(sibling);
});

const without = ({ spec }: ClusterDocument) => ({ spec });
