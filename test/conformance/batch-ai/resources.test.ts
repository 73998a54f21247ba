// Workspaces, experiments, lists and who may ask: the rows of the contract about the API as such. Through the genuine
// client with its default options; raw HTTP where the client would not send what is asked.
import { readFile } from "node:fs/promises";
import { get } from "node:https";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { clusterOf, customJob } from "../../support/batch-ai-client.ts";
import { startRecordedCloud } from "../../support/recorded-cloud.ts";
import type { RecordedCloud } from "../../support/recorded-cloud.ts";
import { forbiddenStatuses } from "../../support/recorded-wire.ts";

let world: RecordedCloud;
const group = "local";

beforeAll(async () => {
  world = await startRecordedCloud();
  await world.client.workspaces.create(group, "lab", { location: "local" });
  await world.client.experiments.create(group, "lab", "trials");
  await world.client.clusters.create(group, "lab", "none", clusterOf(world.cloud, 0));
});
afterAll(() => world.dispose());

const names = (items: readonly { name?: string }[]) => items.map(({ name }) => name);

describe("the provider", () => {
  it("row 1: lists its operations: read, write, delete and actions", async () => {
    const operations = names(await world.client.operations.list());
    for (const noun of [
      "workspaces",
      "workspaces/clusters",
      "workspaces/fileservers",
      "workspaces/experiments",
    ])
      for (const verb of ["read", "write", "delete"])
        expect(operations).toContain(`Microsoft.BatchAI/${noun}/${verb}`);
    expect(operations).toContain("Microsoft.BatchAI/workspaces/experiments/jobs/terminate/action");
    expect(operations).toContain("Microsoft.BatchAI/workspaces/clusters/listRemoteLoginInformation/action");
  });

  it("row 2: tells usage and limits of clusters, jobs and processors", async () => {
    const usages = await world.client.usages.list("eastus");
    const found = new Map(usages.map((usage) => [usage.name?.value, usage]));
    expect(found.get("Clusters")).toMatchObject({ unit: "Count", currentValue: 1 });
    expect(found.get("ActiveJobs")?.name?.localizedValue).toBe("Active Jobs");
    expect(found.has("Total Cluster Dedicated Regional vCPUs")).toBe(true);
    expect(found.has("Total Cluster LowPriority Regional vCPUs")).toBe(true);
    for (const { currentValue = -1, limit = 0 } of usages) expect(limit).toBeGreaterThanOrEqual(currentValue);
  });
});

