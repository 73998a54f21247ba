// The process dies at every single store transaction of one scenario, once just before the commit and once just after
// it. Whatever was recorded must stay, whatever was not must happen again, and nothing twice.
// Runs long: one scenario, killed at each of its transactions.
import { describe, expect, it } from "vitest";
import { manualClock } from "../../../local/clock.ts";
import { memoryStore, type DurableStore } from "../../../local/durable-engine/index.ts";
import { seededRandom } from "../../../local/random.ts";
import { crashableStore } from "../../unit/local/durable-engine/support/crashable-store.ts";
import {
  mixedApp,
  mixedResult,
  signalsPerInstance,
} from "../../unit/local/durable-engine/support/mixed-app.ts";
import { startEngine, type RunningEngine } from "../../unit/local/durable-engine/support/running-engine.ts";

const instances = [0, 1];
type Failpoint = NonNullable<Parameters<typeof crashableStore>[1]>;

/** Runs the scenario to its end over at most one crash; returns how many transactions it took. */
async function runScenario(inner: DurableStore, failpoint?: Failpoint): Promise<number> {
  const clock = manualClock();
  const app = mixedApp(() => Promise.resolve());
  let transactions = 0;
  for (let run = 0; run < 2; run += 1) {
    const store = crashableStore(inner, run === 0 ? failpoint : undefined);
    try {
      await drive(await startEngine(app, { store, clock, random: seededRandom(run + 1) }));
      return transactions + store.transactions;
    } catch (error) {
      if (!(error as Error).message.startsWith("crashed")) throw error;
      transactions += store.transactions;
    } finally {
      store.crash();
    }
  }
  throw new Error("the scenario doesn't end");
}

async function drive({ engine, client, clock, advance, status }: RunningEngine): Promise<void> {
  for (const index of instances) {
    const instanceId = `mixed-${index}`;
    if (client.get(instanceId) === undefined)
      client.start({ name: "mixed", instanceId, input: JSON.stringify(index) });
  }
  const running = () =>
    instances.filter((index) => ["Pending", "Running"].includes(status(`mixed-${index}`).status));
  for (let round = 0; round < 50 && running().length > 0; round += 1) {
    await engine.idle();
    for (const index of running()) {
      if (status(`mixed-${index}`).customStatus === "waiting")
        client.raiseEvent(`mixed-${index}`, "Go", JSON.stringify(index));
    }
    await engine.idle();
    if (running().length > 0) await advance(Math.min((clock.next() ?? clock.now()) - clock.now(), 1000));
  }
  await engine.idle();
}

function expectAllRight(store: DurableStore): void {
  for (const index of instances) {
    const row = store.instance(`mixed-${index}`);
    expect(row?.status).toBe("Completed");
    expect(JSON.parse(row?.output ?? "null")).toEqual(mixedResult(index));
  }
  expect(store.entity("@counter@total")).toMatchObject({
    state: String(instances.length * signalsPerInstance),
    lockedBy: null,
  });
  expect(store.entity("@counter@guarded")).toMatchObject({ state: String(instances.length), lockedBy: null });
  expect(store.messageTargets()).toEqual([]);
  expect(store.activities()).toEqual([]);
  expect(store.firstTimer()).toBeUndefined();
  for (const row of store.instances({ top: 1000 })) expect(row.endedMs).not.toBeNull();
}

describe("a crash", () => {
  it("at any store transaction, before or after its commit, changes nothing in the end", async () => {
    const undisturbed = memoryStore();
    const transactions = await runScenario(undisturbed);
    expectAllRight(undisturbed);
    expect(transactions).toBeGreaterThan(20);
    for (let atTransaction = 1; atTransaction <= transactions; atTransaction += 1) {
      for (const phase of ["before", "after"] as const) {
        const store = memoryStore();
        await runScenario(store, { atTransaction, phase });
        expectAllRight(store);
        store.close();
      }
    }
  }, 180_000);
});
