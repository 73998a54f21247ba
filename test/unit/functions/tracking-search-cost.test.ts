// What a search of runs costs the storage: what was written since the last one, however large the experiment is; and that it finds the same
// as a service that has seen nothing yet.
import { describe, expect, it } from "vitest";
import { documentRuns } from "../../../services/documents/runs.ts";
import { memoryDocuments } from "../../support/app/memory-documents.ts";
import { experimentPath, jobBody, workspacePath, worldWithCluster } from "../../support/app/stories.ts";
import { clientAt } from "../../support/app/tracking-stories.ts";
import { searchRuns } from "../../../application/tracking/searches.ts";
import { requests } from "../../../domain/tracking/requests.ts";
import type { Services } from "../../../services/services.ts";
import { subscriptionId } from "../../support/app/app-world.ts";

const workspace = { kind: "workspace", subscriptionId, resourceGroup: "rg", workspace: "w" } as const;

async function withRuns(count: number) {
  const documents = memoryDocuments();
  const world = await worldWithCluster({}, { documents });
  const notebook = clientAt(world, `${workspacePath}/mlflow`);
  const ids: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const { body } = await notebook.post("runs/create", {
      experiment_id: "e",
      run_name: `r${index}`,
      start_time: index,
    });
    ids.push(body.run.info.run_id as string);
    await notebook.post("runs/log-metric", {
      run_id: ids[index],
      key: "loss",
      value: index,
      timestamp: 1,
      step: 1,
    });
  }
  const search = async (filter = "", more: object = {}) => {
    const { body } = await notebook.post("runs/search", {
      experiment_ids: ["e"],
      filter,
      order_by: ["metrics.loss DESC"],
      ...more,
    });
    return (body.runs as { info: { run_name: string; status: string } }[]).map(({ info }) => info.run_name);
  };
  /** By a process that has seen nothing yet. */
  const asFresh = async (filter = "") => {
    const runs = documentRuns({ store: documents, random: world.services.random, now: () => world.now() });
    const fresh = { ...world.services, runs } as Services;
    const asked = requests.searchRuns.parse({
      experiment_ids: ["e"],
      filter,
      order_by: ["metrics.loss DESC"],
    });
    const found = await searchRuns(fresh, { kind: "workspace", workspace }, asked);
    return (found.runs as { info: { run_name: string } }[]).map(({ info }) => info.run_name);
  };
  const reads = async (work: () => Promise<unknown>) => {
    const before = documents.reads();
    await work();
    return documents.reads() - before;
  };
  return { world, documents, notebook, ids, search, asFresh, reads };
}

describe("a search of runs", () => {
  it("reads as little of a large experiment as of a small one, and finds at once what was just logged", async () => {
    const costs: number[][] = [];
    for (const count of [3, 150]) {
      const { notebook, ids, search, asFresh, reads } = await withRuns(count);
      await search();
      const unchanged = await reads(() => search("metrics.loss < 2"));
      await notebook.post("runs/log-metric", {
        run_id: ids[0],
        key: "loss",
        value: 9_000,
        timestamp: 2,
        step: 2,
      });
      const changed = await reads(async () => expect(await search("metrics.loss > 8000")).toEqual(["r0"]));
      costs.push([unchanged, changed]);
      expect(await search()).toEqual(await asFresh());
    }
    expect(costs[1]).toEqual(costs[0]);
    expect(costs[0]?.[1]).toBeLessThan(10);
  });

  it("sees jobs that come, end and go, and what another process wrote", async () => {
    const { world, documents, search, asFresh, ids } = await withRuns(2);
    await search();
    await world.api("PUT", `${experimentPath}/jobs/j`, { body: jobBody() });
    await world.advance(50);
    world.azure.start(world.onlyTask());
    await world.advance(500);
    expect(await search("attributes.status = 'RUNNING' and tags.`batchai.job` = 'j'")).toEqual(["j"]);
    world.azure.complete(world.onlyTask(), { exitCode: 0 });
    await world.advance(20_000);
    expect(await search("attributes.status = 'FINISHED' and tags.`batchai.job` = 'j'")).toEqual(["j"]);
    const elsewhere = documentRuns({
      store: documents,
      random: world.services.random,
      now: () => world.now(),
    });
    const place = {
      experiment: { ...workspace, kind: "experiment", experiment: "e" },
      unique: ids[0]?.slice(5),
    } as const;
    const found = await elsewhere.get(place);
    if (found === undefined) throw new Error("the run is not where it was");
    await elsewhere.write(place, { ...found.item, deleted: true }, found.etag);
    expect(await search()).toEqual(["r1", "j"]);
    await world.api("DELETE", `${experimentPath}/jobs/j`);
    await world.advance(20_000);
    expect(await search()).toEqual(["r1"]);
    expect(await asFresh()).toEqual(["r1"]);
  });

  it("finds nothing of an experiment that was deleted, in one that is made again under its name", async () => {
    const { world, documents, search } = await withRuns(2);
    await world.api("PUT", `${experimentPath}/jobs/j`, { body: jobBody() });
    expect(await search()).toHaveLength(3);
    await world.api("DELETE", experimentPath);
    await world.advance(120_000);
    expect((await world.api("GET", experimentPath)).status).toBe(404);
    expect(documents.dump()).not.toContain("changed|e|");
    await world.api("PUT", experimentPath);
    expect(await search()).toEqual([]);
  });
});
