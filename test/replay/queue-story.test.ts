// The queue of a cluster, from PUT to the task in Batch: what is handed over is what may start, and nothing else.
import { describe, expect, it } from "vitest";
import type { Settings } from "../../services/settings.ts";
import type { FakeTask } from "../support/app/fake-batch.ts";
import { clusterPath, experimentPath, jobBody, worldWithCluster } from "../support/app/stories.ts";

/** A cluster of `nodes` nodes, and what tests do with its jobs by name. */
async function clusterOfNodes(nodes: number, settings: Partial<Settings> = {}) {
  const world = await worldWithCluster({ targetNodeCount: nodes });
  Object.assign(world.services.settings, settings);
  await world.advance(100);
  const guids = new Map<string, string>();
  const pathOf = (name: string) => `${experimentPath}/jobs/${name}`;
  const taskOf = (name: string): FakeTask | undefined =>
    world.azure.tasks().findLast(({ task }) => task.id.startsWith(guids.get(name) ?? "-"));
  return {
    ...world,
    pathOf,
    async submit(name: string, nodeCount = 1, properties: object = {}): Promise<void> {
      const reply = await world.api("PUT", pathOf(name), { body: jobBody({ nodeCount, ...properties }) });
      expect(reply.status).toBe(202);
      const segment = (await world.api("GET", pathOf(name))).body.properties.jobOutputDirectoryPathSegment;
      guids.set(name, String(segment).slice(-36));
      await world.advance(30);
    },
    taskOf,
    /** Starts the job's task as Batch would, and lets it run for a while. */
    async run(name: string, ms = 300): Promise<void> {
      world.azure.start(taskOf(name)?.task.id ?? name);
      await world.advance(ms);
    },
    async finish(name: string, exitCode = 0): Promise<void> {
      world.azure.complete(taskOf(name)?.task.id ?? name, { exitCode });
      await world.advance(3_000);
    },
    dispatched: (): string[] =>
      [...guids.keys()].filter((name) => {
        const state = taskOf(name)?.task.state;
        return state !== undefined && state !== "completed";
      }),
    stateOf: async (name: string): Promise<string> =>
      (await world.api("GET", pathOf(name))).body.properties.executionState as string,
  };
}

