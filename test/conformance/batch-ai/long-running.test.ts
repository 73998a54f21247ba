// Operations that take time: what is answered at once, what the two links say, and how the genuine client gets along with
// them by its default options. Raw HTTP where the client hides the wire.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { FileServerCreate } from "../../support/batch-ai-client.ts";
import { clusterOf, createShare, customJob, until } from "../../support/batch-ai-client.ts";
import { startRecordedCloud } from "../../support/recorded-cloud.ts";
import type { RecordedCloud, Reply } from "../../support/recorded-cloud.ts";
import { forbiddenStatuses } from "../../support/recorded-wire.ts";

let world: RecordedCloud;
let clusterId: string;
const [group, lab] = ["local", "lab"];

beforeAll(async () => {
  world = await startRecordedCloud();
  const { client, cloud } = world;
  await createShare(cloud);
  await client.workspaces.create(group, lab, { location: "local" });
  await client.experiments.create(group, lab, "trials");
  clusterId = (await client.clusters.create(group, lab, "two", clusterOf(cloud, 2))).id ?? "";
});
afterAll(() => world.dispose());

const inLab = (path: string) => `${world.workspace(lab)}/${path}`;
const put = (path: string, properties: object) => world.raw("PUT", inLab(path), { body: { properties } });
const guid = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";

/** Polls the status document to its end. */
async function settled(reply: Reply): Promise<Reply["body"]> {
  const link = reply.headers.get("azure-asyncoperation") ?? "";
  return until("the end of an operation", async () => {
    const { body } = await world.raw("GET", link);
    return body.status === "InProgress" ? undefined : (body as object);
  });
}

async function stateOf(experiment: string, job: string, workspace = lab): Promise<string | undefined> {
  return (await world.client.jobs.get(group, workspace, experiment, job)).executionState;
}
const inState = (experiment: string, job: string, state: string, workspace = lab) =>
  until(`job ${job} to be ${state}`, async () =>
    (await stateOf(experiment, job, workspace)) === state ? true : undefined,
  );

const fileServer = (dataDisks: object = {}): FileServerCreate => ({
  vmSize: "STANDARD_D2S_V3",
  sshConfiguration: {
    publicIPsToAllow: ["203.0.113.7"],
    userAccountSettings: { adminUserName: "ada", adminUserPassword: "Correct-horse-7" },
  },
  dataDisks: { diskSizeInGB: 10, diskCount: 2, storageAccountType: "Standard_LRS", ...dataDisks },
});

describe("a creation that takes time", () => {
  it("row 16: answers 202 without a body and with two absolute links; the client ends with the resource", async () => {
    const { cloud, client } = world;
    const reply = await put("clusters/raw", clusterOf(cloud, 0));
    expect([reply.status, reply.body, reply.headers.get("content-length")]).toEqual([202, undefined, "0"]);
    const base = `${world.wire.url}/subscriptions/${cloud.description.subscriptionId}/providers/Microsoft.BatchAI/locations/[-\\w]+`;
    const link = (collection: string) =>
      new RegExp(`^${base}/${collection}/${guid}\\?api-version=2018-05-01$`);
    expect(reply.headers.get("azure-asyncoperation")).toMatch(link("operationresults"));
    expect(reply.headers.get("location")).toMatch(link("operationstatuses"));
    expect((await world.raw("GET", inLab("clusters/raw"))).status).toBe(200);
    const made = await client.clusters.create(group, lab, "client", clusterOf(cloud, 0));
    expect([made.name, made.provisioningState, made.type]).toEqual([
      "client",
      "succeeded",
      "Microsoft.BatchAI/workspaces/clusters",
    ]);
  });

  it("row 17: has a status document with its name, state, times and resource", async () => {
    const { subscriptionId } = world.cloud.description;
    const reply = await put("clusters/documented", clusterOf(world.cloud, 0));
    const link = reply.headers.get("azure-asyncoperation") ?? "";
    const document = await settled(reply);
    expect(document).toMatchObject({
      id: link,
      name: expect.stringMatching(new RegExp(`^${guid}$`)) as string,
      status: "Succeeded",
      properties: { resourceId: `${subscriptionId}$${group}$${lab}$documented` },
    });
    expect(Date.parse(String(document.endTime))).toBeGreaterThanOrEqual(
      Date.parse(String(document.startTime)),
    );
    expect(document).not.toHaveProperty("error");
    const job = await put("experiments/trials/jobs/documented", customJob(clusterId, "true"));
    expect((await settled(job)).properties.resourceId).toBe(
      `${subscriptionId}$${group}$${lab}$trials$documented`,
    );
  });

  it("rows 18, 59: that fails is raised by the client with code and message; the file server stays, failed", async () => {
    const { quick, client } = world;
    const failure = {
      code: "FileServerProvisioningFailed",
      message: expect.stringMatching(/InvalidParameter: The value STANDARD_D9999_V3 .* VM size/) as string,
    };
    const huge = { ...fileServer(), vmSize: "STANDARD_D9999_V3" };
    await expect(quick.fileServers.create(group, lab, "doomed", huge)).rejects.toMatchObject(failure);
    expect((await client.fileServers.get(group, lab, "doomed")).provisioningState).toBe("failed");
    const reply = await put("fileServers/doomed-too", huge);
    const document = await settled(reply);
    expect(document).toMatchObject({ status: "Failed", error: failure });
    expect((await world.raw("GET", reply.headers.get("location") ?? "")).status).toBe(200);
    const bad = await put("fileServers/never", { ...fileServer(), vmSize: "no size" });
    expect([bad.status, bad.body.error.target]).toEqual([400, "properties.vmSize"]);
    expect((await world.raw("GET", inLab("fileServers/never"))).status).toBe(404);
  });

  it("row 21: does not make the client pause: a job is created in one exchange", async () => {
    const { client, wire } = world;
    const seen = await wire.during(async () => {
      const job = await client.jobs.create(group, lab, "trials", "prompt", customJob(clusterId, "true"));
      expect(job.provisioningState).toBe("succeeded");
    });
    expect(seen.map(({ method, status }) => [method, status])).toEqual([["PUT", 200]]);
  });
});

