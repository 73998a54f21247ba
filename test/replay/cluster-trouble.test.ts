// Clusters in trouble: nodes that cannot be had, nodes that are of no use, quotas; what the cluster says, what its jobs do.
import { describe, expect, it } from "vitest";
import { createCluster } from "../../application/clusters.ts";
import { ClusterRequest } from "../../domain/cluster/schema.ts";
import type { ResourceKind } from "../../domain/resources.ts";
import { parse } from "../../domain/shared/parse.ts";
import { parseClusterId } from "../../domain/shared/resource-id.ts";
import type { WorkspaceRef } from "../../domain/shared/resource-id.ts";
import type { Services } from "../../services/services.ts";
import { startAppWorld } from "../support/app/app-world.ts";
import type { FakePool } from "../support/app/fake-batch.ts";
import {
  clusterBody,
  clusterPath,
  experimentPath,
  jobBody,
  workspacePath,
  worldWithCluster,
} from "../support/app/stories.ts";

type World = Awaited<ReturnType<typeof worldWithCluster>>;
const jobPath = `${experimentPath}/jobs/j`;
const properties = async (world: Pick<World, "api">, path = clusterPath) =>
  (await world.api("GET", path)).body.properties as Record<string, unknown>;

function onlyPool(world: World): FakePool {
  const [pool] = world.azure.poolsById.values();
  if (pool === undefined) throw new Error("no pool");
  return pool;
}

/** The resize ends with this error, and without nodes. */
function failResize(world: World, code: string): void {
  const pool = onlyPool(world);
  pool.resizeErrors = [{ code, message: "said by Batch" }];
  pool.current = 0;
  pool.resizing = false;
}

const resize = (world: World, manual: object) =>
  world.api("PATCH", clusterPath, { body: { properties: { scaleSettings: { manual } } } });

describe("nodes that cannot be had", () => {
  it.each([
    ["AllocationTimedout", "transient"],
    ["AccountCoreQuotaReached", "quota"],
    ["SomethingNobodyKnows", "transient"],
  ])(
    "%s is an error of the cluster (%s), whose jobs wait; the nodes are asked for again",
    async (code, category) => {
      const world = await worldWithCluster();
      failResize(world, code);
      await world.api("PUT", jobPath, { body: jobBody() });
      await world.advance(5_000);
      expect(await properties(world)).toMatchObject({
        provisioningState: "succeeded",
        currentNodeCount: 0,
        errors: [{ code, message: "said by Batch", details: [{ name: "Category", value: category }] }],
      });
      expect(await properties(world, jobPath)).toMatchObject({ executionState: "queued" });
      const before = world.azure.calls.filter((call) => call === "resize").length;
      await world.reconcile();
      await world.advance(100);
      expect(world.azure.calls.filter((call) => call === "resize")).toHaveLength(before + 1);
      onlyPool(world).resizeErrors = [];
      world.azure.settle();
      await world.advance(5_000);
      const healthy = await properties(world);
      expect(healthy).toMatchObject({ currentNodeCount: 1 });
      expect(healthy).not.toHaveProperty("errors");
      expect(world.azure.tasks()).toHaveLength(1);
    },
  );

  it("because of how the cluster is set up fail the jobs that wait for them, with the reason", async () => {
    const world = await worldWithCluster();
    failResize(world, "SubnetNotFound");
    await world.api("PUT", jobPath, { body: jobBody() });
    await world.advance(5_000);
    expect(await properties(world, jobPath)).toMatchObject({
      executionState: "failed",
      executionInfo: {
        errors: [
          {
            code: "JobLaunchFailed",
            details: [
              {
                name: "Info",
                value: "the cluster cannot have nodes: SubnetNotFound: said by Batch",
              },
            ],
          },
        ],
      },
    });
  });
});

describe("a resize", () => {
  it("gives jobs that are waited for as long as they may take, and other resizes what Batch gives them", async () => {
    const world = await worldWithCluster({ targetNodeCount: 2 });
    await world.advance(1_000);
    await resize(world, { targetNodeCount: 0, nodeDeallocationOption: "waitforjobcompletion" });
    await world.advance(100);
    expect(onlyPool(world).timeout).toBe("P7D");
    world.azure.settle();
    await world.advance(1_000);
    await resize(world, { targetNodeCount: 3, nodeDeallocationOption: "waitforjobcompletion" });
    await world.advance(100);
    expect(onlyPool(world).timeout).toBeUndefined();
  });
});