describe("a workspace", () => {
  it("row 3: is created by one PUT that answers 200, without a poll", async () => {
    const { client, wire } = world;
    const seen = await wire.during(async () => {
      const made = await client.workspaces.create(group, "at-once", { location: "local" });
      expect(made.provisioningState).toBe("succeeded");
    });
    expect(seen.map(({ method, status }) => [method, status])).toEqual([["PUT", 200]]);
  });

  it("row 4: needs a location", async () => {
    const reply = await world.raw("PUT", world.workspace("nowhere"), { body: {} });
    expect([reply.status, reply.body.error.target]).toEqual([400, "location"]);
    expect((await world.raw("GET", world.workspace("nowhere"))).status).toBe(404);
  });

  it("row 5: put again, like an experiment, is the same and keeps its creation time", async () => {
    const { client } = world;
    const first = await client.workspaces.get(group, "lab");
    expect(await client.workspaces.create(group, "lab", { location: "local" })).toEqual(first);
    const experiment = await client.experiments.get(group, "lab", "trials");
    expect(await client.experiments.create(group, "lab", "trials")).toEqual(experiment);
  });

  it("row 6: takes tags and keeps its location", async () => {
    const { client } = world;
    await client.workspaces.update(group, "lab", { tags: { team: "vision" } });
    const found = await client.workspaces.get(group, "lab");
    expect([found.tags, found.location]).toEqual([{ team: "vision" }, "local"]);
  });

  it("row 7: that is absent is a typed error with code and status", async () => {
    const { client, workspace, raw } = world;
    await expect(client.workspaces.get(group, "absent")).rejects.toMatchObject({
      statusCode: 404,
      code: "WorkspaceNotFound",
      body: { code: "WorkspaceNotFound", message: expect.stringContaining("absent") as string },
    });
    const inside: readonly (readonly [string, string])[] = [
      ["clusters/x", "ClusterNotFound"],
      ["fileServers/x", "FileServerNotFound"],
      ["experiments/x", "ExperimentNotFound"],
      ["experiments/trials/jobs/x", "JobNotFound"],
      ["nonsense/x", "ResourceNotFound"],
    ];
    for (const [path, code] of inside)
      expect((await raw("GET", `${workspace("lab")}/${path}`)).body.error.code).toBe(code);
  });

  it("row 8: is listed by subscription and by group", async () => {
    const { client } = world;
    await client.workspaces.create("elsewhere", "other", { location: "local" });
    expect(names(await client.workspaces.list())).toEqual(expect.arrayContaining(["lab", "other"]));
    expect(names(await client.workspaces.listByResourceGroup("elsewhere"))).toEqual(["other"]);
    expect(names(await client.workspaces.listByResourceGroup(group))).not.toContain("other");
  });

  it("row 10: and anything else that is absent is deleted with 204", async () => {
    const { client, wire, workspace, raw } = world;
    const paths = ["", "/clusters/x", "/fileServers/x", "/experiments/x", "/experiments/trials/jobs/x"];
    for (const path of paths)
      expect([
        path,
        (await raw("DELETE", `${workspace(path === "" ? "absent" : "lab")}${path}`)).status,
      ]).toEqual([path, 204]);
    const seen = await wire.during(() => client.workspaces.deleteMethod(group, "absent"));
    expect(seen.map(({ status }) => status)).toEqual([204]);
  });

  it("row 11: and anything else may be named by 64 letters, digits, '-' and '_', not more", async () => {
    const { raw, workspace } = world;
    const longest = "aZ0-_".repeat(12) + "last";
    expect(longest).toHaveLength(64);
    expect((await raw("PUT", workspace(longest), { body: { location: "local" } })).status).toBe(200);
    expect((await raw("PUT", `${workspace("lab")}/experiments/${longest}`)).status).toBe(200);
    const collections = ["", "clusters/", "fileServers/", "experiments/", "experiments/trials/jobs/"];
    for (const name of [`${longest}x`, "a.b", "a%20b", "%C3%BC"])
      for (const collection of collections) {
        const path = collection === "" ? workspace(name) : `${workspace("lab")}/${collection}${name}`;
        const reply = await raw("PUT", path, { body: { location: "local", properties: {} } });
        expect([path, reply.status, reply.body.error.code]).toEqual([path, 400, "InvalidResourceName"]);
      }
  });

  it("row 12: and anything else is found without regard to case", async () => {
    const { raw, workspace } = world;
    const cluster = `${workspace("lab")}/clusters/none`;
    for (const path of [
      cluster.toUpperCase(),
      cluster.toLowerCase(),
      cluster.replace("resourceGroups", "resourcegroups"),
    ])
      expect((await raw("GET", path)).body.name).toBe("none");
    expect((await raw("GET", `${workspace("LAB")}/FILESERVERS`)).body).toEqual({ value: [] });
    const job = customJob(cluster.toUpperCase(), "true");
    expect(
      (await raw("PUT", `${workspace("Lab")}/experiments/TRIALS/jobs/cased`, { body: { properties: job } }))
        .status,
    ).toBe(202);
  });
});

describe("an experiment", () => {
  it("row 13: is created without a body", async () => {
    const { client, wire, raw, workspace } = world;
    const seen = await wire.during(async () => {
      const made = await client.experiments.create(group, "lab", "bodyless");
      expect(made.provisioningState).toBe("succeeded");
    });
    expect(seen).toMatchObject([{ method: "PUT", status: 200, sent: { "content-length": "0" } }]);
    expect((await raw("PUT", `${workspace("lab")}/experiments/raw`)).status).toBe(200);
  });
});

describe("a list", () => {
  it("row 24: goes on by its link, with the verb of the first call or with GET", async () => {
    const { client, raw, workspace } = world;
    await client.workspaces.create(group, "pages", { location: "local" });
    for (const name of ["a", "b", "c", "d", "e"]) await client.experiments.create(group, "pages", name);
    const seen: (string | undefined)[] = [];
    let page = await client.experiments.listByWorkspace(group, "pages", {
      experimentsListByWorkspaceOptions: { maxResults: 2 },
    });
    for (;;) {
      expect(page.length).toBeLessThanOrEqual(2);
      seen.push(...names(page));
      if (page.nextLink === undefined) break;
      page = await client.experiments.listByWorkspaceNext(page.nextLink);
    }
    expect(seen).toEqual(["a", "b", "c", "d", "e"]);
    for (const collection of ["experiments", "clusters", "fileServers", "experiments/a/jobs"])
      for (const bad of ["0", "1001", "-1", "two"])
        expect((await raw("GET", `${workspace("pages")}/${collection}?maxresults=${bad}`)).status).toBe(400);
    const forged = await raw("GET", `${workspace("pages")}/experiments?$skiptoken=%7B%7D`);
    expect([forged.status, forged.body.error.code]).toEqual([400, "InvalidQueryParameter"]);
  });
});

