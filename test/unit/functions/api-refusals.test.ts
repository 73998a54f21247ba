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

const jobPath = `${experimentPath}/jobs/j`;

describe("a caller", () => {
  it.each([
    ["no token", undefined, 401, "AuthenticationFailed"],
    ["a damaged token", "x.y.z", 401, "InvalidAuthenticationToken"],
    ["a role that may only read", "role-reader", 403, "AuthorizationFailed"],
  ])("with %s is refused in ARM's shape", async (_what, token, status, code) => {
    const { api } = await startAppWorld();
    const answer = await api("PUT", workspacePath, { body: { location: "eastus" }, token });
    expect(answer).toMatchObject({ status, body: { error: { code, message: expect.any(String) } } });
    expect((await api("GET", workspacePath)).status).toBe(404);
  });

  it("who may read reads, who submits submits, but no more", async () => {
    const { api } = await worldWithCluster();
    expect((await api("GET", workspacePath, { token: "role-reader" })).status).toBe(200);
    expect((await api("PUT", jobPath, { body: jobBody(), token: "role-submitter" })).status).toBe(202);
    expect((await api("DELETE", clusterPath, { token: "role-submitter" })).status).toBe(403);
  });

  it("of another subscription finds nothing", async () => {
    const { api } = await startAppWorld();
    const foreign = groupPath.replace(subscriptionId, "99999999-2222-4333-8444-555555555555");
    expect(await api("GET", `${foreign}/w`)).toMatchObject({
      status: 404,
      body: { error: { code: "SubscriptionNotFound" } },
    });
  });

  it("without a token learns nothing of unknown paths", async () => {
    const { api } = await startAppWorld();
    expect((await api("GET", "/nothing/here", { token: undefined })).status).toBe(401);
    expect(await api("GET", "/nothing/here")).toMatchObject({
      status: 404,
      body: { error: { code: "ResourceNotFound" } },
    });
  });
});

describe("a request", () => {
  it.each([
    ["missing", "?noversion=1", "MissingApiVersionParameter"],
    ["unknown", "?api-version=2017-09-01-preview", "InvalidApiVersionParameter"],
  ])("with a %s api-version is refused", async (_what, query, code) => {
    const { api } = await startAppWorld();
    expect(await api("GET", `${workspacePath}${query}`)).toMatchObject({
      status: 400,
      body: { error: { code } },
    });
  });

  it("may write paths and parameter names in any case", async () => {
    const { api } = await worldWithCluster();
    expect((await api("GET", clusterPath.toUpperCase())).body.name).toBe("c");
    expect((await api("GET", `${workspacePath}?API-Version=2018-05-01`)).status).toBe(200);
  });

  it.each([
    ["malformed JSON", { text: '{"location": ' }, "MalformedJson"],
    ["a list", { body: [] }, "InvalidRequest"],
    ["a wrong type", { body: { location: 5 } }, "InvalidRequest"],
    ["no location", { body: {} }, "InvalidRequest"],
  ])("with %s is refused and creates nothing", async (_what, options, code) => {
    const { api } = await startAppWorld();
    expect(await api("PUT", workspacePath, options)).toMatchObject({
      status: 400,
      body: { error: { code } },
    });
    expect((await api("GET", workspacePath)).body.error.code).toBe("WorkspaceNotFound");
  });

  it("with too large a body is refused", async () => {
    const { api } = await startAppWorld();
    const answer = await api("PUT", workspacePath, {
      body: { location: "eastus", padding: "x".repeat(200_000) },
    });
    expect(answer).toMatchObject({ status: 413, body: { error: { code: "RequestBodyTooLarge" } } });
  });

  it.each(["PUT", "GET", "DELETE"])("of %s with a path that nobody can decode is refused", async (method) => {
    const { api } = await startAppWorld();
    const told = { status: 400, body: { error: { code: "InvalidRequest" } } };
    expect(await api(method, `${groupPath}/%zz`)).toMatchObject(told);
    expect(await api(method, "/nothing/%e0%a4")).toMatchObject(told);
    expect((await api(method, `${groupPath}/%zz`, { token: undefined })).status).toBe(401);
  });

  it("with JSON that nests forty thousand levels deep is refused", async () => {
    const { api } = await startAppWorld();
    const deep = "[".repeat(40_000) + "]".repeat(40_000);
    for (const text of [deep, `{"location":"eastus","tags":${deep}}`])
      expect(await api("PUT", workspacePath, { text })).toMatchObject({
        status: 400,
        body: { error: { code: "InvalidRequest" } },
      });
  });

  it("with another content type is refused", async () => {
    const { api } = await startAppWorld();
    const answer = await api("PUT", workspacePath, { text: "<a/>", headers: { "content-type": "text/xml" } });
    expect(answer.status).toBe(415);
  });

  it("gets its client request id back", async () => {
    const { api } = await startAppWorld();
    const answer = await api("GET", workspacePath, { headers: { "x-ms-client-request-id": "abc" } });
    expect(answer.headers["x-ms-client-request-id"]).toBe("abc");
    expect(answer.headers["x-ms-request-id"]).toMatch(/^[0-9a-f-]{36}$/);
  });

  it.each([
    ["a dot", "a.b"],
    ["65 characters", "n".repeat(65)],
  ])("with a name of %s is refused", async (_what, name) => {
    const { api } = await startAppWorld();
    expect(await api("PUT", `${groupPath}/${name}`, { body: { location: "eastus" } })).toMatchObject({
      status: 400,
      body: { error: { code: "InvalidResourceName" } },
    });
    expect(
      (await api("PUT", `${groupPath}/${"n_-".repeat(21)}n`, { body: { location: "eastus" } })).status,
    ).toBe(200);
  });
});

