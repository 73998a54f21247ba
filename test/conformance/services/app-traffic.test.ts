// Everything that the app sends to Azure Batch, held against Microsoft's descriptions of both planes (test/support/contract): the whole app in
// this process, its real clients, the emulator, by a clock that the test drives. It proves the shape of requests and answers, not
// that the service behaves so.
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Launch } from "../../../local/batch-emulator/agent/executor.ts";
import { manualClock } from "../../../local/clock.ts";
import { armBatchAccount } from "../../../services/azure/arm-batch-account.ts";
import { armPools } from "../../../services/azure/arm-pools.ts";
import { batchClient } from "../../../services/azure/batch/batch-client.ts";
import { batchTransport } from "../../../services/azure/batch/transport.ts";
import { startAppWorld, subscriptionId as worldSubscription } from "../../support/app/app-world.ts";
import type { AppWorld } from "../../support/app/app-world.ts";
import { clusterBody, experimentPath, jobBody, workspacePath } from "../../support/app/stories.ts";
import { until } from "../../support/batch-ai-client.ts";
import { actionsOfRole, allowed, batchDataContributor } from "../../support/contract/actions.ts";
import { verdictOn } from "../../support/contract/exchange.ts";
import { recordedBatch } from "../../support/contract/recorded-batch.ts";
import { scriptedExecutor } from "../../support/scripted-executor.ts";
import { subscriptionId, underTest } from "../batch/emulator-under-test.ts";
import type { UnderTest } from "../batch/emulator-under-test.ts";

const record = recordedBatch();
const clock = manualClock();
/** Jobs run until they are ended; nodes are set up and prepared all the same. */
let holds = false;
const commandOf = ({ commandLine }: Launch) => (holds && /\brun\b/.test(commandLine) ? "hold" : "exit 0");
let under: UnderTest;
let app: AppWorld;

beforeAll(async () => {
  const scripted = scriptedExecutor(clock);
  under = await underTest({
    clock,
    around: record.around,
    executor: {
      ...scripted,
      run: (launch, started) => scripted.run({ ...launch, commandLine: commandOf(launch) }, started),
    },
  });
  const tokens = { token: async () => "good" };
  const arm = {
    endpoint: under.emulator.url,
    batchAccountId: `/subscriptions/${subscriptionId}/resourceGroups/local/providers/Microsoft.Batch/batchAccounts/devbatch`,
    credential: { getToken: async () => ({ token: "good", expiresOnTimestamp: Number.MAX_SAFE_INTEGER }) },
    tokens,
  };
  app = await startAppWorld({
    clock,
    azure: {
      batch: batchClient(batchTransport({ endpoint: under.emulator.url, tokens })),
      batchAccount: armBatchAccount(arm),
      pools: armPools({ ...arm, sshSources: ["203.0.113.0/24"], nodeAddresses: "public" }),
    },
  });
  await app.api("PUT", workspacePath, { body: { location: "eastus" } });
  await app.api("PUT", experimentPath);
});
afterAll(() => under.emulator.dispose());

const clusterAt = (name: string) => `${workspacePath}/clusters/${name}`;
const share = {
  accountName: "files",
  azureFileUrl: "https://files.file.core.windows.net/logs",
  relativeMountPath: "logs",
  credentials: { accountKey: "c2VjcmV0" },
};
const container = {
  accountName: "blobs",
  containerName: "data",
  relativeMountPath: "data",
  credentials: { accountKey: "c2VjcmV0" },
};

async function property(path: string, name: string): Promise<unknown> {
  return (await app.api("GET", path)).body.properties?.[name];
}
async function reaches(path: string, name: string, value: unknown): Promise<void> {
  await until(`${path} ${name} ${String(value)}`, async () => {
    await app.advance(1_000);
    return (await property(path, name)) === value ? true : undefined;
  });
}
async function submit(name: string, cluster: string, properties: object = {}): Promise<string> {
  const path = `${experimentPath}/jobs/${name}`;
  const { status } = await app.api("PUT", path, {
    body: jobBody({ cluster: { id: clusterAt(cluster) }, ...properties }),
  });
  expect(status).toBe(202);
  return path;
}

