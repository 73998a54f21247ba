// What clients ask Azure Resource Manager before they come to Batch AI, and the headers of every answer.
import { describe, expect, it } from "vitest";
import { groupPath, startAppWorld, subscriptionId, tenant } from "../../support/app/app-world.ts";
import { clusterPath, workspacePath, worldWithCluster } from "../../support/app/stories.ts";

const subscription = `/subscriptions/${subscriptionId}`;

describe("a client that asks first", () => {
  it("learns of the one subscription and of its tenant", async () => {
    const { api } = await startAppWorld();
    const one = { id: subscription, subscriptionId, tenantId: tenant, state: "Enabled" };
    expect((await api("GET", "/subscriptions?api-version=2019-11-01")).body).toMatchObject({ value: [one] });
    expect((await api("GET", `${subscription}?api-version=2016-06-01`)).body).toMatchObject(one);
    expect((await api("GET", "/tenants?api-version=2019-11-01")).body.value).toMatchObject([
      { id: `/tenants/${tenant}`, tenantId: tenant },
    ]);
  });

  it("finds any resource group that it names, and a list of those in use", async () => {
    const { api } = await startAppWorld();
    await api("PUT", `${groupPath}/one`, { body: { location: "eastus" } });
    await api("PUT", `${groupPath.replace("/rg/", "/RG/")}/two`, { body: { location: "eastus" } });
    await api("PUT", `${groupPath.replace("/rg/", "/other/")}/three`, { body: { location: "eastus" } });
    const group = await api("GET", `${subscription}/resourcegroups/lab?api-version=2019-07-01`);
    expect(group.body).toMatchObject({
      id: `${subscription}/resourceGroups/lab`,
      name: "lab",
      location: "eastus",
      properties: { provisioningState: "Succeeded" },
    });
    const list = await api("GET", `${subscription}/resourcegroups?api-version=2019-07-01`);
    const names = (list.body.value as { name: string }[]).map(({ name }) => name.toLowerCase());
    expect(names).toEqual(["other", "rg"]);
    expect((await api("GET", `${subscription}/resourcegroups/a%20b?api-version=2019-07-01`)).status).toBe(
      400,
    );
  });

  it("finds the provider registered", async () => {
    const { api } = await startAppWorld();
    const answer = await api("GET", `${subscription}/providers/microsoft.batchai?api-version=2019-07-01`);
    expect(answer.body).toMatchObject({ namespace: "Microsoft.BatchAI", registrationState: "Registered" });
    const types = (answer.body.resourceTypes as { resourceType: string }[]).map((type) => type.resourceType);
    expect(types).toContain("workspaces/experiments/jobs");
  });

  it.each(["?noversion=1", "?api-version=latest"])("must name a version (%s)", async (query) => {
    const { api } = await startAppWorld();
    expect((await api("GET", `/subscriptions${query}`)).status).toBe(400);
  });
});

describe("every answer", () => {
  it("can be found again by its ids, and is not cached", async () => {
    const { api } = await startAppWorld();
    for (const path of [workspacePath, "/nothing", groupPath]) {
      const { headers } = await api("GET", path, { headers: { "x-ms-client-request-id": "mine" } });
      expect(headers).toMatchObject({
        "cache-control": "no-cache",
        "x-ms-client-request-id": "mine",
        "request-id": headers["x-ms-request-id"],
      });
    }
  });

  it("of a resource has an ETag that changes with it, and the time of its last change", async () => {
    const { api, advance } = await worldWithCluster();
    const first = await api("GET", workspacePath);
    expect(first.headers["etag"]).toMatch(/^"[\w-]{43}"$/);
    expect(Date.parse(first.headers["last-modified"] ?? "")).not.toBeNaN();
    await advance(5_000);
    expect((await api("GET", workspacePath)).headers["etag"]).toBe(first.headers["etag"]);
    await api("PATCH", workspacePath, { body: { tags: { a: "b" } } });
    expect((await api("GET", workspacePath)).headers["etag"]).not.toBe(first.headers["etag"]);
    expect((await api("GET", clusterPath)).headers).toHaveProperty("etag");
  });

  it("to a wrong method tells the right ones", async () => {
    const { api } = await startAppWorld();
    const answer = await api("POST", workspacePath, { body: {} });
    expect([answer.status, answer.body.error.code]).toEqual([405, "MethodNotAllowed"]);
    expect(answer.headers["allow"]?.split(", ").sort()).toEqual(["DELETE", "GET", "PATCH", "PUT"]);
  });
});
