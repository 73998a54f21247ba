// File servers through the API: the resource's whole life, with machines that are absent, slow, or refuse.
import { describe, expect, it } from "vitest";
import { groupPath, startAppWorld, subscriptionId } from "../../support/app/app-world.ts";
import { planLaunch } from "../../../domain/launch/plan.ts";
import { renderPlan } from "../../../domain/launch/render.ts";
import { fakeFileServers } from "../../support/app/fake-file-servers.ts";
import {
  clusterBody,
  experimentPath,
  fileServerBody,
  fileServerPath,
  jobBody,
  workspacePath,
  worldWithCluster,
} from "../../support/app/stories.ts";

async function worldWithWorkspace(machines?: ReturnType<typeof fakeFileServers>) {
  const world = await startAppWorld(machines === undefined ? {} : { fileServers: machines });
  await world.api("PUT", workspacePath, { body: { location: "eastus" } });
  return world;
}

const stateOf = async ({ api }: Awaited<ReturnType<typeof worldWithWorkspace>>) =>
  (await api("GET", fileServerPath)).body.properties?.provisioningState as string | undefined;

describe("a file server whose machine cannot be built", () => {
  it("row 59: fails with Azure's reason when what was made of it is gone, stays listed and can be deleted", async () => {
    const machines = fakeFileServers();
    const world = await worldWithWorkspace(machines);
    const { api } = world;
    machines.refusal = "virtualMachines: OperationNotAllowed: the quota is 4";
    machines.slowToGo = true;
    const put = await api("PUT", fileServerPath, { body: fileServerBody() });
    expect([put.status, put.body]).toEqual([202, undefined]);
    await world.advance(60_000);
    expect(await stateOf(world)).toBe("creating");
    // The first reason counts: the machine is not tried again while it is being removed.
    machines.refusal = "another reason";
    machines.slowToGo = false;
    await world.advance(60_000);
    expect(machines.standing()).toBe(0);
    const operation = await api("GET", put.headers["azure-asyncoperation"] ?? "");
    expect(operation).toMatchObject({
      status: 200,
      body: {
        status: "Failed",
        properties: { resourceId: `${subscriptionId}$rg$w$nfs` },
        error: {
          code: "FileServerProvisioningFailed",
          message: "virtualMachines: OperationNotAllowed: the quota is 4",
        },
      },
    });
    expect(await stateOf(world)).toBe("failed");
    expect((await api("GET", `${workspacePath}/fileServers`)).body.value).toHaveLength(1);
    const removed = await api("DELETE", fileServerPath);
    expect(removed.status).toBe(202);
    await world.advance(1_000);
    expect((await api("GET", removed.headers["azure-asyncoperation"] ?? "")).body.status).toBe("Succeeded");
    expect((await api("GET", fileServerPath)).body.error.code).toBe("FileServerNotFound");
    expect((await api("DELETE", fileServerPath)).status).toBe(204);
    expect([...world.secrets.keys()]).toEqual([]);
  });

  it("leaves no machine, wherever a crash hits", async () => {
    for (let step = 1; step < 40; step += 1) {
      const machines = fakeFileServers();
      machines.refusal = "no quota";
      const world = await worldWithWorkspace(machines);
      world.crashAt(step);
      await world.api("PUT", fileServerPath, { body: fileServerBody() });
      await world.advance(1_000);
      const unharmed = world.crashOver();
      await world.reconcile();
      await world.advance(60_000);
      expect([step, machines.standing()]).toEqual([step, 0]);
      expect(["failed", undefined]).toContain(await stateOf(world));
      if (unharmed) return;
    }
    throw new Error("the crash never came too late");
  });
});

describe("a machine that nobody knows of any more", () => {
  it("is removed once it is old; the secrets of file servers that are there stay", async () => {
    const machines = fakeFileServers();
    machines.finish();
    const world = await worldWithWorkspace(machines);
    await world.api("PUT", fileServerPath, { body: fileServerBody() });
    await world.advance(1_000);
    const createdAt = new Date(world.services.clock.now()).toISOString();
    const { spec } = machines.asked()[0] ?? {};
    if (spec === undefined) throw new Error("no machine was asked for");
    await machines.build({ guid: "lost", spec, createdAt });
    await world.removeOrphans();
    expect(machines.standing()).toBe(2);
    const secrets = [...world.secrets.keys()];
    await world.advance(2 * 3_600_000);
    await world.removeOrphans();
    expect(machines.standing()).toBe(1);
    expect([...world.secrets.keys()]).toEqual(secrets);
    expect(secrets).toHaveLength(1);
  });

  it("keeps nothing else from being tidied up where machines cannot be listed", async () => {
    const machines = fakeFileServers();
    machines.list = () => Promise.reject(new Error("AuthorizationFailed"));
    const world = await worldWithWorkspace(machines);
    world.secrets.set("nobody", new Map([["x", "y"]]));
    await world.advance(2 * 3_600_000);
    await world.removeOrphans();
    expect([...world.secrets.keys()]).toEqual([]);
  });
});