describe("the location link", () => {
  it("row 22: after a termination answers 2xx, when it is over too", async () => {
    await put("experiments/trials/jobs/endless", customJob(clusterId, "sleep 600"));
    const reply = await world.raw("POST", inLab("experiments/trials/jobs/endless/terminate"));
    expect(reply.status).toBe(202);
    const location = reply.headers.get("location") ?? "";
    expect([200, 202]).toContain((await world.raw("GET", location)).status);
    await settled(reply);
    for (let look = 0; look < 2; look += 1) expect((await world.raw("GET", location)).status).toBe(200);
    const again = await world.raw("POST", inLab("experiments/trials/jobs/endless/terminate"));
    expect([again.status, again.body, again.headers.get("location")]).toEqual([200, undefined, null]);
  });

  it("row 23: after a deletion lets the client succeed, and is still there", async () => {
    const { client } = world;
    await client.jobs.create(group, lab, "trials", "brief", customJob(clusterId, "true"));
    await client.jobs.deleteMethod(group, lab, "trials", "brief");
    await put("experiments/trials/jobs/brief", customJob(clusterId, "true"));
    const reply = await world.raw("DELETE", inLab("experiments/trials/jobs/brief"));
    expect(reply.status).toBe(202);
    expect((await settled(reply)).status).toBe("Succeeded");
    expect((await world.raw("GET", reply.headers.get("location") ?? "")).status).toBe(200);
    expect((await world.raw("GET", inLab("experiments/trials/jobs/brief"))).status).toBe(404);
  });
});