describe("what the app sends to Azure Batch", () => {
  it("for clusters of every kind", async () => {
    const kinds: Readonly<Record<string, object>> = {
      plain: clusterBody({ targetNodeCount: 2 }),
      spot: clusterBody({ targetNodeCount: 0 }, { vmPriority: "lowpriority" }),
      scaled: clusterBody({}, { scaleSettings: { autoScale: { minimumNodeCount: 0, maximumNodeCount: 2 } } }),
      mounted: clusterBody(
        { targetNodeCount: 0 },
        {
          subnet: {
            id: `/subscriptions/${worldSubscription}/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/v/subnets/s`,
          },
          nodeSetup: {
            mountVolumes: { azureFileShares: [share], azureBlobFileSystems: [container] },
            setupTask: { commandLine: "true", stdOutErrPathPrefix: "$AZ_BATCHAI_MOUNT_ROOT/logs" },
          },
        },
      ),
    };
    for (const [name, body] of Object.entries(kinds)) {
      expect((await app.api("PUT", clusterAt(name), { body })).status, name).toBe(202);
      await reaches(clusterAt(name), "provisioningState", "succeeded");
    }
    await reaches(clusterAt("plain"), "currentNodeCount", 2);
  }, 60_000);

  it("for jobs of one node and of two, that end by themselves, are terminated and deleted", async () => {
    const one = await submit("one", "plain", { constraints: { maxWallClockTime: "PT1H" } });
    await reaches(one, "executionState", "succeeded");
    const two = await submit("two", "plain", { nodeCount: 2, schedulingPriority: "high" });
    await reaches(two, "executionState", "succeeded");
    const scaled = await submit("scaled", "scaled", { schedulingPriority: "low" });
    await reaches(scaled, "executionState", "succeeded");
    holds = true;
    const ended = await submit("ended", "plain", { nodeCount: 2 });
    await reaches(ended, "executionState", "running");
    expect((await app.api("POST", `${ended}/listRemoteLoginInformation`)).body.value).toHaveLength(2);
    await app.api("POST", `${ended}/terminate`);
    await until("its end", async () => {
      await app.advance(1_000);
      return ["failed", "succeeded"].includes(String(await property(ended, "executionState"))) || undefined;
    });
    holds = false;
    expect((await app.api("DELETE", two)).status).toBeLessThan(300);
  }, 60_000);

  it("for logins, scale, usages, checks and everything that its timers look after", async () => {
    expect(
      (await app.api("POST", `${clusterAt("plain")}/listRemoteLoginInformation`)).body.value,
    ).toHaveLength(2);
    const scaleSettings = { manual: { targetNodeCount: 1, nodeDeallocationOption: "waitforjobcompletion" } };
    await app.api("PATCH", clusterAt("plain"), { body: { properties: { scaleSettings } } });
    await reaches(clusterAt("plain"), "currentNodeCount", 1);
    const region = `/subscriptions/${worldSubscription}/providers/Microsoft.BatchAI/locations/eastus`;
    expect((await app.api("GET", `${region}/usages`)).status).toBe(200);
    expect((await app.api("GET", `${region}/preflight?api-version=2026-11-01`)).status).toBe(200);
    await app.reconcile();
    await app.advance(2 * 3_600_000);
    await app.removeOrphans();
    for (const name of ["plain", "spot", "scaled", "mounted"]) {
      await app.api("DELETE", clusterAt(name));
      await until(`${name} to go`, async () => {
        await app.advance(1_000);
        return (await app.api("GET", clusterAt(name))).status === 404 || undefined;
      });
    }
  }, 60_000);

  it("is as Microsoft describes it, and so is every answer", () => {
    expect([...record.inRequests].sort()).toEqual([]);
    expect([...record.inAnswers].sort()).toEqual([]);
  });

  it("needs no right that the role in infra/ does not give, and uses what that gives", () => {
    const bicep = readFileSync("infra/modules/batch.bicep", "utf8");
    expect(bicep).toContain("batchDataContributor = '6aaa78f1-f7de-44ca-8722-c64a23943cae'");
    expect([...record.actions].filter((action) => !allowed(action, batchDataContributor))).toEqual([]);
    for (const one of batchDataContributor)
      expect(
        [...record.actions].some((action) => allowed(action, [one])),
        one,
      ).toBe(true);
  });

  it("needs on the subnet of a cluster the right to join it, which the role in infra/ gives there and which is all of it", () => {
    const bicep = readFileSync("infra/modules/network.bicep", "utf8");
    expect([...record.linkedActions]).toEqual(actionsOfRole(bicep));
    expect(bicep).toMatch(/resource joins '[^']+' = \{\s+name: [^\n]+\s+scope: nodes\n/);
    expect(bicep).toMatch(/principalId: appPrincipalId\s[^}]+roleDefinitionId: joining\.id/);
  });

  it("is nearly every call that its clients can make", () => {
    expect([...record.operations.keys()].sort()).toEqual(
      expect.arrayContaining([
        "DELETE Pool",
        "GET BatchAccount",
        "GET Pool",
        "PATCH Pool",
        "PUT Pool",
        "batch_create_job",
        "batch_create_task_collection",
        "batch_delete_job_internal",
        "batch_delete_task",
        "batch_get_node_remote_login_settings",
        "batch_get_pool",
        "batch_get_task",
        "batch_list_jobs",
        "batch_list_nodes",
        "batch_list_pool_node_counts",
        "batch_list_subtasks",
        "batch_list_supported_images",
        "batch_list_tasks",
        "batch_terminate_task",
      ]),
    );
  });
});

