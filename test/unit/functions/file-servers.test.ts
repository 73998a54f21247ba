// File servers through the API: the resource's whole life, with machines that are absent, slow, or refuse.
import { describe, expect, it } from "vitest";
import { startAppWorld, subscriptionId } from "../../support/app/app-world.ts";
import { fakeFileServers } from "../../support/app/fake-file-servers.ts";
import {
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

describe("a file server in a version without machines", () => {
  it("is accepted, fails with a reason, stays listed and can be deleted", async () => {
    const world = await worldWithWorkspace();
    const { api } = world;
    const put = await api("PUT", fileServerPath, { body: fileServerBody() });
    expect([put.status, put.body]).toEqual([202, undefined]);
    expect((await api("GET", fileServerPath)).body.properties).toMatchObject({
      provisioningState: "creating",
      dataDisks: { cachingType: "none" },
    });
    await world.advance(1_000);
    const operation = await api("GET", put.headers["azure-asyncoperation"] ?? "");
    expect(operation).toMatchObject({
      status: 200,
      body: {
        status: "Failed",
        properties: { resourceId: `${subscriptionId}$rg$w$nfs` },
        error: {
          code: "FileServerProvisioningFailed",
          message: expect.stringMatching(/not available in this version.*azureFileShares/) as string,
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

  it("cannot be mounted", async () => {
    const { api } = await worldWithCluster();
    const mountVolumes = { fileServers: [{ fileServer: { id: fileServerPath }, relativeMountPath: "nfs" }] };
    const answer = await api("PUT", `${workspacePath}/experiments/e/jobs/j`, {
      body: jobBody({ mountVolumes }),
    });
    expect([answer.status, answer.body.error.code]).toEqual([400, "FeatureNotAvailable"]);
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
