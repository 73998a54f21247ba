// What a workspace costs, through the app in one process.
// Starts nothing: there is no process but the test's own.
import { describe, expect, it } from "vitest";
import { endedRun } from "../../../domain/job/rules.ts";
import type { JobDocument } from "../../../domain/job/schema.ts";
import type { PriceTable } from "../../../domain/price/table.ts";
import { parseId, refOf } from "../../../domain/shared/resource-id.ts";
import { CostReportResponse } from "../../../domain/usage/wire.ts";
import { documentSpending } from "../../../services/documents/spending.ts";
import { tenant } from "../../support/app/app-world.ts";
import { memoryDocuments } from "../../support/app/memory-documents.ts";
import {
  clusterPath,
  experimentPath,
  jobBody,
  startJob,
  workspacePath,
  worldWithCluster,
} from "../../support/app/stories.ts";
import { sweepBody, sweepPath } from "../../support/app/sweep-stories.ts";

const own = "?api-version=2026-11-01";
const hourMs = 3_600_000;
const pathOf = (name: string) => `${experimentPath}/jobs/${name}`;
const table: PriceTable = {
  currency: "EUR",
  collectedOn: "2026-11-20",
  source: "our contract",
  prices: { Standard_D2s_v3: { eastus: { dedicated: 0.2 }, westus: { dedicated: 0.5 } } },
};

type World = Awaited<ReturnType<typeof worldWithCluster>>;

async function report(world: World, query = "") {
  const { status, body } = await world.api("GET", `${workspacePath}/costs${own}${query}`);
  expect([status, body.error]).toEqual([200, undefined]);
  return CostReportResponse.parse(body);
}

/** Everybody is an admin, known by their token. */
const everybody = {
  verify: async (subject: string) => ({
    kind: "valid" as const,
    principal: {
      subject,
      tenant,
      roles: ["admin" as const],
      groups: [],
      ...(subject === "ada" ? { name: "ada@example.com" } : {}),
    },
  }),
};

/** A job of one node that ran for an hour, lost its node, and ran for two more. */
async function preemptedOnce(options: Parameters<typeof worldWithCluster>[1] = {}) {
  const world = await worldWithCluster(
    { targetNodeCount: 2 },
    { prices: [table], monitorMaxIntervalMs: 60_000, ...options },
  );
  const begun = world.now();
  await startJob(world, pathOf("first"));
  await world.advance(hourMs);
  world.azure.requeue(world.onlyTask());
  await world.advance(10_000);
  world.azure.start(world.onlyTask());
  await world.advance(2 * hourMs);
  world.azure.complete(world.onlyTask(), { exitCode: 0 });
  await world.advance(3 * 60_000);
  return { world, begun };
}

