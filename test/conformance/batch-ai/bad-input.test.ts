// Requests that must be refused: always 4xx in the Batch AI error shape, naming the field and the remedy, and nothing
// is created. Raw HTTP, because the genuine client would refuse some of them itself.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startLocal } from "../../../local/start.ts";
import type { LocalCloud } from "../../../local/start.ts";
import { clusterOf, createShare, customJob } from "../../support/batch-ai-client.ts";

let cloud: LocalCloud;
let workspace: string;

interface Reply {
  status: number;
  code: string;
  message: string;
  body: unknown;
}

async function send(
  method: string,
  path: string,
  body?: unknown,
  token = cloud.description.token,
): Promise<Reply> {
  const response = await fetch(
    `${cloud.description.urls.api}${path}${path.includes("?") ? "&" : "?"}api-version=2018-05-01`,
    {
      method,
      headers: {
        ...(token === "" ? {} : { authorization: `Bearer ${token}` }),
        "content-type": "application/json",
      },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    },
  );
  const text = await response.text();
  const parsed = (text === "" ? {} : JSON.parse(text)) as { error?: { code?: string; message?: string } };
  return {
    status: response.status,
    code: parsed.error?.code ?? "",
    message: parsed.error?.message ?? "",
    body: parsed,
  };
}

beforeAll(async () => {
  cloud = await startLocal({ data: "temporary" });
  await createShare(cloud);
  const { subscriptionId } = cloud.description;
  workspace = `/subscriptions/${subscriptionId}/resourceGroups/local/providers/Microsoft.BatchAI/workspaces/lab`;
  expect((await send("PUT", workspace, { location: "local" })).status).toBe(200);
  expect((await send("PUT", `${workspace}/experiments/bad`)).status).toBe(200);
  expect((await send("PUT", `${workspace}/clusters/small`, { properties: clusterOf(cloud, 1) })).status).toBe(
    202,
  );
});
afterAll(() => cloud.dispose());

const job = () => `${workspace}/experiments/bad/jobs/wrong`;
const good = () => customJob(`${workspace}/clusters/small`, "true");

describe("a refused job", () => {
  const cases: [string, () => unknown, number, RegExp][] = [
    ["malformed JSON", () => '{"properties": {', 400, /JSON/],
    [
      "a number that is text",
      () => ({ properties: { ...good(), nodeCount: "two" } }),
      400,
      /properties\.nodeCount/,
    ],
    ["no node", () => ({ properties: { ...good(), nodeCount: 0 } }), 400, /properties\.nodeCount/],
    ["no toolkit", () => ({ properties: { ...good(), customToolkitSettings: undefined } }), 400, /toolkit/i],
    [
      "two toolkits",
      () => ({ properties: { ...good(), pyTorchSettings: { pythonScriptFilePath: "x.py" } } }),
      400,
      /exactly one|one toolkit/i,
    ],
    [
      "no place for its logs",
      () => ({ properties: { ...good(), stdOutErrPathPrefix: undefined } }),
      400,
      /stdOutErrPathPrefix/,
    ],
    ["more nodes than the cluster has", () => ({ properties: { ...good(), nodeCount: 8 } }), 400, /8 nodes/],
    [
      "a priority that is none",
      () => ({ properties: { ...good(), schedulingPriority: "urgent" } }),
      400,
      /schedulingPriority/,
    ],
    [
      "a cluster that does not exist",
      () => ({ properties: { ...good(), cluster: { id: `${workspace}/clusters/none` } } }),
      404,
      /none/,
    ],
    [
      "a cluster id that is none",
      () => ({ properties: { ...good(), cluster: { id: "small" } } }),
      400,
      /cluster\.id/,
    ],
  ];
  it.each(cases)("with %s names the fault, and nothing is created", async (_name, body, status, message) => {
    const reply = await send("PUT", job(), body());
    expect(reply).toMatchObject({ status });
    expect(reply.message).toMatch(message);
    expect(reply.code).not.toBe("");
    expect((await send("GET", job())).code).toBe("JobNotFound");
  });

  it("with a name outside the pattern names the pattern", async () => {
    for (const name of ["a.b", "x".repeat(65), "with%20blank"]) {
      const reply = await send("PUT", `${workspace}/experiments/bad/jobs/${name}`, { properties: good() });
      expect([name, reply.status]).toEqual([name, 400]);
      expect(reply.message).toContain("64");
    }
  });

  it("with a body over the limit is told the limit", async () => {
    const reply = await send("PUT", job(), { properties: { ...good(), comment: "x".repeat(5_000_000) } });
    expect([400, 413]).toContain(reply.status);
    expect(reply.message).toMatch(/bytes|MB|large/i);
  });

  it("in an experiment that does not exist leaves nothing behind", async () => {
    const reply = await send("PUT", `${workspace}/experiments/none/jobs/wrong`, { properties: good() });
    expect(reply).toMatchObject({ status: 404, code: "ExperimentNotFound" });
  });
});

