import { describe, expect, it } from "vitest";
import { groupPath, startAppWorld, subscriptionId } from "../../support/app/app-world.ts";
import {
  clusterBody,
  clusterPath,
  experimentPath,
  jobBody,
  workspacePath,
  worldWithCluster,
} from "../../support/app/stories.ts";

interface Named {
  readonly name: string;
}
const namesIn = (body: unknown): string[] => (body as { value: Named[] }).value.map(({ name }) => name);
const nextLinkIn = (body: unknown): string | undefined => (body as { nextLink?: string }).nextLink;

describe("a workspace", () => {
  it("is created at once, and putting it again changes nothing", async () => {
    const { api, advance } = await startAppWorld();
    const first = await api("PUT", workspacePath, { body: { location: "East US", tags: { a: "b" } } });
    expect(first).toMatchObject({
      status: 200,
      body: {
        id: workspacePath,
        name: "w",
        type: "Microsoft.BatchAI/workspaces",
        location: "eastus",
        tags: { a: "b" },
        properties: { provisioningState: "succeeded" },
      },
    });
    await advance(1_000);
    expect((await api("PUT", workspacePath, { body: { location: "eastus" } })).body).toEqual(first.body);
  });

  it("gets other tags by PATCH, and nothing else", async () => {
    const { api } = await startAppWorld();
    await api("PUT", workspacePath, { body: { location: "eastus" } });
    const patched = await api("PATCH", workspacePath, { body: { tags: { x: "y" }, location: "westus" } });
    expect(patched).toMatchObject({ status: 200, body: { location: "eastus", tags: { x: "y" } } });
  });
});

describe("an experiment", () => {
  it("is created without a body, at once, any number of times", async () => {
    const { api } = await startAppWorld();
    await api("PUT", workspacePath, { body: { location: "eastus" } });
    const first = await api("PUT", experimentPath);
    expect(first).toMatchObject({ status: 200, body: { properties: { provisioningState: "succeeded" } } });
    expect((await api("PUT", experimentPath)).body).toEqual(first.body);
  });
});

describe("a list", () => {
  it("comes in pages whose links hold everything, for both verbs of a POST list", async () => {
    const world = await worldWithCluster({}, {});
    const { api, outputs } = world;
    const mountVolumes = {
      azureFileShares: [
        {
          accountName: "store",
          azureFileUrl: "https://store.file.core.windows.net/logs",
          credentials: { accountKey: "a2V5" },
          relativeMountPath: "logs",
        },
      ],
    };
    const path = `${experimentPath}/jobs/j`;
    await api("PUT", path, {
      body: jobBody({ mountVolumes, stdOutErrPathPrefix: "$AZ_BATCHAI_JOB_MOUNT_ROOT/logs" }),
    });
    const segment = (await api("GET", path)).body.properties.jobOutputDirectoryPathSegment;
    outputs.set(
      `${segment}/stdouterr`,
      ["a", "b", "c"].map((name) => ({
        name,
        isDirectory: name === "a",
        ...(name === "a" ? {} : { contentLength: 3, downloadUrl: `https://x/${name}` }),
      })),
    );
    const first = await api("POST", `${path}/listOutputFiles?outputdirectoryid=stdouterr&maxresults=2`);
    expect(first.body.value).toEqual([
      { name: "a", fileType: "directory", properties: {} },
      { name: "b", fileType: "file", downloadUrl: "https://x/b", properties: { contentLength: 3 } },
    ]);
    for (const method of ["POST", "GET"]) {
      const rest = await api(method, nextLinkIn(first.body) ?? "");
      expect(namesIn(rest.body)).toEqual(["c"]);
      expect(rest.body).not.toHaveProperty("nextLink");
    }
  });

  it("of jobs follows its links to the end and shows each once", async () => {
    const { api } = await worldWithCluster();
    const names = ["a", "b", "c", "d", "e"];
    for (const name of names) await api("PUT", `${experimentPath}/jobs/${name}`, { body: jobBody() });
    const seen: string[] = [];
    let link: string | undefined = `${experimentPath}/jobs?maxresults=2`;
    while (link !== undefined) {
      const page = await api("GET", link);
      seen.push(...namesIn(page.body));
      link = nextLinkIn(page.body);
      if (link !== undefined) expect(link).toContain("api-version=2018-05-01");
    }
    expect(seen).toEqual(names);
  });

  it.each(["0", "1001", "x", "-1", "1.5"])("with maxresults=%s is refused", async (text) => {
    const { api } = await worldWithCluster();
    expect((await api("GET", `${workspacePath}/clusters?maxresults=${text}`)).status).toBe(400);
  });

  it("of workspaces is by group or by subscription", async () => {
    const { api } = await startAppWorld();
    const other = groupPath.replace("/rg/", "/rg2/");
    await api("PUT", `${groupPath}/one`, { body: { location: "eastus" } });
    await api("PUT", `${other}/two`, { body: { location: "eastus" } });
    const names = async (path: string) => namesIn((await api("GET", path)).body);
    expect(await names(groupPath)).toEqual(["one"]);
    expect(await names(other)).toEqual(["two"]);
    const all = await names(`/subscriptions/${subscriptionId}/providers/Microsoft.BatchAI/workspaces`);
    expect(all.sort()).toEqual(["one", "two"]);
  });

  it("of an absent parent is 404, of an empty one an empty list", async () => {
    const { api } = await worldWithCluster();
    expect((await api("GET", `${groupPath}/other/clusters`)).body.error.code).toBe("WorkspaceNotFound");
    expect((await api("GET", `${experimentPath}/jobs`)).body).toEqual({ value: [] });
    expect((await api("GET", `${workspacePath}/experiments/other/jobs`)).body.error.code).toBe(
      "ExperimentNotFound",
    );
  });

  it("of operations names reads, writes, deletes and actions", async () => {
    const { api } = await startAppWorld();
    const { body } = await api("GET", "/providers/Microsoft.BatchAI/operations");
    const names = namesIn(body);
    expect(names).toContain("Microsoft.BatchAI/workspaces/clusters/write");
    expect(names).toContain("Microsoft.BatchAI/workspaces/experiments/jobs/terminate/action");
  });
});