describe("a file server that is mounted", () => {
  const network = (name: string) =>
    `/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/${name}`;
  const mountVolumes = (more: object = {}, id = fileServerPath) => ({
    fileServers: [{ fileServer: { id }, relativeMountPath: "nfs", ...more }],
  });
  const mounting = (properties: object = {}, more: object = {}) =>
    clusterBody({}, { nodeSetup: { mountVolumes: mountVolumes(more) }, ...properties });
  const mounted = `${workspacePath}/clusters/mounted`;
  const job = `${experimentPath}/jobs/j`;

  async function served() {
    const machines = fakeFileServers();
    machines.finish();
    const world = await worldWithCluster({}, { fileServers: machines });
    await world.api("PUT", fileServerPath, { body: fileServerBody() });
    await world.advance(1_000);
    return world;
  }

  it("row 60: by a cluster puts its pool into the server's network, with the export as a mount of Batch", async () => {
    const world = await served();
    const { api } = world;
    const body = mounting({}, { sourceDirectory: "digits/", mountOptions: "-o hard,timeo=600" });
    expect((await api("PUT", mounted, { body })).status).toBe(202);
    await world.advance(1_000);
    const { subnet, nodeSetup } = (await api("GET", mounted)).body.properties;
    const server = (await api("GET", fileServerPath)).body.properties;
    expect(subnet).toEqual(server.subnet);
    expect(nodeSetup.mountVolumes.fileServers).toEqual([
      {
        fileServer: { id: fileServerPath },
        relativeMountPath: "nfs",
        sourceDirectory: "digits",
        mountOptions: "-o hard,timeo=600",
      },
    ]);
    const pool = [...world.azure.poolsById.values()]
      .map(({ spec }) => spec)
      .find(({ subnetId }) => subnetId !== undefined);
    expect(pool).toMatchObject({
      subnetId: subnet.id,
      mounts: [
        {
          kind: "nfs",
          source: "10.0.0.4:/data/digits",
          relativeMountPath: "nfs",
          mountOptions: "-o vers=4.1,hard,timeo=600",
        },
      ],
    });
    expect((await api("PUT", mounted, { body })).status).toBe(200);
    const refused = await api("DELETE", fileServerPath);
    expect([refused.status, refused.body.error.message]).toEqual([
      409,
      expect.stringContaining("needed by the cluster 'mounted'"),
    ]);
    await api("DELETE", mounted);
    expect((await api("DELETE", fileServerPath)).status).toBe(202);
  });

  it("is mounted by clusters and jobs of its own network only", async () => {
    const { api } = await served();
    const elsewhere = await api("PUT", mounted, {
      body: mounting({ subnet: { id: `${network("other")}/subnets/a` } }),
    });
    expect([elsewhere.status, elsewhere.body.error.message]).toEqual([
      400,
      expect.stringMatching(
        /properties\.subnet: .*virtualnetworks\/made, and the subnet of the cluster is in .*\/other/,
      ),
    ]);
    const outside = await api("PUT", job, { body: jobBody({ mountVolumes: mountVolumes() }) });
    expect([outside.status, outside.body.error.message]).toEqual([
      400,
      expect.stringMatching(
        /the cluster 'c' is in no network of its own; create the cluster with the subnet/,
      ),
    ]);
  });

  it("is refused when it is not there, does not run yet, or is named wrongly", async () => {
    const machines = fakeFileServers();
    const world = await worldWithCluster({}, { fileServers: machines });
    const answer = async (body: object) => {
      const { status, body: told } = await world.api("PUT", mounted, { body });
      return [status, told?.error?.code, told?.error?.message] as const;
    };
    expect(await answer(mounting())).toMatchObject([404, "FileServerNotFound", /nfs/]);
    await world.api("PUT", fileServerPath, { body: fileServerBody() });
    expect(await answer(mounting())).toEqual([
      409,
      "Conflict",
      expect.stringMatching(/fileServers\[0\]\.fileServer\.id: the file server 'nfs' is 'creating'; wait/),
    ]);
    for (const more of [
      { mountOptions: "ro; reboot" },
      { sourceDirectory: "../etc" },
      { relativeMountPath: "" },
    ])
      expect((await answer(mounting({}, more)))[1], JSON.stringify(more)).toBe("InvalidRequest");
  });

  it("is not mounted from another workspace, on which the caller may have no role", async () => {
    const { api } = await served();
    await api("PUT", `${groupPath}/elsewhere`, { body: { location: "eastus" } });
    const answer = await api("PUT", `${groupPath}/elsewhere/clusters/c`, { body: mounting() });
    expect([answer.status, answer.body.error.message]).toEqual([
      400,
      expect.stringMatching(/'nfs' is in the workspace 'w'; mount one of the workspace 'elsewhere'/),
    ]);
  });

  it("row 61: by a job is mounted by the launcher, or a part of it", async () => {
    const world = await served();
    const { api } = world;
    const server = (await api("GET", fileServerPath)).body.properties;
    await api("PUT", mounted, { body: clusterBody({}, { subnet: server.subnet }) });
    await world.advance(1_000);
    const properties = {
      cluster: { id: mounted },
      nodeCount: 1,
      mountVolumes: mountVolumes({ sourceDirectory: "digits", mountOptions: "vers=4.2,noatime" }),
    };
    const submitted = await api("PUT", job, { body: jobBody(properties) });
    expect(submitted.status).toBe(202);
    expect((await api("PUT", job, { body: jobBody(properties) })).status).toBe(200);
    const document = await world.services.state.jobs.get({
      kind: "job",
      subscriptionId,
      resourceGroup: "rg",
      workspace: "w",
      experiment: "e",
      job: "j",
    });
    if (document === undefined) throw new Error("there is no job");
    expect(renderPlan(planLaunch(document))).toContain(
      "plan_mount_nfs 'nfs' '10.0.0.4:/data/digits' 'vers=4.2,noatime'\n",
    );
  });
});

