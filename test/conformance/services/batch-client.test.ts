// What is ours alone: pools through the management plane, and how our transport deals with outages and throttling. The
// Batch interface itself has a suite that both clients pass (conformance/batch/both-clients).
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createDefaultHttpClient, createHttpHeaders } from "@azure/core-rest-pipeline";
import type { HttpClient } from "@azure/core-rest-pipeline";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { armPools } from "../../../services/azure/arm-pools.ts";
import { batchClient } from "../../../services/azure/batch/batch-client.ts";
import { batchTransport } from "../../../services/azure/batch/transport.ts";
import type { Batch } from "../../../services/batch.ts";
import type { Pools, PoolSpec } from "../../../services/pools.ts";
import { subscriptionId, underTest } from "../batch/emulator-under-test.ts";
import type { UnderTest } from "../batch/emulator-under-test.ts";
import { until } from "../../support/batch-ai-client.ts";

let under: UnderTest;
let batch: Batch;
let pools: Pools;
const tokens = { token: async () => "good" };

const poolOptions = () =>
  ({
    endpoint: under.emulator.url,
    sshSources: ["203.0.113.0/24"],
    nodeAddresses: "public",
    batchAccountId: `/subscriptions/${subscriptionId}/resourceGroups/local/providers/Microsoft.Batch/batchAccounts/devbatch`,
    credential: { getToken: async () => ({ token: "good", expiresOnTimestamp: Number.MAX_SAFE_INTEGER }) },
    tokens,
  }) as const;

beforeAll(async () => {
  under = await underTest();
  batch = batchClient(batchTransport({ endpoint: under.emulator.url, tokens }));
  pools = armPools(poolOptions());
});
afterAll(() => under.emulator.dispose());

const spec = (poolId: string, nodes: number): PoolSpec => ({
  poolId,
  displayName: "w/c",
  vmSize: "STANDARD_D2S_V3",
  image: {
    kind: "marketplace",
    publisher: "microsoft-dsvm",
    offer: "ubuntu-hpc",
    sku: "2204",
    version: "latest",
  },
  nodeAgentSkuId: "batch.node.ubuntu 22.04",
  lowPriority: false,
  targetNodeCount: nodes,
  mounts: [],
  identities: [],
  startTask: { commandLine: "exit 0", resourceFiles: [] },
  adminUser: { name: "ada", password: "Correct-horse-7" },
  nodeUser: { name: "batchainodes", password: "Correct-horse-8", sshPrivateKey: "PRIVATE not-to-be-seen" },
  owner: "us",
});
describe("pools", () => {
  it("are put twice as one, grow to their target, and are resized", async () => {
    expect(await pools.put(spec("one", 1))).toEqual({ kind: "created" });
    expect(await pools.put(spec("one", 1))).toEqual({ kind: "created" });
    await until("one idle node", async () =>
      (await batch.nodeCounts("one"))?.idle === 1 ? true : undefined,
    );
    expect(await batch.pool("one")).toMatchObject({
      allocationState: "steady",
      currentNodes: 1,
      targetNodes: 1,
      resizeErrors: [],
    });
    const ask = () => pools.resize("one", { nodes: 2, lowPriority: false, deallocation: "terminate" });
    expect(
      await until("the resize", async () => ((await ask()) === "accepted" ? "accepted" : undefined)),
    ).toBe("accepted");
    await until("two nodes", async () => ((await batch.nodeCounts("one"))?.idle === 2 ? true : undefined));
    expect(await batch.nodes("one", ["idle"])).toHaveLength(2);
    expect(await batch.nodes("one", ["unusable"])).toEqual([]);
  });

  it("mount in the name of an identity that they have, and are refused with one that they lack", async () => {
    const identity =
      "/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/i";
    const mount = {
      kind: "azureBlobFileSystem",
      accountName: "store",
      container: "data",
      access: { identity },
      relativeMountPath: "data",
    } as const;
    const named = { ...spec("named", 0), mounts: [mount], identities: [identity.toUpperCase()] };
    expect(await pools.put(named)).toEqual({ kind: "created" });
    const stranger = { ...spec("stranger", 0), mounts: [mount] };
    expect(await pools.put(stranger)).toMatchObject({
      kind: "refused",
      message: expect.stringContaining("identity is not assigned to the pool") as string,
    });
  });

  it("that do not exist are undefined, absent, or a success to remove", async () => {
    expect(await batch.pool("none")).toBeUndefined();
    expect(await batch.nodeCounts("none")).toBeUndefined();
    expect(await batch.nodes("none")).toBeUndefined();
    expect(await pools.resize("none", { nodes: 1, lowPriority: false, deallocation: "requeue" })).toBe(
      "absent",
    );
    await pools.remove("none");
  });

  it("are gone some time after their removal, asked for twice", async () => {
    await pools.put(spec("brief", 0));
    await Promise.all([pools.remove("brief"), pools.remove("brief")]);
    await until("its end", async () => ((await batch.pool("brief")) === undefined ? true : undefined));
  });

  it("that Batch refuses say why", async () => {
    expect(await pools.put({ ...spec("bad", 0), nodeAgentSkuId: "" })).toMatchObject({
      kind: "refused",
      code: expect.any(String),
    });
  });
});

