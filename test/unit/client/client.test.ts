// The typed client against the app itself, in one process.
// Starts nothing: there is no process but the test's own.
import { describe, expect, it, test } from "vitest";
import { ApiError, UnreachableError } from "../../../client/api-error.ts";
import { createClient } from "../../../client/client.ts";
import { all } from "../../../client/paging.ts";
import type { ClusterRef, ExperimentRef, JobRef, WorkspaceRef } from "../../../domain/shared/resource-id.ts";
import { startAppWorld, subscriptionId } from "../../support/app/app-world.ts";
import type { AppWorld } from "../../support/app/app-world.ts";
import { worldEndpoint, worldFetch } from "../../support/app/world-fetch.ts";

const within = { subscriptionId, resourceGroup: "rg", workspace: "lab" };
const workspace: WorkspaceRef = { kind: "workspace", ...within };
const cluster: ClusterRef = { kind: "cluster", ...within, cluster: "nodes" };
const experiment: ExperimentRef = { kind: "experiment", ...within, experiment: "digits" };
const jobOf = (job: string): JobRef => ({ ...experiment, kind: "job", job });

const clusterBody = {
  properties: {
    vmSize: "STANDARD_D2_V3",
    scaleSettings: { manual: { targetNodeCount: 0 } },
    userAccountSettings: { adminUserName: "ada", adminUserPassword: "Correct-horse-7" },
  },
};
const jobBody = (clusterId: string) => ({
  properties: {
    cluster: { id: clusterId },
    nodeCount: 1,
    stdOutErrPathPrefix: "/tmp",
    customToolkitSettings: { commandLine: "true" },
  },
});

function clientOf(world: AppWorld, token = "role-admin") {
  return createClient({ endpoint: worldEndpoint, token, fetch: worldFetch(world), sleep: world.advance });
}

describe("the client", () => {
  it("makes, finds, lists and deletes each kind of resource, waiting for what goes on", async () => {
    const world = await startAppWorld();
    const client = clientOf(world);
    expect(await client.workspaces.find(workspace)).toBeUndefined();
    const made = await client.workspaces.create(workspace, { location: "eastus" });
    expect(made).toMatchObject({ name: "lab", location: "eastus" });
    const nodes = await client.clusters.create(cluster, clusterBody);
    expect(nodes.properties).toMatchObject({ provisioningState: "succeeded", allocationState: "steady" });
    await client.experiments.create(experiment);
    const job = await client.jobs.create(jobOf("first"), jobBody(nodes.id));
    expect(job.properties).toMatchObject({ toolType: "custom", executionState: "queued" });
    const scope = { subscriptionId, resourceGroup: "rg" };
    expect((await all(client.workspaces.list(scope))).map(({ name }) => name)).toEqual(["lab"]);
    expect((await all(client.clusters.list(workspace))).map(({ name }) => name)).toEqual(["nodes"]);
    expect((await all(client.jobs.list(experiment))).map(({ name }) => name)).toEqual(["first"]);
    await client.workspaces.delete(workspace);
    expect(await client.jobs.find(jobOf("first"))).toBeUndefined();
    await client.workspaces.delete(workspace);
  });

  it("tells a refusal in the service's own words, with the field", async () => {
    const world = await startAppWorld();
    const refusal = await clientOf(world)
      .workspaces.create(workspace, { location: 7 })
      .catch((e: unknown) => e);
    expect(refusal).toBeInstanceOf(ApiError);
    expect(refusal).toMatchObject({ status: 400, code: "InvalidRequest", target: "location" });
    const noRight = await clientOf(world, "role-reader")
      .workspaces.delete(workspace)
      .catch((e: unknown) => e);
    expect(noRight).toMatchObject({ status: 403, code: "AuthorizationFailed" });
  });
});

const answering = (...answers: object[]) => {
  const asked: string[] = [];
  const client = createClient({
    endpoint: "http://here:1",
    token: "t",
    sleep: async () => {},
    fetch: async (url) => {
      asked.push(new URL(url instanceof Request ? url.url : url).search);
      return Response.json(answers.shift() ?? {});
    },
  });
  return { client, asked };
};
const time = "2026-01-01T00:00:00Z";
const shown = (name: string) => ({
  id: `/x/${name}`,
  name,
  type: "Microsoft.BatchAI/workspaces/experiments",
  properties: { creationTime: time, provisioningState: "succeeded", provisioningStateTransitionTime: time },
  later: "a member of a later version",
});

test("a list is read page by page, by the links of the service, and nothing of an item is lost", async () => {
  const { client, asked } = answering(
    { value: [shown("a")], nextLink: "http://here:1/next?api-version=2018-05-01&$skiptoken=x" },
    { value: [shown("b")] },
  );
  expect(await all(client.experiments.list(workspace))).toEqual([shown("a"), shown("b")]);
  expect(asked).toEqual(["?api-version=2018-05-01", "?api-version=2018-05-01&$skiptoken=x"]);
});

test("what is not as agreed is named by its member", async () => {
  const { client } = answering({ ...shown("a"), properties: {} });
  await expect(client.experiments.get(experiment)).rejects.toThrow("properties.creationTime");
});

test("a service that nobody runs is told by its address, and a proxy's page by its status", async () => {
  const failing = (answer: () => Promise<Response>) =>
    createClient({ endpoint: "http://here:1", token: "t", fetch: answer }).experiments.get(experiment);
  const refused = new TypeError("fetch failed", {
    cause: Object.assign(new Error(), { code: "ECONNREFUSED" }),
  });
  const nobody = await failing(() => Promise.reject(refused)).catch((error: unknown) => error);
  expect(nobody).toBeInstanceOf(UnreachableError);
  expect((nobody as Error).message).toBe("Nobody answers at http://here:1: ECONNREFUSED");
  const page = failing(async () => new Response("<html>", { status: 502 }));
  await expect(page).rejects.toMatchObject({ status: 502, code: "Http502" });
});