describe("a cluster put through the API", () => {
  it("has every default filled in", async () => {
    const { api } = await startAppWorld();
    await api("PUT", workspacePath, { body: { location: "eastus" } });
    await api("PUT", clusterPath, { body: clusterBody() });
    expect((await api("GET", clusterPath)).body.properties).toMatchObject({
      vmPriority: "dedicated",
      scaleSettings: { manual: { nodeDeallocationOption: "requeue" } },
      virtualMachineConfiguration: { imageReference: { offer: "UbuntuServer", version: "latest" } },
    });
  });
});

describe("a caller who would rather wait", () => {
  const wait = { headers: { prefer: "wait=20" } };
  it("gets the finished result of a creation, a deletion and a termination", async () => {
    const { api } = await worldWithCluster();
    const path = `${experimentPath}/jobs/j`;
    const put = await api("PUT", path, { body: jobBody(), ...wait });
    expect(put).toMatchObject({
      status: 200,
      body: { name: "j", properties: { provisioningState: "succeeded" } },
    });
    expect(await api("POST", `${path}/terminate`, wait)).toMatchObject({ status: 200, body: undefined });
    expect((await api("GET", path)).body.properties.executionState).toBe("failed");
    expect(await api("DELETE", path, wait)).toMatchObject({ status: 200, body: undefined });
    expect((await api("GET", path)).status).toBe(404);
  });

  it("gets the links after all when it takes too long", async () => {
    const { api, azure } = await worldWithCluster();
    azure.down = true;
    const answer = await api("DELETE", clusterPath, { headers: { prefer: "respond-async, wait=2" } });
    expect(answer.status).toBe(202);
    expect(answer.headers).toHaveProperty("azure-asyncoperation");
  });
});

describe("usages", () => {
  it("count clusters, processors and unfinished jobs against the account's quotas", async () => {
    const { api, advance } = await worldWithCluster({ targetNodeCount: 3 });
    await api("PUT", `${experimentPath}/jobs/j`, { body: jobBody() });
    await advance(3_000);
    const path = `/subscriptions/${subscriptionId}/providers/Microsoft.BatchAI/locations/eastus/usages`;
    const { value } = (await api("GET", path)).body as {
      value: { name: { value: string }; currentValue: number; limit: number }[];
    };
    const family = (name: string, priority: string, used: number, limit: number) => [
      `Standard ${name} Family Cluster ${priority} vCPUs`,
      used,
      limit,
    ];
    const unused = (names: readonly string[], priority: string, limit: number) =>
      names.map((name) => family(name, priority, 0, limit));
    expect(value.map(({ name, currentValue, limit }) => [name.value, currentValue, limit])).toEqual([
      ["Clusters", 1, 100],
      ["Total Cluster Dedicated Regional vCPUs", 6, 500],
      ...unused(["D"], "Dedicated", 500),
      family("DSv3", "Dedicated", 6, 500),
      ...unused(["Dv2", "NC", "NV"], "Dedicated", 500),
      ["Total Cluster LowPriority Regional vCPUs", 0, 300],
      ...unused(["D", "Dv2", "NC", "NV"], "LowPriority", 300),
      ["ActiveJobs", 1, 2_147_483_647],
    ]);
  });
});
