// `batchai doctor` against the Batch emulator: the service asks it over HTTP through Azure's genuine management client and its own client of the data
// plane, as it asks Azure. Each failure is one that the emulator itself has. The rest is provoked on a fake in unit/functions/preflight.test.ts.
import { afterEach, describe, expect, it } from "vitest";
import type { Check } from "../../../domain/preflight/check.ts";
import { manualClock } from "../../../local/clock.ts";
import { armBatchAccount } from "../../../services/azure/arm-batch-account.ts";
import { armPools } from "../../../services/azure/arm-pools.ts";
import { batchClient } from "../../../services/azure/batch/batch-client.ts";
import { batchTransport } from "../../../services/azure/batch/transport.ts";
import { startAppWorld, subscriptionId as worldSubscription } from "../../support/app/app-world.ts";
import type { AppWorldOptions } from "../../support/app/app-world.ts";
import { worldEndpoint, worldFetch } from "../../support/app/world-fetch.ts";
import { batchai } from "../../support/command-line.ts";
import { subscriptionId, underTest } from "../batch/emulator-under-test.ts";
import type { UnderTest } from "../batch/emulator-under-test.ts";

type EmulatorOptions = NonNullable<Parameters<typeof underTest>[0]>;

let under: UnderTest | undefined;
afterEach(() => under?.emulator.dispose());

interface Deployment {
  readonly emulator?: EmulatorOptions;
  readonly app?: AppWorldOptions;
  /** That the app is set to. */
  readonly account?: string;
}

/** An app whose Azure is the emulator, and whose clock goes as the machine's does. */
async function deployed({ emulator = {}, app = {}, account = "devbatch" }: Deployment) {
  under = await underTest({ location: "eastus", ...emulator });
  const endpoint = under.emulator.url;
  const tokens = { token: async () => "good" };
  const managed = {
    endpoint,
    tokens,
    batchAccountId: `/subscriptions/${subscriptionId}/resourceGroups/local/providers/Microsoft.Batch/batchAccounts/${account}`,
    credential: { getToken: async () => ({ token: "good", expiresOnTimestamp: Number.MAX_SAFE_INTEGER }) },
  };
  const azure = {
    batch: batchClient(batchTransport({ endpoint, tokens })),
    batchAccount: armBatchAccount(managed),
    pools: armPools({ ...managed, sshSources: [], nodeAddresses: "public" }),
  };
  return startAppWorld({ clock: { ...manualClock(), now: () => Date.now() }, azure, ...app });
}

async function doctor(deployment: Deployment, words: readonly string[] = []) {
  const world = await deployed(deployment);
  const { code, out } = await batchai(["doctor", ...words], {
    directory: "/",
    environment: {
      BATCHAI_ENDPOINT: worldEndpoint,
      BATCHAI_TOKEN: "role-operator",
      BATCHAI_SUBSCRIPTION_ID: worldSubscription,
      BATCHAI_RESOURCE_GROUP: "rg",
      BATCHAI_LOCATION: "eastus",
    },
    fetch: worldFetch(world),
  });
  const checks = JSON.parse(out) as Check[];
  return { code, checks, failed: checks.filter(({ status }) => status === "failed") };
}

const of = (checks: readonly Check[], name: string) => checks.find((check) => check.name === name);