describe("pools without public addresses", () => {
  const subnetId = `/subscriptions/${subscriptionId}/resourceGroups/net/providers/Microsoft.Network/virtualNetworks/v/subnets/nodes`;

  it("have no way in from outside, and their nodes are reached at their own addresses", async () => {
    const hidden = armPools({ ...poolOptions(), nodeAddresses: "private" });
    expect(await hidden.put({ ...spec("hidden", 1), subnetId })).toEqual({ kind: "created" });
    const within = batchClient(batchTransport({ endpoint: under.emulator.url, tokens }), "private");
    const [node] = await until("a node", async () => {
      const found = await within.nodes("hidden", ["idle"]);
      return found?.length === 1 ? found : undefined;
    });
    const login = await within.remoteLogin("hidden", node?.id ?? "");
    expect(login).toEqual({ ipAddress: expect.stringMatching(/^127\./) as string, port: 22 });
    expect(await within.remoteLogin("hidden", "none")).toBeUndefined();
    const answer = await fetch(
      `${under.emulator.url}/pools/hidden?api-version=2025-06-01&$select=networkConfiguration`,
      {
        headers: { authorization: "Bearer good" },
      },
    );
    expect(await answer.json()).toMatchObject({
      networkConfiguration: { subnetId, publicIPAddressConfiguration: { provision: "nopublicipaddresses" } },
    });
  });
});

/** What is made of an answer that every request gets. */
async function poolsAnswered<Result>(
  status: number,
  text: string,
  ask: (pools: Pools) => Promise<Result>,
): Promise<Result> {
  const server = createServer((_request, response) => {
    response.writeHead(status, { "content-type": "application/json" }).end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return ask(armPools({ ...poolOptions(), endpoint, sshSources: [] })).finally(() => {
    server.closeAllConnections();
    server.close();
  });
}

describe("the transport", () => {
  it("that Azure forbids because of what they use say which right is missing", async () => {
    const error = { code: "LinkedAuthorizationFailed", message: "No permission on the linked subnet." };
    const answer = await poolsAnswered(403, JSON.stringify({ error }), (forbidden) =>
      forbidden.put(spec("subnet", 1)),
    );
    expect(answer).toMatchObject({
      kind: "refused",
      code: "LinkedAuthorizationFailed",
      message: expect.stringMatching(
        /^No permission on the linked subnet\. .*subnets\/join\/action/,
      ) as string,
    });
  });

  it("takes half an answer about a pool for none, and for no refusal", async () => {
    const half = '{"id":"/subscriptions/s/resourceGroups/g","na';
    const passes = { code: "ServiceUnavailable", retryable: true };
    await expect(poolsAnswered(200, half, (cut) => cut.put(spec("half", 1)))).rejects.toMatchObject(passes);
    await expect(poolsAnswered(200, half, (cut) => cut.quotas())).rejects.toMatchObject(passes);
    await expect(poolsAnswered(200, "{}", (cut) => cut.quotas())).rejects.toMatchObject(passes);
    const target = { nodes: 2, lowPriority: false, deallocation: "requeue" } as const;
    await expect(poolsAnswered(200, half, (cut) => cut.resize("half", target))).rejects.toMatchObject(passes);
  });

  it("tells an outage as one that may pass", async () => {
    const nowhere = batchClient(batchTransport({ endpoint: "http://127.0.0.1:9", tokens, retryDelayMs: 1 }));
    await expect(nowhere.getTask("j", "t")).rejects.toMatchObject({
      code: "ServiceUnavailable",
      retryable: true,
    });
  });

  it.each([429, 503])("waits as long as a %i says, and asks again", async (status) => {
    const throttle = (requestsPerSecond: number) =>
      fetch(`${under.emulator.url}/_emulator/throttle?api-version=2025-06-01`, {
        method: "POST",
        headers: { authorization: "Bearer good" },
        body: JSON.stringify({ requestsPerSecond, status, path: "/pools" }),
      });
    const answers: number[] = [];
    const inner = createDefaultHttpClient();
    const httpClient: HttpClient = {
      async sendRequest(request) {
        const response = await inner.sendRequest(request);
        answers.push(response.status);
        return response;
      },
    };
    const client = batchClient(
      batchTransport({ endpoint: under.emulator.url, tokens, httpClient, retryDelayMs: 1 }),
    );
    // A request every two seconds would outlast the retries if they did not wait as they are told.
    await throttle(0.5);
    try {
      // Two requests may be two seconds apart by themselves; then the one after them is refused.
      while (!answers.includes(status)) await client.pool("none");
      expect([answers[0], answers.at(-1)]).toEqual([404, 404]);
    } finally {
      await throttle(0);
    }
  });

  it("gives up on a service that stays busy, as something that may pass", async () => {
    const httpClient: HttpClient = {
      sendRequest: async (request) => ({
        request,
        status: 503,
        headers: createHttpHeaders(),
        bodyAsText: '{"code":"ServerBusy","message":{"value":"busy"}}',
      }),
    };
    const client = batchClient(
      batchTransport({ endpoint: under.emulator.url, tokens, httpClient, retryDelayMs: 1 }),
    );
    await expect(client.pool("p")).rejects.toMatchObject({ code: "ServiceUnavailable", retryable: true });
  });

  it("asks for tokens of the audience that Microsoft's own clients name, which ends with a slash", async () => {
    const asked: string[] = [];
    const noting = { token: async (scope: string) => (asked.push(scope), "good") };
    await batchClient(batchTransport({ endpoint: under.emulator.url, tokens: noting })).pool("none");
    expect(asked).toEqual(["https://batch.core.windows.net//.default"]);
  });

  it("refuses plain http to other machines, and links to other origins", async () => {
    expect(() => batchTransport({ endpoint: "http://batch.example", tokens })).toThrow(/plain http/);
    const transport = batchTransport({ endpoint: under.emulator.url, tokens });
    await expect(async () => transport.follow("http://127.0.0.1:9/pools")).rejects.toThrow(/another origin/);
  });
});

describe("quotas", () => {
  it("are those of the Batch account", async () => {
    const quotas = await pools.quotas();
    for (const limit of Object.values(quotas)) expect(limit).toBeGreaterThan(0);
  });
});