describe("a job", () => {
  it("row 15: may have the same name in two experiments and in two workspaces, and outputs apart", async () => {
    const { client } = world;
    await client.experiments.create(group, lab, "others");
    await client.workspaces.create(group, "next-door", { location: "local" });
    await client.experiments.create(group, "next-door", "trials");
    const places = [
      [lab, "trials"],
      [lab, "others"],
      ["next-door", "trials"],
    ] as const;
    for (const [workspace, experiment] of places)
      await client.jobs.create(
        group,
        workspace,
        experiment,
        "twin",
        customJob(clusterId, `echo ${workspace}-${experiment}`),
      );
    for (const [workspace, experiment] of places) await inState(experiment, "twin", "succeeded", workspace);
    for (const [workspace, experiment] of places) {
      const files = await client.jobs.listOutputFiles(group, workspace, experiment, "twin", {
        outputdirectoryid: "stdouterr",
      });
      const url = files.find(({ name }) => name === "stdout.txt")?.downloadUrl ?? "";
      expect(await (await fetch(url)).text()).toBe(`${workspace}-${experiment}\n`);
    }
  });

  it("row 75: for a cluster or in an experiment that does not exist is refused and leaves nothing behind", async () => {
    const { client } = world;
    const nowhere = customJob(inLab("clusters/absent"), "true");
    await expect(client.jobs.create(group, lab, "trials", "lost", nowhere)).rejects.toMatchObject({
      statusCode: 404,
      code: "ClusterNotFound",
    });
    await expect(client.jobs.get(group, lab, "trials", "lost")).rejects.toMatchObject({
      code: "JobNotFound",
    });
    const spec = customJob(clusterId, "true");
    await expect(client.jobs.create(group, lab, "absent", "lost", spec)).rejects.toMatchObject({
      statusCode: 404,
      code: "ExperimentNotFound",
    });
    await expect(client.experiments.get(group, lab, "absent")).rejects.toMatchObject({ statusCode: 404 });
  });

  it("row 76: needs exactly one toolkit", async () => {
    const spec = customJob(clusterId, "true");
    const none = await put("experiments/trials/jobs/toolless", { ...spec, customToolkitSettings: undefined });
    expect([none.status, none.body.error.code]).toEqual([400, "ToolkitRequired"]);
    const both = await put("experiments/trials/jobs/toolless", {
      ...spec,
      pyTorchSettings: { pythonScriptFilePath: "x.py" },
    });
    expect([both.status, both.body.error.code]).toEqual([400, "ToolkitRequired"]);
    expect(both.body.error.message).toMatch(
      /customToolkitSettings and pyTorchSettings|pyTorchSettings and customToolkitSettings/,
    );
    expect((await world.raw("GET", inLab("experiments/trials/jobs/toolless"))).status).toBe(404);
  });

  it("row 77: has its longest time as an ISO 8601 duration, however it was written", async () => {
    const { client } = world;
    const limit = async (name: string) =>
      (await client.jobs.get(group, lab, "trials", name)).constraints?.maxWallClockTime;
    const constraints = { maxWallClockTime: "PT1H" };
    await client.jobs.create(group, lab, "trials", "hour", customJob(clusterId, "true", { constraints }));
    expect(await limit("hour")).toBe("PT1H");
    await client.jobs.create(group, lab, "trials", "week", customJob(clusterId, "true"));
    expect(await limit("week")).toBe("P7D");
    const written: readonly (readonly [string, string])[] = [
      ["7.00:00:00", "P7D"],
      ["01:30:00", "PT1H30M"],
      ["P1W", "P7D"],
    ];
    for (const [index, [text, canonical]] of written.entries()) {
      const spec = { ...customJob(clusterId, "true"), constraints: { maxWallClockTime: text } };
      expect((await put(`experiments/trials/jobs/written-${index}`, spec)).status).toBe(202);
      expect(await limit(`written-${index}`)).toBe(canonical);
    }
    const bad = { ...customJob(clusterId, "true"), constraints: { maxWallClockTime: "a week" } };
    expect((await put("experiments/trials/jobs/written-badly", bad)).status).toBe(400);
  });
});

describe("a deletion that cascades", () => {
  it("row 14: of an experiment ends and removes its jobs, and leaves the cluster and its nodes", async () => {
    const { client } = world;
    await client.experiments.create(group, lab, "doomed");
    await client.jobs.create(group, lab, "doomed", "busy", customJob(clusterId, "sleep 600"));
    await inState("doomed", "busy", "running");
    await client.experiments.deleteMethod(group, lab, "doomed");
    await expect(client.experiments.get(group, lab, "doomed")).rejects.toMatchObject({ statusCode: 404 });
    expect((await world.raw("GET", inLab("experiments/doomed/jobs/busy"))).status).toBe(404);
    await until("two idle nodes", async () => {
      const cluster = await client.clusters.get(group, lab, "two");
      return cluster.nodeStateCounts?.idleNodeCount === 2 ? true : undefined;
    });
  });

  it("row 9: of a workspace takes everything in it; meanwhile it is shown as deleting", async () => {
    const { client, cloud, raw, workspace } = world;
    await client.workspaces.create(group, "full", { location: "local" });
    await client.experiments.create(group, "full", "e");
    const cluster = await client.clusters.create(group, "full", "c", clusterOf(cloud, 1));
    const body = { properties: fileServer() };
    expect((await raw("PUT", `${workspace("full")}/fileServers/f`, { body })).status).toBe(202);
    await client.jobs.create(group, "full", "e", "j", customJob(cluster.id ?? "", "sleep 600"));
    await inState("e", "j", "running", "full");
    const reply = await raw("DELETE", workspace("full"));
    expect(reply.status).toBe(202);
    const seen = await raw("GET", workspace("full"));
    if (seen.status === 200) expect(seen.body.properties.provisioningState).toBe("deleting");
    expect((await raw("PUT", `${workspace("full")}/experiments/late`)).status).toBeGreaterThanOrEqual(400);
    expect((await settled(reply)).status).toBe("Succeeded");
    for (const path of ["", "/clusters/c", "/fileServers/f", "/experiments/e", "/experiments/e/jobs/j"])
      expect([path, (await raw("GET", `${workspace("full")}${path}`)).status]).toEqual([path, 404]);
  });
});

describe("the wire of all these tests", () => {
  it("row 19: saw no 201 and no 5xx", () => {
    expect(forbiddenStatuses(world.wire)).toEqual([]);
    expect(world.wire.exchanges.length).toBeGreaterThan(50);
  });
});