describe("the preflight of a deployment on the emulator", () => {
  it("finds all that jobs need", async () => {
    const { code, checks, failed } = await doctor({});
    expect({ code, failed }).toEqual({ code: 0, failed: [] });
    for (const name of [
      "Batch account itself",
      "Batch account through Resource Manager",
      "clock",
      "Batch account",
      "region",
      "pool allocation mode",
      "quota: pools",
      "quota: active jobs",
      "quota: dedicated vCPUs",
      "quota: low-priority vCPUs",
      "size STANDARD_D2S_V5",
    ])
      expect(of(checks, name), name).toMatchObject({ status: "ok" });
    expect(of(checks, "image microsoft-dsvm:ubuntu-hpc:2404")?.detail).toBe("batch.node.ubuntu 24.04");
    expect(under?.errors).toEqual([]);
  });

  const withQuota = (parameters: NonNullable<EmulatorOptions["parameters"]>): Deployment => ({
    emulator: { parameters },
  });
  const refusing = (closed: "management" | "data"): Deployment => ({
    emulator: { verifyBearer: async (_token, plane) => (plane === closed ? "forbidden" : "allowed") },
  });
  it.each<[what: string, Deployment, failed: readonly [name: string, detail: RegExp, remedy: RegExp][]]>([
    [
      "the identity may not read the account",
      refusing("management"),
      [["Batch account through Resource Manager", /^AuthorizationFailed: /, /Azure Batch Data Contributor/]],
    ],
    [
      "the data plane refuses the identity",
      refusing("data"),
      [["Batch account itself", /^\w+: /, /Azure Batch Data Contributor/]],
    ],
    [
      "there is no account of that name",
      { account: "other" },
      [
        [
          "Batch account through Resource Manager",
          /^ResourceNotFound: The Batch account was not found/,
          /correct the setting/,
        ],
      ],
    ],
    [
      "the region is another",
      { emulator: { location: "westeurope" } },
      [["region", /is in westeurope, and BATCHAI_LOCATION says eastus/, /BATCHAI_LOCATION to westeurope/]],
    ],
    [
      "the allocation mode is another",
      withQuota({ poolAllocationMode: "UserSubscription" }),
      [["pool allocation mode", /has UserSubscription/, /BATCHAI_POOL_ALLOCATION_MODE to UserSubscription/]],
    ],
    [
      "no pool may be made",
      withQuota({ poolQuota: 0 }),
      [["quota: pools", /0 of 0 in use/, /Request quota increase/]],
    ],
    [
      "no cluster's jobs fit",
      withQuota({ activeJobAndJobScheduleQuota: 2 }),
      [["quota: active jobs", /0 of 2 in use/, /Request quota increase/]],
    ],
    [
      "there are no processors of either kind",
      withQuota({ dedicatedCoreQuota: 0, lowPriorityCoreQuota: 0 }),
      [
        ["quota: dedicated vCPUs", /no cluster can have a node/, /Request quota increase/],
        ["quota: low-priority vCPUs", /no cluster can have a node/, /Request quota increase/],
      ],
    ],
    [
      "Batch has no agent for the image",
      { app: { nodeImage: { publisher: "canonical", offer: "ubuntu", sku: "none", version: "latest" } } },
      [["image canonical:ubuntu:none", /no node agent/, /BATCHAI_NODE_IMAGE/]],
    ],
    ["the clock is wrong", { app: { clock: manualClock() } }, [["clock", / behind Azure's: links/, /NTP/]]],
  ])("tells that %s, with the remedy, and exit code 5", async (_what, deployment, expected) => {
    const { code, failed } = await doctor(deployment);
    expect(code).toBe(5);
    expect(failed).toEqual(
      expected.map(([name, detail, remedy]) => ({
        name,
        status: "failed",
        detail: expect.stringMatching(detail) as string,
        remedy: expect.stringMatching(remedy) as string,
      })),
    );
  });

  it("tells that the region lacks a size, and only of that size", async () => {
    const sizes = ["STANDARD_D2S_V5", "STANDARD_D3S_V5"];
    const { code, checks, failed } = await doctor(
      {},
      sizes.flatMap((size) => ["--vm-size", size]),
    );
    expect(code).toBe(5);
    expect(of(checks, "size STANDARD_D2S_V5")).toMatchObject({ status: "ok" });
    expect(failed).toMatchObject([
      { name: "size STANDARD_D3S_V5", detail: "Azure Batch does not offer it in eastus" },
    ]);
  });

  it("warns of what only some jobs suffer from, with exit code 0", async () => {
    const { code, checks, failed } = await doctor(withQuota({ lowPriorityCoreQuota: 0 }));
    expect({ code, failed }).toEqual({ code: 0, failed: [] });
    expect(of(checks, "quota: low-priority vCPUs")).toMatchObject({ status: "warning" });
  });
});