describe("the report of costs", () => {
  it("tells what jobs used, what was lost to an eviction, and what nodes were there for, idle ones too", async () => {
    const { world, begun } = await preemptedOnce();
    const found = await report(world);
    expect(found).toMatchObject({
      groupBy: "experiment",
      location: "eastus",
      value: [{ name: "e", jobs: 1, attemptsNotCounted: 0, nodeHoursWithoutPrice: 0 }],
      interruptions: [{ cause: "preempted", attempts: 1 }],
      prices: [{ vmSize: "STANDARD_D2S_V3", perNodeHour: 0.2, collectedOn: "2026-11-20", currency: "EUR" }],
    });
    expect(found.total.nodeHours).toBeCloseTo(3, 1);
    expect(found.total.lostNodeHours).toBeCloseTo(1, 1);
    expect(found.total.amounts[0]?.amount).toBeCloseTo(0.2 * found.total.nodeHours, 3);
    const { total, value } = found.nodes;
    expect(value).toMatchObject([
      { name: "c", vmSize: "STANDARD_D2S_V3", vmPriority: "dedicated", idleNodes: 2 },
    ]);
    // Two nodes from the first time on that they were counted.
    expect(total.nodeHours).toBeCloseTo((2 * (world.now() - begun)) / hourMs, 1);
    expect(total.busyNodeHours).toBeCloseTo(3, 1);
    expect(total.idleNodeHours).toBeCloseTo(total.nodeHours - total.busyNodeHours, 3);
    expect(total.idleAmounts[0]?.amount).toBeCloseTo(0.2 * total.idleNodeHours, 3);
    expect(found.nodes.since).toBeUndefined();
  });

  it("of a period counts what was within it, and takes the prices of the region that is asked for", async () => {
    const { world, begun } = await preemptedOnce();
    const at = (hours: number) => new Date(begun + hours * hourMs).toISOString();
    const found = await report(world, `&since=${at(0.5)}&until=${at(1)}&location=westus`);
    expect(found).toMatchObject({ since: at(0.5), until: at(1), location: "westus" });
    expect(found.total).toMatchObject({
      nodeHours: 0.5,
      interruptedNodeHours: 0.5,
      amounts: [{ amount: 0.25 }],
    });
    expect(found.nodes.total).toMatchObject({ nodeHours: 1, busyNodeHours: 0.5, idleNodeHours: 0.5 });
    const late = new Date(world.now() - 1_000).toISOString();
    expect((await report(world, `&since=${late}`)).value).toEqual([]);
    const later = await report(world, `&until=${at(500)}`);
    expect(later.until).toBe(new Date(world.now()).toISOString());
  });

  it("groups by who asked, also through a sweep, by cluster and by job", async () => {
    const documents = memoryDocuments();
    const { world } = await preemptedOnce({ tokens: everybody, documents });
    const ada = { token: "ada" };
    await world.api("PUT", `${sweepPath}${own}`, {
      ...ada,
      body: sweepBody({ limits: { maxTrials: 1, maxConcurrentTrials: 1 } }),
    });
    await world.advance(5_000);
    const task = world.azure.tasks().at(-1)?.task.id ?? "";
    world.azure.start(task);
    await world.advance(hourMs);
    const byUser = await report(world, "&groupBy=user");
    expect(byUser.value.map(({ name, jobs }) => [name, jobs])).toEqual([
      ["role-admin", 1],
      ["ada@example.com", 1],
    ]);
    expect((await report(world, "&groupby=CLUSTER")).value.map(({ name }) => name)).toEqual(["c"]);
    const first = await report(world, "&groupBy=job&top=1");
    expect(first.value.map(({ name }) => name)).toEqual(["e/first"]);
    expect(first.others).toMatchObject({ groups: 1, jobs: 1 });
    expect((first.value[0]?.nodeHours ?? 0) + (first.others?.nodeHours ?? 0)).toBeCloseTo(
      first.total.nodeHours,
      3,
    );
    expect((await report(world, "&groupBy=user&experiment=E")).total).toEqual(first.total);
  });

  it("knows clusters that are gone, by the nodes that they had, and prices their jobs", async () => {
    const { world } = await preemptedOnce();
    const before = await report(world, "&groupBy=cluster");
    await world.api("DELETE", clusterPath);
    await world.advance(60_000);
    expect((await world.api("GET", clusterPath)).status).toBe(404);
    const after = await report(world, "&groupBy=cluster");
    expect(after.value).toEqual(before.value);
    const { idleNodes, ...node } = after.nodes.value[0] ?? {};
    expect(idleNodes).toBeUndefined();
    expect(node).toMatchObject({ name: "c", vmSize: "STANDARD_D2S_V3" });
    expect(after.nodes.total.nodeHours).toBeGreaterThanOrEqual(before.nodes.total.nodeHours);
    await world.advance(5 * hourMs);
    expect((await report(world)).nodes.total).toEqual(after.nodes.total);
  });

  it("of ten thousand jobs takes one read for each thousand, and a bounded answer", async () => {
    const documents = memoryDocuments();
    const world = await worldWithCluster({ targetNodeCount: 0 }, { documents, prices: [table] });
    await world.api("PUT", pathOf("model"), { body: jobBody() });
    const ref = parseId(pathOf("model"));
    const model = ref.kind === "job" ? await world.services.state.jobs.get(ref) : undefined;
    if (model === undefined) throw new Error("there is no job to copy");
    const [startTime, endTime] = [new Date(world.now()), new Date(world.now() + hourMs)];
    const partition = `${workspacePath.split("/")[2]}|rg|w`;
    for (let start = 0; start < 10_000; start += 100)
      await documents.commit(
        partition,
        Array.from({ length: 100 }, (_, index) => {
          const job = `j${start + index}`;
          const running: JobDocument = { ...model, job, executionState: "running" };
          const document = endedRun(
            running,
            { kind: "succeeded", exitCode: 0 },
            { startTime, endTime },
            endTime,
          );
          return { kind: "insert" as const, row: `job|e|${job}`, value: { revision: 1, document } };
        }),
      );
    await world.advance(2 * hourMs);
    const before = documents.reads();
    const found = await report(world, "&groupBy=job");
    // Eleven pages of jobs, one of clusters, one of the time of nodes, the workspace, and who may read it.
    expect(documents.reads() - before).toBeLessThanOrEqual(17);
    expect(found.value).toHaveLength(100);
    expect(found.others).toMatchObject({ groups: 9_900, nodeHours: 9_900 });
    expect(found.total).toMatchObject({ jobs: 10_000, nodeHours: 10_000, amounts: [{ amount: 2_000 }] });
  }, 60_000);

  it("counts what it cannot tell: machines without a price, jobs of an older version", async () => {
    const { world } = await preemptedOnce({ prices: [] });
    const without = await report(world, "&location=nowhere");
    expect(without).toMatchObject({ prices: [], total: { amounts: [] }, nodes: { total: { amounts: [] } } });
    expect(without.total.nodeHoursWithoutPrice).toBe(without.total.nodeHours);
    const ref = parseId(pathOf("first"));
    if (ref.kind !== "job") throw new Error("not a job");
    await world.services.state.jobs.update(ref, ({ madeBy: _, clusterVmPriority: __, ...old }) => old);
    const [row] = await documentSpending(world.documents).jobs(refOf({ ...ref, kind: "workspace" }));
    expect(row?.madeBy).toBeUndefined();
    const old = await report(world, "&groupBy=user");
    expect(old.value).toMatchObject([{ name: "(not recorded)", jobs: 1 }]);
    // The cluster is still there and tells the priority.
    expect(old.total).toEqual((await report(world)).total);
  });

  it.each([
    ["groupBy=colour", "groupBy: expected one of experiment, cluster, user, job, got 'colour'."],
    ["since=yesterday", "since: expected a time such as '2026-11-01T12:00:00Z', got 'yesterday'."],
    ["since=2999-01-01T00:00:00Z", "since: expected a time before until, and before now."],
    ["top=0", "top: expected a whole number from 1 to 1000, got '0'."],
    ["experiment=a/b", "The experiment name 'a/b' is not valid: use 1 to 64 letters, digits, '-' and '_'."],
  ])("refuses %s and names what is wrong", async (query, message) => {
    const world = await worldWithCluster();
    const { status, body } = await world.api("GET", `${workspacePath}/costs${own}&${query}`);
    expect([status, body.error.message]).toEqual([400, message]);
  });

  it("is not there of what is not there", async () => {
    const world = await worldWithCluster();
    expect((await world.api("GET", `${workspacePath}/costs${own}&experiment=none`)).status).toBe(404);
    expect((await world.api("GET", `${workspacePath}x/costs${own}`)).status).toBe(404);
    expect((await world.api("GET", `${workspacePath}/costs`)).status).toBe(404);
  });
});