describe("a request", () => {
  it("row 25: may hold members that nobody knows", async () => {
    const { raw, workspace } = world;
    const path = `${workspace("lab")}/experiments/trials/jobs/tolerant`;
    const job = customJob(`${workspace("lab")}/clusters/none`, "true");
    const body = {
      $schema: "https://example.org/x",
      comment: "c",
      location: "x",
      properties: { ...job, comment: "c" },
    };
    expect((await raw("PUT", path, { body })).status).toBe(202);
    const stored = JSON.stringify((await raw("GET", path)).body);
    for (const unknown of ["$schema", "comment", "location"]) expect(stored).not.toContain(unknown);
    const cluster = { location: "eastus", properties: { ...clusterOf(world.cloud, 0), colour: "blue" } };
    expect((await raw("PUT", `${workspace("lab")}/clusters/tolerant`, { body: cluster })).status).toBe(202);
  });

  it("row 26: needs a token that is ours and has not expired, and finds no other subscription", async () => {
    const { raw, workspace, cloud } = world;
    const expired = await cloud.issueToken({ roles: ["admin"], lifetimeSeconds: -3600 });
    for (const token of [undefined, "not.a.token", expired]) {
      const reply = await raw("GET", workspace("lab"), { token });
      expect([reply.status, reply.headers.get("www-authenticate")]).toEqual([
        401,
        expect.stringMatching(/^Bearer/),
      ]);
    }
    expect((await raw("GET", workspace("lab"), { token: expired })).body.error.code).toBe(
      "ExpiredAuthenticationToken",
    );
    const foreign = workspace("lab").replace(
      cloud.description.subscriptionId,
      "00000000-1111-2222-3333-444444444444",
    );
    expect((await raw("GET", foreign)).body.error.code).toBe("SubscriptionNotFound");
    const reader = await cloud.issueToken({ roles: ["reader"] });
    expect((await raw("GET", workspace("lab"), { token: reader })).status).toBe(200);
    expect((await raw("DELETE", workspace("lab"), { token: reader })).body.error.code).toBe(
      "AuthorizationFailed",
    );
  });

  it("gets its ids back, an ETag, and no leave to cache", async () => {
    const { headers } = await world.raw("GET", world.workspace("lab"));
    expect(headers.get("etag")).toMatch(/^"/);
    expect(headers.get("last-modified")).toMatch(/GMT$/);
    expect(headers.get("cache-control")).toBe("no-cache");
    expect(headers.get("request-id")).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe("the same API over HTTPS", () => {
  it("answers with links that stay on HTTPS, to whoever trusts the certificate", async () => {
    const { cloud, workspace } = world;
    const { urls, certificate, token } = cloud.description;
    const ca = await readFile(certificate);
    const path = `${workspace("lab")}/experiments?maxresults=1&api-version=2018-05-01`;
    const answer = await new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
      get(new URL(path, urls.apiHttps), { ca, headers: { authorization: `Bearer ${token}` } }, (response) => {
        let body = "";
        response.on("data", (chunk: Buffer) => (body += chunk.toString()));
        response.on("end", () => resolve({ status: response.statusCode, body }));
      }).on("error", reject);
    });
    expect(answer.status).toBe(200);
    const { nextLink } = JSON.parse(answer.body) as { nextLink: string };
    expect(nextLink.startsWith(`${urls.apiHttps}/subscriptions/`)).toBe(true);
  });
});

describe("what clients ask first", () => {
  it("is answered with the versions they name", async () => {
    const { raw, cloud } = world;
    const { subscriptionId, resourceGroup, location } = cloud.description;
    const subscriptions = await raw("GET", "/subscriptions", { version: "2019-11-01" });
    expect(subscriptions.body.value).toMatchObject([{ subscriptionId, state: "Enabled" }]);
    const found = await raw("GET", `/subscriptions/${subscriptionId}/resourcegroups/${resourceGroup}`, {
      version: "2020-10-01",
    });
    expect([found.body.name, found.body.location]).toEqual([resourceGroup, location]);
  });
});

describe("the wire of all these tests", () => {
  it("row 19: saw no 201 and no 5xx", () => {
    expect(forbiddenStatuses(world.wire)).toEqual([]);
    expect(world.wire.exchanges.length).toBeGreaterThan(50);
  });
});
