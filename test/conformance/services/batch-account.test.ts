// What the app reads of its Batch account through Resource Manager, for whoever asks whether a deployment can run jobs.
import { afterEach, describe, expect, it } from "vitest";
import { armBatchAccount } from "../../../services/azure/arm-batch-account.ts";
import { subscriptionId, underTest } from "../batch/emulator-under-test.ts";
import type { UnderTest } from "../batch/emulator-under-test.ts";

let under: UnderTest | undefined;
afterEach(() => under?.emulator.dispose());

async function accountOf(options: Parameters<typeof underTest>[0] = {}, name = "devbatch") {
  under = await underTest(options);
  return armBatchAccount({
    endpoint: under.emulator.url,
    batchAccountId: `/subscriptions/${subscriptionId}/resourceGroups/local/providers/Microsoft.Batch/batchAccounts/${name}`,
    credential: { getToken: async () => ({ token: "good", expiresOnTimestamp: Number.MAX_SAFE_INTEGER }) },
    tokens: { token: async () => "good" },
  });
}

describe("the Batch account, as the app sees it", () => {
  it("tells its limits, its mode and its time", async () => {
    const account = await accountOf({ parameters: { poolQuota: 7, lowPriorityCoreQuota: 0 } });
    const from = Date.now() - 2_000;
    const facts = await account.facts();
    expect(facts).toMatchObject({
      kind: "found",
      location: "westeurope",
      provisioningState: "Succeeded",
      poolAllocationMode: "BatchService",
      poolQuota: 7,
      activeJobQuota: 300,
      dedicatedProcessors: 500,
      lowPriorityProcessors: 0,
      familyProcessors: undefined,
    });
    expect("answeredAt" in facts && facts.answeredAt).toBeGreaterThan(from);
  });

  it("has no limit of processors where the subscription has it", async () => {
    const account = await accountOf({ parameters: { poolAllocationMode: "UserSubscription" } });
    expect(await account.facts()).toMatchObject({
      poolAllocationMode: "UserSubscription",
      dedicatedProcessors: undefined,
      lowPriorityProcessors: undefined,
    });
  });

  it("tells which sizes its region offers", async () => {
    const answer = await (await accountOf()).sizes("westeurope");
    expect(answer.kind === "found" && answer.sizes).toContainEqual({
      name: "Standard_D2s_v5",
      family: "standardDSv5Family",
      processors: 2,
    });
  });

  it("refuses with status and code who has no rights, and who means another account", async () => {
    const closed = await accountOf({ verifyBearer: () => Promise.resolve("forbidden") });
    expect(await closed.facts()).toMatchObject({ kind: "refused", status: 403 });
    expect(await closed.sizes("westeurope")).toMatchObject({ kind: "refused", status: 403 });
    await under?.emulator.dispose();
    expect(await (await accountOf({}, "other")).facts()).toMatchObject({ kind: "refused", status: 404 });
  });
});