describe("a job request", () => {
  it("for a container is refused where no node could run one, with what to install", async () => {
    const { api, secrets } = await worldWithCluster({}, { containers: "refuse" });
    const held = secrets.size;
    const containerSettings = {
      imageSourceRegistry: { image: "x", credentials: { username: "ada", password: "s3cret" } },
    };
    const answer = await api("PUT", jobPath, { body: jobBody({ containerSettings }) });
    expect([answer.status, answer.body.error.code]).toEqual([400, "FeatureNotAvailable"]);
    expect(answer.body.error.message).toMatch(
      /containerSettings: .*install docker or podman.*--containers=host/,
    );
    expect(secrets.size).toBe(held);
    expect((await api("PUT", jobPath, { body: jobBody() })).status).toBe(202);
  });

  it.each([
    ["no toolkit", { customToolkitSettings: null }, "ToolkitRequired"],
    ["two toolkits", { pyTorchSettings: { pythonScriptFilePath: "a.py" } }, "ToolkitRequired"],
    ["no nodes", { nodeCount: 0 }, "InvalidRequest"],
    ["too many nodes", { nodeCount: 2 }, "NodeCountTooLarge"],
    ["a cluster id that is none", { cluster: { id: "c" } }, "InvalidResourceId"],
    [
      "a file server's id that is none",
      { mountVolumes: { fileServers: [{ fileServer: { id: "x" }, relativeMountPath: "nfs" }] } },
      "InvalidRequest",
    ],
  ])("with %s is refused and leaves nothing behind", async (_what, properties, code) => {
    const { api, azure, secrets } = await worldWithCluster();
    const held = secrets.size;
    const answer = await api("PUT", jobPath, { body: jobBody(properties) });
    expect(answer.body.error.code).toBe(code);
    expect(answer.status).toBe(400);
    expect((await api("GET", jobPath)).body.error.code).toBe("JobNotFound");
    expect(azure.tasks()).toEqual([]);
    expect(secrets.size).toBe(held);
  });

  it.each([
    ["a cluster id that is none", { cluster: { id: "gpu" } }, "properties.cluster.id"],
    [
      "a cluster id with a name that is not allowed",
      { cluster: { id: `${clusterPath}.x` } },
      "properties.cluster.id",
    ],
    ["too many nodes", { nodeCount: 2 }, "properties.nodeCount"],
    ["no nodes", { nodeCount: 0 }, "properties.nodeCount"],
  ])("with %s is refused with a message that names the field once", async (_what, properties, field) => {
    const { api } = await worldWithCluster();
    const { target, message } = (await api("PUT", jobPath, { body: jobBody(properties) })).body.error;
    expect(target).toBe(field);
    expect(String(message).split(field)).toHaveLength(2);
    expect(String(message).startsWith(`${field}: `)).toBe(true);
  });

  it("with unknown members is accepted without them", async () => {
    const { api } = await worldWithCluster();
    const body = { $schema: "s", location: "eastus", ...jobBody({ comment: "c" }) };
    expect((await api("PUT", jobPath, { body })).status).toBe(202);
    expect(JSON.stringify((await api("GET", jobPath)).body)).not.toContain("comment");
  });

  it("in an unknown experiment or workspace is refused", async () => {
    const { api } = await worldWithCluster();
    expect(
      (await api("PUT", `${workspacePath}/experiments/other/jobs/j`, { body: jobBody() })).body.error.code,
    ).toBe("ExperimentNotFound");
    expect(
      (await api("PUT", `${groupPath}/other/experiments/e/jobs/j`, { body: jobBody() })).body.error.code,
    ).toBe("WorkspaceNotFound");
  });
});

describe("listing output files", () => {
  it.each([
    ["without a directory id", "", 400],
    ["with an unknown directory id", "?outputdirectoryid=nope", 400],
    ["with links that live too short", "?outputdirectoryid=stdouterr&linkexpiryinminutes=4", 400],
    ["with links that live too long", "?outputdirectoryid=stdouterr&linkexpiryinminutes=601", 400],
    ["with pages of nothing", "?outputdirectoryid=stdouterr&maxresults=0", 400],
    ["that are on no mount", "?outputdirectoryid=stdouterr", 400],
  ])("%s is refused", async (_what, query, status) => {
    const { api } = await worldWithCluster();
    await api("PUT", jobPath, { body: jobBody() });
    const answer = await api("POST", `${jobPath}/listOutputFiles${query}`);
    expect(answer.status).toBe(status);
    expect(answer.body.error.message).not.toBe("");
  });
});

describe("an operation document", () => {
  it("that never was is 404", async () => {
    const { api } = await startAppWorld();
    const path = `/subscriptions/${subscriptionId}/providers/Microsoft.BatchAI/locations/eastus/operationresults`;
    expect((await api("GET", `${path}/${subscriptionId}`)).body.error.code).toBe("OperationNotFound");
    expect((await api("GET", `${path}/x`)).status).toBe(404);
  });

  it("has absolute links of the request's own origin", async () => {
    const { api } = await startAppWorld();
    await api("PUT", workspacePath, { body: { location: "eastus" } });
    const put = await api("PUT", clusterPath, { body: clusterBody() });
    const base = `http://api.example:7071/subscriptions/${subscriptionId}/providers/Microsoft.BatchAI/locations/eastus`;
    expect(put.headers["azure-asyncoperation"]).toMatch(
      new RegExp(`^${base}/operationresults/[0-9a-f-]{36}\\?api-version=2018-05-01$`),
    );
    expect(put.headers["location"]).toMatch(
      new RegExp(`^${base}/operationstatuses/[0-9a-f-]{36}\\?api-version=2018-05-01$`),
    );
  });
});