describe("the queue of a cluster", () => {
  it("row 80: starts a job of two nodes when two nodes are idle, and not before", async () => {
    const cluster = await clusterOfNodes(3);
    await cluster.submit("first", 2);
    await cluster.run("first");
    await cluster.submit("second", 2);
    expect(cluster.dispatched(), "one idle node is not enough").toEqual(["first"]);
    expect(await cluster.stateOf("second")).toBe("queued");
    await cluster.finish("first");
    expect(cluster.dispatched()).toEqual(["second"]);
  });

  it("gives no nodes to two gangs that could only wait for each other", async () => {
    const cluster = await clusterOfNodes(4);
    await cluster.submit("a", 3);
    await cluster.submit("b", 3);
    await cluster.submit("c", 3);
    for (const name of ["a", "b", "c"]) {
      expect(cluster.dispatched()).toEqual([name]);
      await cluster.run(name);
      await cluster.finish(name);
    }
  });

  it("row 79: is served by priority, then by age", async () => {
    const cluster = await clusterOfNodes(1);
    await cluster.submit("running");
    await cluster.run("running");
    for (const name of ["low", "normal", "high"]) await cluster.submit(name, 1, { schedulingPriority: name });
    await cluster.submit("normal-2");
    const order: string[] = [];
    await cluster.finish("running");
    for (let turn = 0; turn < 4; turn += 1) {
      const [next = ""] = cluster.dispatched();
      expect(cluster.dispatched()).toHaveLength(1);
      order.push(next);
      await cluster.run(next);
      await cluster.finish(next);
    }
    expect(order).toEqual(["high", "normal", "normal-2", "low"]);
  });

  it("lets a small job pass where that cannot delay the head, and holds it back where it could", async () => {
    const cluster = await clusterOfNodes(3);
    await cluster.submit("gang", 2);
    await cluster.run("gang");
    await cluster.submit("head", 2);
    await cluster.submit("small");
    expect(cluster.dispatched(), "the head waits for the gang anyway").toEqual(["gang", "small"]);
    await cluster.run("small");
    await cluster.finish("gang");
    await cluster.run("head");
    await cluster.submit("next", 2);
    await cluster.submit("smaller");
    await cluster.finish("small");
    expect(cluster.dispatched()).toEqual(["head", "smaller"]);
    await cluster.submit("late");
    await cluster.finish("head");
    expect(cluster.dispatched(), "two nodes are the head's, whoever came later").toEqual(["next", "smaller"]);
  });

  it("row 81: keeps a job that no node is there for, costs nothing meanwhile, and starts it after a resize", async () => {
    const cluster = await clusterOfNodes(0);
    await cluster.submit("patient");
    await cluster.advance(24 * 3_600_000);
    expect(await cluster.stateOf("patient")).toBe("queued");
    expect(cluster.azure.tasks()).toEqual([]);
    expect(cluster.active(), "nobody watches what cannot change").toEqual([]);
    const scaleSettings = { manual: { targetNodeCount: 1 } };
    await cluster.api("PATCH", clusterPath, { body: { properties: { scaleSettings } } });
    await cluster.advance(100);
    cluster.azure.settle();
    await cluster.advance(5_000);
    expect(cluster.dispatched()).toEqual(["patient"]);
  });

  it("hands over with fresh links a job that has waited for weeks", async () => {
    const cluster = await clusterOfNodes(1, { monitorMaxIntervalMs: 3_600_000 });
    await cluster.submit("long");
    await cluster.run("long");
    await cluster.submit("late");
    for (let day = 0; day < 20; day += 1) await cluster.advance(24 * 3_600_000);
    expect(cluster.stagedOfRuns().filter((path) => !path.includes("/1/"))).toEqual([]);
    expect(cluster.taskOf("late"), "no link is made before it is needed").toBeUndefined();
    await cluster.finish("long");
    await cluster.advance(3_600_000);
    expect(cluster.dispatched(), "seen by the monitor's next look").toEqual(["late"]);
  }, 60_000);

  it("takes back a run whose node vanished before it started, and whose links would grow old", async () => {
    const cluster = await clusterOfNodes(1);
    await cluster.submit("unlucky");
    expect(cluster.dispatched()).toEqual(["unlucky"]);
    for (const pool of cluster.azure.poolsById.values()) pool.current = 0;
    await cluster.advance(120_000);
    expect(cluster.dispatched(), "it waits in our queue, not in Batch's").toEqual([]);
    expect(await cluster.stateOf("unlucky")).toBe("queued");
    cluster.azure.settle();
    await cluster.reconcile();
    await cluster.advance(5_000);
    expect(cluster.taskOf("unlucky")?.task.id).toMatch(/-2$/);
    await cluster.run("unlucky");
    await cluster.finish("unlucky");
    expect(await cluster.stateOf("unlucky")).toBe("succeeded");
  });

  it("row 32: puts a job whose nodes were taken back at its place, ahead of younger ones, and runs it again", async () => {
    const cluster = await clusterOfNodes(1);
    await cluster.submit("old");
    await cluster.run("old");
    await cluster.submit("young");
    cluster.azure.requeue(cluster.taskOf("old")?.task.id ?? "");
    for (const pool of cluster.azure.poolsById.values()) pool.current = 0;
    await cluster.advance(5_000);
    expect(await cluster.stateOf("old")).toBe("queued");
    expect(cluster.dispatched()).toEqual([]);
    cluster.azure.settle();
    await cluster.advance(5_000);
    expect(cluster.dispatched()).toEqual(["old"]);
    await cluster.run("old");
    await cluster.finish("old");
    expect(await cluster.stateOf("old")).toBe("succeeded");
  });

  it("row 34: gives no node away that is to go, while the jobs on such nodes complete", async () => {
    const cluster = await clusterOfNodes(2);
    for (const name of ["a", "b"]) {
      await cluster.submit(name);
      await cluster.run(name);
    }
    await cluster.submit("c");
    const scaleSettings = {
      manual: { targetNodeCount: 1, nodeDeallocationOption: "waitforjobcompletion" },
    };
    await cluster.api("PATCH", clusterPath, { body: { properties: { scaleSettings } } });
    await cluster.advance(200);
    await cluster.finish("a");
    expect(cluster.dispatched(), "its node is the one that goes").toEqual(["b"]);
    cluster.azure.settle();
    await cluster.finish("b");
    expect(cluster.dispatched()).toEqual(["c"]);
  });

  it("does not start what is terminated or deleted while it waits", async () => {
    const cluster = await clusterOfNodes(1);
    await cluster.submit("running");
    await cluster.run("running");
    await cluster.submit("terminated");
    await cluster.submit("deleted");
    await cluster.submit("kept");
    expect((await cluster.api("POST", `${cluster.pathOf("terminated")}/terminate`)).status).toBe(202);
    expect((await cluster.api("DELETE", cluster.pathOf("deleted"))).status).toBe(202);
    await cluster.advance(1_000);
    const { properties } = (await cluster.api("GET", cluster.pathOf("terminated"))).body;
    expect(properties).toMatchObject({
      executionState: "failed",
      executionInfo: { errors: [{ code: "JobTerminated" }] },
    });
    expect(properties.executionInfo.startTime).toBe(properties.executionInfo.endTime);
    expect((await cluster.api("GET", cluster.pathOf("deleted"))).status).toBe(404);
    await cluster.finish("running");
    expect(cluster.dispatched()).toEqual(["kept"]);
  });
});