describe("who may call", () => {
  it("needs a token that is ours, unexpired and of this subscription", async () => {
    expect((await send("GET", workspace, undefined, "")).status).toBe(401);
    expect((await send("GET", workspace, undefined, "not.a.token")).status).toBe(401);
    const [header, payload] = cloud.description.token.split(".");
    expect((await send("GET", workspace, undefined, `${header}.${payload}.${"A".repeat(86)}`)).status).toBe(
      401,
    );
    const foreign = workspace.replace(
      cloud.description.subscriptionId,
      "00000000-1111-2222-3333-444444444444",
    );
    expect([403, 404]).toContain((await send("GET", foreign)).status);
  });

  it("needs a role that allows it", async () => {
    const reader = await cloud.issueToken({ roles: ["reader"] });
    expect((await send("GET", workspace, undefined, reader)).status).toBe(200);
    expect((await send("DELETE", workspace, undefined, reader)).status).toBe(403);
    expect((await send("GET", workspace)).status).toBe(200);
  });
});

describe("the wire", () => {
  it("ignores members it does not know", async () => {
    const body = {
      $schema: "https://example.org/x",
      properties: { ...good(), comment: "kept by nobody" },
      location: "x",
    };
    expect((await send("PUT", `${workspace}/experiments/bad/jobs/tolerant`, body)).status).toBe(202);
  });

  it("answers 202 with two absolute URLs, the operation's status behind Azure-AsyncOperation", async () => {
    const { urls, token } = cloud.description;
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const response = await fetch(
      `${urls.api}${workspace}/experiments/bad/jobs/headers?api-version=2018-05-01`,
      {
        method: "PUT",
        headers,
        body: JSON.stringify({ properties: good() }),
      },
    );
    expect(response.status).toBe(202);
    expect(await response.text()).toBe("");
    const operation = response.headers.get("azure-asyncoperation") ?? "";
    expect(operation).toMatch(/^http:.*\/operationresults\/[0-9a-f-]{36}\?api-version=2018-05-01$/);
    expect(response.headers.get("location")).toMatch(
      /^http:.*\/operationstatuses\/[0-9a-f-]{36}\?api-version=2018-05-01$/,
    );
    const document = (await (await fetch(operation, { headers })).json()) as Record<string, unknown>;
    expect(document).toMatchObject({ status: "Succeeded" });
    expect(document.properties).toMatchObject({
      resourceId: expect.stringMatching(/\$lab\$bad\$headers$/) as unknown,
    });
  });

  it("answers a delete of what is not there with 204, and an unknown path or version with an error of its own", async () => {
    expect((await send("DELETE", `${workspace}/experiments/bad/jobs/nothing`)).status).toBe(204);
    expect((await send("GET", `${workspace}/nonsense/x`)).status).toBe(404);
    const { urls, token } = cloud.description;
    const old = await fetch(`${urls.api}${workspace}?api-version=2017-09-01-preview`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(old.status).toBe(400);
    expect(await old.text()).toContain("2018-05-01");
  });

  it("routes and compares without regard to case", async () => {
    const shouting = workspace
      .replace("resourceGroups", "RESOURCEGROUPS")
      .replace("workspaces/lab", "WORKSPACES/LAB");
    expect((await send("GET", shouting)).status).toBe(200);
  });

  it("pages with a link that holds everything", async () => {
    for (const name of ["p1", "p2", "p3"]) await send("PUT", `${workspace}/experiments/${name}`);
    const first = await send("GET", `${workspace}/experiments?maxresults=2`);
    const { value, nextLink } = first.body as { value: { name: string }[]; nextLink: string };
    expect(value).toHaveLength(2);
    const names = value.map(({ name }) => name);
    for (let link: string | undefined = nextLink; link;) {
      const response = await fetch(link, { headers: { authorization: `Bearer ${cloud.description.token}` } });
      const page = (await response.json()) as { value: { name: string }[]; nextLink?: string };
      names.push(...page.value.map(({ name }) => name));
      link = page.nextLink;
    }
    expect(names.sort()).toEqual(["bad", "p1", "p2", "p3"]);
    expect((await send("GET", `${workspace}/experiments?maxresults=0`)).status).toBe(400);
  });
});