describe("a file server with a machine", () => {
  it("is creating until the machine runs, then tells how to mount it", async () => {
    const machines = fakeFileServers();
    const world = await worldWithWorkspace(machines);
    const put = await world.api("PUT", fileServerPath, { body: fileServerBody() });
    await world.advance(5 * 60_000);
    expect(await stateOf(world)).toBe("creating");
    machines.finish();
    await world.advance(30_000);
    expect((await world.api("GET", fileServerPath)).body.properties).toMatchObject({
      provisioningState: "succeeded",
      mountSettings: {
        mountPoint: "/data",
        fileServerPublicIP: "20.1.2.3",
        fileServerInternalIP: "10.0.0.4",
      },
      subnet: { id: expect.stringContaining("/subnets/Subnet-1") as string },
    });
    expect((await world.api("GET", put.headers["azure-asyncoperation"] ?? "")).body.status).toBe("Succeeded");
    expect(machines.asked()).toMatchObject([{ adminPassword: "not-to-be-seen" }]);
    expect(world.documents.dump()).not.toContain("not-to-be-seen");
  });

  it("put again with the same content is the same, with other content a conflict", async () => {
    const world = await worldWithWorkspace(fakeFileServers());
    await world.api("PUT", fileServerPath, { body: fileServerBody() });
    const again = await world.api("PUT", fileServerPath.toUpperCase(), { body: fileServerBody() });
    expect([again.status, again.body.name]).toEqual([200, "nfs"]);
    const other = await world.api("PUT", fileServerPath, { body: fileServerBody({ diskCount: 3 }) });
    expect([other.status, other.body.error.code]).toEqual([409, "Conflict"]);
  });

  it("is deleting until the machine is gone, also when it was never finished", async () => {
    const machines = fakeFileServers();
    const world = await worldWithWorkspace(machines);
    const put = await world.api("PUT", fileServerPath, { body: fileServerBody() });
    await world.advance(1_000);
    machines.slowToGo = true;
    await world.api("DELETE", fileServerPath);
    await world.advance(60_000);
    expect(await stateOf(world)).toBe("deleting");
    expect((await world.api("PUT", fileServerPath, { body: fileServerBody() })).status).toBe(409);
    machines.slowToGo = false;
    await world.advance(60_000);
    expect((await world.api("GET", fileServerPath)).status).toBe(404);
    expect((await world.api("GET", put.headers["azure-asyncoperation"] ?? "")).body.status).toBe("Failed");
    expect(machines.standing()).toBe(0);
  });

  it("goes with its workspace", async () => {
    const machines = fakeFileServers();
    machines.finish();
    const world = await worldWithWorkspace(machines);
    await world.api("PUT", fileServerPath, { body: fileServerBody() });
    await world.advance(1_000);
    await world.api("DELETE", workspacePath);
    await world.advance(60_000);
    expect((await world.api("GET", workspacePath)).status).toBe(404);
    expect((await world.api("GET", fileServerPath)).status).toBe(404);
    expect(machines.standing()).toBe(0);
  });

  it("is found again after a crash at any moment of its creation and deletion", async () => {
    for (let step = 1; step < 30; step += 1) {
      const machines = fakeFileServers();
      machines.finish();
      const world = await worldWithWorkspace(machines);
      world.crashAt(step);
      await world.api("PUT", fileServerPath, { body: fileServerBody() });
      await world.api("DELETE", fileServerPath);
      const unharmed = world.crashOver();
      await world.reconcile();
      await world.advance(60_000);
      expect(["succeeded", undefined]).toContain(await stateOf(world));
      await world.api("DELETE", fileServerPath);
      await world.advance(60_000);
      expect([step, await stateOf(world), machines.standing()]).toEqual([step, undefined, 0]);
      if (unharmed) return;
    }
    throw new Error("the crash never came too late");
  });
});