describe("a job's end", () => {
  /** Two seconds for readers; `follow` begins to read a job's output as `az batchai job file stream` does. */
  async function worldWithGrace() {
    const cluster = await clusterOfNodes(1, { outputGraceMs: 2_000 });
    const file = { name: "stdout.txt", isDirectory: false, downloadUrl: "https://files.example/stdout.txt" };
    const share = {
      accountName: "store",
      azureFileUrl: "https://store.file.core.windows.net/logs",
      credentials: { accountKey: "a2V5" },
      relativeMountPath: "logs",
    };
    const logsOnShare = {
      mountVolumes: { azureFileShares: [share] },
      stdOutErrPathPrefix: "$AZ_BATCHAI_JOB_MOUNT_ROOT/logs",
    };
    return {
      ...cluster,
      submit: (name: string) => cluster.submit(name, 1, logsOnShare),
      async follow(name: string): Promise<void> {
        const { properties } = (await cluster.api("GET", cluster.pathOf(name))).body;
        cluster.outputs.set(`${String(properties.jobOutputDirectoryPathSegment)}/stdouterr`, [file]);
        const list = `${cluster.pathOf(name)}/listOutputFiles?outputdirectoryid=stdouterr`;
        const { body } = await cluster.api("POST", list);
        expect(body.value, "there is a link to follow").toMatchObject([{ downloadUrl: file.downloadUrl }]);
      },
    };
  }

  it("is shown at once when nobody was given a link to its output", async () => {
    const cluster = await worldWithGrace();
    await cluster.submit("first");
    await cluster.run("first");
    cluster.azure.complete(cluster.taskOf("first")?.task.id ?? "", { exitCode: 0 });
    await cluster.advance(300);
    expect(await cluster.stateOf("first")).toBe("succeeded");
  });

  it("that is followed is noted by one write, however often its files are listed", async () => {
    const cluster = await worldWithGrace();
    await cluster.submit("first");
    await cluster.run("first", 5_000);
    const writes = cluster.documents.writes();
    for (let listing = 0; listing < 5; listing += 1) await cluster.follow("first");
    expect(cluster.documents.writes()).toBe(writes + 1);
  });

  it("row 110: is shown to who follows it two seconds after its output is complete; its node serves the next job meanwhile", async () => {
    const cluster = await worldWithGrace();
    await cluster.submit("first");
    await cluster.run("first");
    await cluster.submit("second");
    await cluster.follow("first");
    const endedAt = new Date(cluster.now()).toISOString();
    cluster.azure.complete(cluster.taskOf("first")?.task.id ?? "", { exitCode: 0 });
    await cluster.advance(1_000);
    expect(cluster.dispatched()).toEqual(["second"]);
    await cluster.advance(900);
    expect(await cluster.stateOf("first")).toBe("running");
    await cluster.advance(200);
    const { properties } = (await cluster.api("GET", cluster.pathOf("first"))).body;
    expect(properties).toMatchObject({ executionState: "succeeded", executionInfo: { endTime: endedAt } });
  });

  it.each(["failed", "terminated"])("waits for readers also when it %s", async (how) => {
    const cluster = await worldWithGrace();
    await cluster.submit("job");
    await cluster.run("job");
    await cluster.follow("job");
    if (how === "failed") cluster.azure.complete(cluster.taskOf("job")?.task.id ?? "", { exitCode: 7 });
    else await cluster.api("POST", `${cluster.pathOf("job")}/terminate`);
    await cluster.advance(1_900);
    expect(await cluster.stateOf("job")).toBe(how === "failed" ? "running" : "terminating");
    await cluster.advance(1_000);
    const { properties } = (await cluster.api("GET", cluster.pathOf("job"))).body;
    expect(properties.executionState).toBe("failed");
    const { startTime, endTime, exitCode } = properties.executionInfo;
    expect([startTime, endTime]).not.toContain(undefined);
    expect(exitCode).toBe(how === "failed" ? 7 : undefined);
  });

  it("does not keep a deletion waiting", async () => {
    const cluster = await worldWithGrace();
    await cluster.submit("job");
    await cluster.run("job");
    await cluster.follow("job");
    cluster.azure.complete(cluster.taskOf("job")?.task.id ?? "", { exitCode: 0 });
    await cluster.advance(500);
    expect(await cluster.stateOf("job"), "held back").toBe("running");
    await cluster.api("DELETE", cluster.pathOf("job"));
    await cluster.advance(500);
    expect((await cluster.api("GET", cluster.pathOf("job"))).status).toBe(404);
  });
});
