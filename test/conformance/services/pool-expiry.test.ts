// The dead-man's switch of pools (docs/adr/0012) on the Batch emulator, whose formulas are the real language, by a clock that
// the test drives: the whole app in this process keeps its pool as long as it lives, and no longer.
import { afterEach, beforeEach, expect, it } from "vitest";
import { manualClock } from "../../../local/clock.ts";
import type { ManualClock } from "../../../local/clock.ts";
import { armPools } from "../../../services/azure/arm-pools.ts";
import { batchClient } from "../../../services/azure/batch/batch-client.ts";
import { batchTransport } from "../../../services/azure/batch/transport.ts";
import type { PoolState } from "../../../services/batch.ts";
import { startAppWorld } from "../../support/app/app-world.ts";
import type { AppWorld } from "../../support/app/app-world.ts";
import { memoryDocuments } from "../../support/app/memory-documents.ts";
import { clusterBody, clusterPath, workspacePath } from "../../support/app/stories.ts";
import { until } from "../../support/batch-ai-client.ts";
import { scriptedExecutor } from "../../support/scripted-executor.ts";
import { subscriptionId, underTest } from "../batch/emulator-under-test.ts";
import type { UnderTest } from "../batch/emulator-under-test.ts";

const minuteMs = 60_000;
let clock: ManualClock;
let under: UnderTest;
let azure: { batch: ReturnType<typeof batchClient>; pools: ReturnType<typeof armPools> };
let documents: ReturnType<typeof memoryDocuments>;

beforeEach(async () => {
  clock = manualClock();
  const scripted = scriptedExecutor(clock);
  under = await underTest({
    clock,
    executor: {
      ...scripted,
      run: (launch, started) => scripted.run({ ...launch, commandLine: "exit 0" }, started),
    },
  });
  const tokens = { token: async () => "good" };
  azure = {
    batch: batchClient(batchTransport({ endpoint: under.emulator.url, tokens })),
    pools: armPools({
      endpoint: under.emulator.url,
      sshSources: ["203.0.113.0/24"],
      nodeAddresses: "public",
      batchAccountId: `/subscriptions/${subscriptionId}/resourceGroups/local/providers/Microsoft.Batch/batchAccounts/devbatch`,
      credential: { getToken: async () => ({ token: "good", expiresOnTimestamp: Number.MAX_SAFE_INTEGER }) },
      tokens,
    }),
  };
  documents = memoryDocuments();
});
afterEach(() => under.emulator.dispose());

const startApp = () => startAppWorld({ clock, azure, documents });

async function pool(): Promise<PoolState> {
  const [only] = await azure.pools.list();
  const state = only && (await azure.batch.pool(only.poolId));
  if (state === undefined) throw new Error("there is no pool");
  return state;
}

/** Lets the app and the emulator work until the pool is like this; what they do takes real time, too. */
async function untilPool(app: AppWorld, nodes: number): Promise<void> {
  await until(`${nodes} nodes`, async () => {
    await app.advance(1_000);
    const { allocationState, currentNodes } = await pool();
    return allocationState === "steady" && currentNodes === nodes ? true : undefined;
  });
}

async function live(app: AppWorld, minutes: number): Promise<void> {
  for (let passed = 0; passed < minutes; passed += 5) {
    await app.advance(5 * minuteMs);
    await app.reconcile();
    await app.advance(0);
    expect(await pool(), `after ${passed + 5} minutes`).toMatchObject({
      allocationState: "steady",
      currentNodes: 2,
      targetNodes: 2,
    });
  }
}

it("a pool keeps its nodes as long as the service lives, and loses them two hours after it died", async () => {
  const app = await startApp();
  await app.api("PUT", workspacePath, { body: { location: "eastus" } });
  await app.api("PUT", clusterPath, { body: clusterBody({ targetNodeCount: 2 }) });
  await untilPool(app, 2);
  await live(app, 8 * 60);

  await app.engine.stop(0);
  await clock.advance(55 * minuteMs);
  expect(await pool()).toMatchObject({ currentNodes: 2, targetNodes: 2 });
  await clock.advance(75 * minuteMs);
  await until("the nodes to go", async () => {
    await clock.advance(1_000);
    return (await pool()).currentNodes === 0 ? true : undefined;
  });

  const next = await startApp();
  await next.reconcile();
  await untilPool(next, 2);
  await live(next, 60);
  expect((await next.api("GET", clusterPath)).body.properties).not.toHaveProperty("errors");
}, 120_000);

it("a resize is not slower for it, whatever the switch is set to", async () => {
  const app = await startApp();
  await app.api("PUT", workspacePath, { body: { location: "eastus" } });
  await app.api("PUT", clusterPath, { body: clusterBody({ targetNodeCount: 2 }) });
  await untilPool(app, 2);
  await live(app, 10);
  const scaleSettings = { manual: { targetNodeCount: 3 } };
  await app.api("PATCH", clusterPath, { body: { properties: { scaleSettings } } });
  await app.advance(0);
  expect((await pool()).targetNodes).toBe(3);
  await untilPool(app, 3);
}, 60_000);