describe("nodes that are of no use", () => {
  it("are told once, with exit code and log, and no secret in it", async () => {
    const world = await startAppWorld();
    const setupTask = {
      commandLine: "x",
      stdOutErrPathPrefix: "$AZ_BATCHAI_MOUNT_ROOT/logs",
      secrets: [{ name: "TOKEN", value: "not-to-be-seen" }],
    };
    await world.api("PUT", workspacePath, { body: { location: "eastus" } });
    await world.api("PUT", clusterPath, { body: clusterBody({}, { nodeSetup: { setupTask } }) });
    await world.advance(10);
    const [pool] = world.azure.poolsById.values();
    if (pool === undefined) throw new Error("no pool");
    pool.badNodes = [
      {
        id: "tvm-1",
        state: "starttaskfailed",
        errors: [],
        startTaskFailure: {
          category: "UserError",
          code: "FailureExitCode",
          message: "",
          details: {},
          exitCode: 5,
        },
      },
      {
        id: "tvm-2",
        state: "unusable",
        errors: [
          { category: "", code: "MountConfigurationError", message: "no such share", details: { Name: "x" } },
        ],
      },
    ];
    world.azure.nodeFiles.set("tvm-1/startup/stderr.txt", "trying\nwrong token not-to-be-seen\n");
    world.azure.settle();
    await world.advance(60_000);
    const { errors, nodeStateCounts } = await properties(world);
    expect(nodeStateCounts).toMatchObject({ unusableNodeCount: 2 });
    expect(errors).toMatchObject([
      {
        code: "NodeSetupFailed",
        details: [
          { name: "NodeId", value: "tvm-1" },
          { name: "ExitCode", value: "5" },
          { name: "Log", value: "trying\nwrong token [secret]" },
        ],
      },
      {
        code: "MountConfigurationError",
        message: "no such share",
        details: [
          { name: "NodeId", value: "tvm-2" },
          { name: "Name", value: "x" },
        ],
      },
    ]);
    expect(world.azure.calls.filter((call) => call === "readNodeFile")).toHaveLength(1);
  });
});

describe("the service's own secrets of a cluster", () => {
  it("are a key for its nodes and a password for an admin without one, in no document and no pool that is shown", async () => {
    const world = await startAppWorld();
    const userAccountSettings = { adminUserName: "ada", adminUserSshPublicKey: "ssh-rsa AAAA ada" };
    await world.api("PUT", workspacePath, { body: { location: "eastus" } });
    await world.api("PUT", clusterPath, { body: clusterBody({}, { userAccountSettings }) });
    await world.advance(100);
    const [pool] = world.azure.poolsById.values();
    expect(pool?.spec.adminUser.name).toBe("ada");
    const password = pool?.spec.adminUser.password ?? "";
    expect(password.length).toBeGreaterThan(20);
    expect(JSON.stringify(pool?.spec.startTask)).not.toMatch(/not-to-be-seen|PRIVATE|ssh-/);
    expect(pool?.spec.nodeUser).toMatchObject({
      name: "batchainodes",
      sshPrivateKey: "PRIVATE not-to-be-seen",
    });
    const kept = [...world.staged].filter(([path]) => path.startsWith("clusters/"));
    expect(kept.map(([path]) => path.split("/").at(-1)).sort()).toContain("node-setup-secrets");
    expect(JSON.stringify(kept)).not.toMatch(/not-to-be-seen|PRIVATE/);
    expect(world.documents.dump()).not.toMatch(/PRIVATE/);
    expect(world.documents.dump()).not.toContain(password);

    await world.api("DELETE", clusterPath);
    await world.advance(60_000);
    expect(world.stagedOfRuns()).toEqual([]);
    expect([...world.staged.keys()].filter((path) => path.startsWith("clusters/"))).toEqual([]);
    expect(world.secrets.size).toBe(0);
    expect(await world.services.reservations.clusters.read()).toEqual({});
  });
});

describe("a creation", () => {
  it("that cannot find out whether its workspace is there keeps the cluster's secrets, and goes on when it is asked for again", async () => {
    const world = await startAppWorld();
    await world.api("PUT", workspacePath, { body: { location: "local" } });
    const { services } = world;
    let reads = 0;
    const workspaces = new Proxy(services.state.of("workspace"), {
      get(target, name) {
        const member: unknown = Reflect.get(target, name);
        if (name !== "get") return typeof member === "function" ? (member.bind(target) as unknown) : member;
        return (ref: WorkspaceRef) => {
          reads += 1;
          return reads === 2 ? Promise.reject(new Error("the connection was reset")) : target.get(ref);
        };
      },
    });
    const state = new Proxy(services.state, {
      get: (target, name) =>
        name === "of"
          ? (kind: ResourceKind) => (kind === "workspace" ? workspaces : target.of(kind))
          : (Reflect.get(target, name) as unknown),
    });
    const ref = parseClusterId(clusterPath);
    const request = parse(ClusterRequest, clusterBody());
    const caller = { actor: "tester", link: "request:1" };
    await expect(createCluster({ ...services, state } as Services, caller, ref, request)).rejects.toThrow(
      "reset",
    );
    const cluster = await services.state.clusters.get(ref);
    expect((await services.secrets.get(cluster?.guid ?? "")).size).toBeGreaterThan(0);
    expect((await world.api("PUT", clusterPath, { body: clusterBody() })).status).toBeLessThan(300);
    await world.advance(10_000);
    expect(world.azure.poolsById.size).toBe(1);
  });
});