describe("a request or answer that is not as described", () => {
  const exchange = (changes: object) => ({
    method: "POST",
    path: "/jobs",
    query: new Map([["api-version", "2025-06-01"]]),
    request: JSON.stringify({ id: "j", poolInfo: { poolId: "p" } }),
    status: 201,
    answer: "",
    ...changes,
  });
  const found = (changes: object) => {
    const verdict = verdictOn(exchange(changes));
    return [...(verdict?.inRequest ?? []), ...(verdict?.inAnswer ?? [])];
  };

  it("is found, whatever it is", () => {
    expect(found({})).toEqual([]);
    expect(found({ request: '{"id":"j"}' })).toEqual(["/poolInfo: is missing"]);
    expect(found({ request: '{"id":7,"poolInfo":{}}' })).toEqual(["/id: 7 is no string"]);
    expect(found({ request: '{"id":"j","poolInfo":{"pool":"p"}}' })).toEqual([
      "/poolInfo/pool: is not in the description",
    ]);
    expect(found({ request: '{"id":"j","poolInfo":{},"onAllTasksComplete":"stop"}' })).toEqual([
      expect.stringContaining("'stop' is none of") as string,
    ]);
    expect(
      found({
        query: new Map([
          ["api-version", "2025-06-01"],
          ["$top", "1"],
        ]),
      }),
    ).toEqual(["?$top: is not in the description"]);
    expect(found({ status: 200 })).toEqual(["200: is no answer of batch_create_job", "200: has no body"]);
    expect(found({ status: 409, answer: '{"fault":1}' })).not.toEqual([]);
    expect(found({ method: "PUT", path: "/jobs" })).not.toEqual([]);
  });

  it("is not looked for in other versions, which have other members", () => {
    expect(verdictOn(exchange({ query: new Map([["api-version", "2019-08-01.10.0"]]) }))).toBeUndefined();
  });
});
