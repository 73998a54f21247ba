// What the page of the queue says in words. No browser.
import { describe, expect, it } from "vitest";
import type { ClusterResponse } from "../../domain/cluster/wire.ts";
import type { JobRow } from "../../portal/lib/jobs.ts";
import { queuesOf } from "../../portal/lib/queue.ts";

describe("the queue", () => {
  const job = (name: string, more: Partial<JobRow> = {}) =>
    ({ name, cluster: "c", state: "queued", nodes: 1, priority: "normal", created: "1", ...more }) as JobRow;
  const cluster = (idle: number, target: number, allocationState = "steady") =>
    ({
      name: "c",
      properties: {
        scaleSettings: { manual: { targetNodeCount: target } },
        nodeStateCounts: { idleNodeCount: idle, preparingNodeCount: 0 },
        allocationState,
      },
    }) as unknown as ClusterResponse;
  const reasons = (jobs: readonly JobRow[], of: ClusterResponse[]) =>
    queuesOf(jobs, of).flatMap(({ waiting }) => waiting.map((each) => `${each.job.name}: ${each.reason}`));

  it("is served by priority, then by age, and says why each waits", () => {
    const jobs = [
      job("old"),
      job("new", { created: "2" }),
      job("urgent", { priority: "high", created: "3", nodes: 2 }),
      job("runs", { state: "running" }),
    ];
    expect(reasons(jobs, [cluster(1, 4)])).toEqual([
      "urgent: needs 2 nodes, and 1 are idle: waits for running jobs to end",
      "old: 1 job before it",
      "new: 2 jobs before it",
    ]);
  });

  it("says what would help: another size, patience, or nothing any more", () => {
    const large = [job("large", { nodes: 9 })];
    expect(reasons(large, [cluster(0, 4)])).toEqual([
      "large: needs 9 nodes, and the cluster has 4 at most: resize it",
    ]);
    expect(reasons([job("next")], [cluster(0, 4, "resizing")])[0]).toContain("others are on their way");
    expect(reasons([job("next")], [cluster(1, 4)])).toEqual(["next: starts now"]);
    expect(reasons([job("left")], [])).toEqual(["left: its cluster is gone"]);
  });
});
