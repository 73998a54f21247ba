// What is asked of Azure Resource Manager beyond Batch AI: passed on in the caller's name, or refused with what to set.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { resourceManagerAt } from "../../../services/azure/resource-manager-at.ts";
import type { PassedAnswer, PassedRequest } from "../../../services/resource-manager.ts";
import { startAppWorld, subscriptionId } from "../../support/app/app-world.ts";

const subscription = `/subscriptions/${subscriptionId}`;
const group = `${subscription}/resourceGroups/rg`;
const account = `${group}/providers/Microsoft.Storage/storageAccounts/store`;
const version = "?api-version=2021-04-01";

async function worldThatPassesOn(answer: Partial<PassedAnswer> = {}) {
  const passed: PassedRequest[] = [];
  const resourceManager = {
    pass: async (request: PassedRequest) => {
      passed.push(request);
      return { status: 200, headers: {}, body: new TextEncoder().encode('{"from":"there"}'), ...answer };
    },
  };
  return { ...(await startAppWorld({ resourceManager })), passed };
}

describe("what is Azure Resource Manager's", () => {
  it.each([
    ["HEAD", group],
    ["GET", group],
    ["GET", `${subscription}/resourceGroups`],
    ["PUT", group],
    ["DELETE", group],
    ["GET", `${subscription}/providers/Microsoft.Batch`],
    ["POST", `${subscription}/providers/Microsoft.Batch/register`],
    ["GET", `${subscription}/providers/Microsoft.Storage/storageAccounts`],
    ["GET", `${group}/providers/Microsoft.Storage/storageAccounts`],
    ["POST", `${subscription}/providers/Microsoft.Storage/checkNameAvailability`],
    ["PUT", account],
    ["DELETE", account],
    ["POST", `${account}/listKeys`],
    ["GET", `${subscription}/operationresults/some`],
  ] as const)("is passed on in the caller's name: %s %s", async (method, path) => {
    const { api, passed } = await worldThatPassesOn({ status: 202, headers: { location: "https://there" } });
    const body = ["PUT", "POST"].includes(method) ? { location: "eastus" } : undefined;
    const answer = await api(method, path + version, { body, token: "role-admin" });
    expect(answer).toMatchObject({ status: 202, headers: { location: "https://there" } });
    expect(passed).toMatchObject([
      {
        method,
        path: path + version,
        authorization: expect.stringMatching(/^bearer role-admin$/i) as string,
      },
    ]);
    if (body !== undefined)
      expect(JSON.parse(new TextDecoder().decode(passed[0]?.body))).toEqual({ location: "eastus" });
  });

  it("asks for the role admin before keys are told or anything is changed", async () => {
    const { api, passed } = await worldThatPassesOn();
    for (const [method, path] of [
      ["POST", `${account}/listKeys`],
      ["PUT", account],
      ["DELETE", group],
    ] as const)
      expect((await api(method, path + version, { token: "role-operator" })).status).toBe(403);
    expect(passed).toEqual([]);
  });

  it("says what to set where nothing is passed on", async () => {
    const { api } = await startAppWorld();
    const answer = await api("POST", `${account}/listKeys${version}`);
    expect(answer).toMatchObject({ status: 400, body: { error: { code: "FeatureNotAvailable" } } });
    expect(answer.body.error.message).toContain("BATCHAI_RESOURCE_MANAGER_ENDPOINT");
  });

  it("never passes on what is about Batch AI", async () => {
    const { api, passed } = await worldThatPassesOn();
    const registered = await api("POST", `${subscription}/providers/Microsoft.BatchAI/register${version}`);
    expect(registered.body).toMatchObject({ registrationState: "Registered" });
    expect(passed).toEqual([]);
  });
});

describe("passing on", () => {
  const open: { close(): void }[] = [];
  afterEach(() => open.splice(0).forEach((server) => server.close()));
  const request = {
    method: "PUT",
    path: "/subscriptions/s/resourceGroups/g?api-version=2021-04-01",
    origin: "https://batchai.example",
    authorization: "Bearer mine",
    headers: { "content-type": "application/json" },
    body: new TextEncoder().encode("{}"),
  };

  it("sends the caller's token and address, and gives back what clients act on", async () => {
    const seen: unknown[] = [];
    const server = createServer((incoming, response) => {
      const { authorization, host: _, ...others } = incoming.headers;
      seen.push([incoming.method, incoming.url, authorization, others["x-forwarded-host"]]);
      response.writeHead(202, { location: "https://x/1", "set-cookie": "a=b", "retry-after": "1" }).end("{}");
    });
    open.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const answer = await resourceManagerAt(`http://127.0.0.1:${port}/`).pass(request);
    expect(seen).toEqual([["PUT", request.path, "Bearer mine", "batchai.example"]]);
    expect(answer.status).toBe(202);
    expect(answer.headers).toEqual({ location: "https://x/1", "retry-after": "1" });
  });

  it("refuses plain http to another machine, and says when nobody answers", async () => {
    expect(() => resourceManagerAt("http://management.example")).toThrow(/Refusing plain http/);
    await expect(resourceManagerAt("http://127.0.0.1:1").pass(request)).rejects.toMatchObject({
      code: "ServiceUnavailable",
    });
  });
});
