// `batchai doctor` through the app in one process: whatever could keep a deployment from running jobs is told, with what to do.
// Starts nothing: there is no process but the test's own.
import { format } from "prettier";
import { beforeEach, describe, expect, it } from "vitest";
import type { Check } from "../../../domain/preflight/check.ts";
import { startAppWorld, subscriptionId } from "../../support/app/app-world.ts";
import type { AppWorld } from "../../support/app/app-world.ts";
import { clusterBody, clusterPath, workspacePath } from "../../support/app/stories.ts";
import { worldEndpoint, worldFetch } from "../../support/app/world-fetch.ts";
import { batchai } from "../../support/command-line.ts";

let world: AppWorld;
beforeEach(async () => {
  world = await startAppWorld();
});

const doctor = async (...words: string[]) => {
  const said = await batchai(["doctor", ...words], {
    directory: "/",
    environment: {
      BATCHAI_ENDPOINT: worldEndpoint,
      BATCHAI_TOKEN: "role-operator",
      BATCHAI_SUBSCRIPTION_ID: subscriptionId,
      BATCHAI_RESOURCE_GROUP: "rg",
      BATCHAI_LOCATION: "eastus",
    },
    fetch: worldFetch(world),
  });
  const checks = JSON.parse(said.out || "[]") as Check[];
  return { ...said, bad: checks.filter(({ status }) => status !== "ok"), checks };
};
const account = (changes: object) => (world.azure.account = { ...world.azure.account, ...changes } as never);
describe("a deployment that can run jobs", () => {
  it("is told so, check by check, with exit code 0", async () => {
    const { code, checks, bad } = await doctor();
    expect({ code, bad }).toEqual({ code: 0, bad: [] });
    expect(checks.map(({ name }) => name)).toEqual([
      "settings",
      "storage: tables",
      "storage: blobs",
      "Batch account itself",
      "image microsoft-dsvm:ubuntu-hpc:2404",
      "Batch account through Resource Manager",
      "machines of file servers",
      "clock",
      "Batch account",
      "region",
      "pool allocation mode",
      "quota: pools",
      "quota: active jobs",
      "quota: dedicated vCPUs",
      "quota: low-priority vCPUs",
      "size STANDARD_D2S_V5",
      "price of STANDARD_D2S_V5",
    ]);
  });

  it("changes nothing by being asked", async () => {
    const before = world.azure.calls.length;
    await doctor();
    expect(world.azure.calls.slice(before).toSorted()).toEqual(["jobs", "listPools", "nodeAgentFor"]);
  });

  it("is asked for the sizes of its clusters and for those that are named", async () => {
    await world.api("PUT", workspacePath, { body: { location: "eastus" } });
    await world.api("PUT", clusterPath, { body: clusterBody({ targetNodeCount: 0 }) });
    await world.advance(1_000);
    const { checks } = await doctor("--vm-size", "STANDARD_NC4AS_T4_V3", "--vm-size", "standard_nc4as_t4_v3");
    expect(checks.flatMap(({ name }) => (name.startsWith("size") ? [name] : []))).toEqual([
      "size STANDARD_D2S_V3",
      "size STANDARD_NC4AS_T4_V3",
    ]);
  });
});

/** What is wrong, what is told of it, and what to do. */
const failures: readonly (readonly [string, () => void, check: string, detail: RegExp, remedy: RegExp])[] = [
  [
    "the provider is not registered",
    () =>
      (world.azure.account = {
        kind: "refused",
        status: 409,
        code: "SubscriptionNotRegistered",
        message: "x",
      }),
    "Batch account through Resource Manager",
    /SubscriptionNotRegistered/,
    /az provider register --namespace Microsoft.Batch/,
  ],
  [
    "the identity has no role on the account",
    () =>
      (world.azure.account = {
        kind: "refused",
        status: 403,
        code: "AuthorizationFailed",
        message: "no\nmore",
      }),
    "Batch account through Resource Manager",
    /^AuthorizationFailed: no$/,
    /Azure Batch Data Contributor on the Batch account/,
  ],
  [
    "there is no account of that name",
    () => (world.azure.account = { kind: "refused", status: 404, code: "ResourceNotFound", message: "none" }),
    "Batch account through Resource Manager",
    /none/,
    /correct the setting that names the Batch account/,
  ],
  [
    "the app has no identity",
    () =>
      (world.azure.account = {
        kind: "refused",
        code: "CredentialUnavailableError",
        message: "no managed identity",
      }),
    "Batch account through Resource Manager",
    /no managed identity/,
    /AZURE_CLIENT_ID/,
  ],
  [
    "the data plane refuses the identity",
    () =>
      (world.azure.refusal = {
        statusCode: 403,
        code: "InsufficientAccountPermissions",
        message: "no rights",
      }),
    "Batch account itself",
    /InsufficientAccountPermissions: no rights/,
    /Azure Batch Data Contributor/,
  ],
  [
    "the account is going away",
    () => account({ provisioningState: "Deleting" }),
    "Batch account",
    /Deleting/,
    /deploy/,
  ],
  [
    "the region is another",
    () => account({ location: "West Europe" }),
    "region",
    /West Europe/,
    /BATCHAI_LOCATION to westeurope/,
  ],
  [
    "the allocation mode is another",
    () => account({ poolAllocationMode: "UserSubscription" }),
    "pool allocation mode",
    /UserSubscription/,
    /BATCHAI_POOL_ALLOCATION_MODE to UserSubscription/,
  ],
  [
    "no pool may be made",
    () => account({ poolQuota: 0 }),
    "quota: pools",
    /0 of 0/,
    /Request quota increase/,
  ],
  [
    "no cluster's jobs fit",
    () => account({ activeJobQuota: 2 }),
    "quota: active jobs",
    /0 of 2/,
    /Request quota/,
  ],
  [
    "there are no processors of either kind",
    () => account({ dedicatedProcessors: 0, lowPriorityProcessors: 0 }),
    "quota: dedicated vCPUs",
    /no cluster can have a node/,
    /Request quota/,
  ],
  [
    "the family has no quota",
    () => account({ familyProcessors: { standardDSv5Family: 1 } }),
    "quota: standardDSv5Family",
    /1 vCPUs; one node of STANDARD_D2S_V5 needs 2/,
    /family standardDSv5Family/,
  ],
  [
    "the region lacks the size",
    () => (world.azure.sizes = []),
    "size STANDARD_D2S_V5",
    /not offer it in eastus/,
    /list-skus/,
  ],
  [
    "Batch has no agent for the image",
    () => (world.azure.agents = new Map()),
    "image microsoft-dsvm:ubuntu-hpc:2404",
    /no node agent/,
    /BATCHAI_NODE_IMAGE/,
  ],
  [
    "the clock is wrong",
    () => account({ answeredAt: world.now() + 600_000 }),
    "clock",
    /600 s behind/,
    /NTP/,
  ],
];

describe("a deployment that cannot run jobs because", () => {
  it.each(failures)(
    "%s, is told so with the remedy, and exit code 5",
    async (_what, provoke, name, detail, remedy) => {
      provoke();
      const { code, bad } = await doctor();
      expect(code).toBe(5);
      const [check] = bad.filter((one) => one.name === name);
      expect(check).toMatchObject({ status: "failed" });
      expect(check?.detail).toMatch(detail);
      expect(check?.remedy).toMatch(remedy);
    },
  );

  it("a size was retired, is told so when it is asked for", async () => {
    const { code, bad } = await doctor("--vm-size", "STANDARD_NC6");
    expect(code).toBe(5);
    expect(bad).toMatchObject([
      { name: "size STANDARD_NC6", detail: expect.stringContaining("2023-09-06") as string },
    ]);
  });
});

it("the page of failures shows what is told of each", async () => {
  const cell = (text: string | undefined) => (text ?? "").replaceAll("|", "\\|");
  const rowOf = ({ name, detail, remedy }: Check) => `| ${[name, detail, remedy].map(cell).join(" | ")} |`;
  const sections: string[] = [];
  for (const [what, provoke] of failures) {
    world = await startAppWorld();
    provoke();
    const { code, bad } = await doctor();
    const failed = bad.filter(({ status }) => status === "failed");
    sections.push(`## ${what.charAt(0).toUpperCase()}${what.slice(1)}`, "", `Exit code ${code}.`, "");
    sections.push("| check | says | remedy |", "| --- | --- | --- |", ...failed.map(rowOf), "");
  }
  const page = [
    "# What the preflight says",
    "",
    "Generated from `test/unit/functions/preflight.test.ts`, which provokes each failure; do not edit. Azure is played by a fake here. Against the Batch",
    "emulator, over HTTP and through Azure's genuine management client, `test/conformance/services/preflight.test.ts` provokes those that it has: no rights in either plane, no such",
    "account, another region, another allocation mode, quotas of 0, no such size, no agent for the image, a wrong clock. Rows are the checks that failed; others were told as well.",
    "",
    ...sections,
  ].join("\n");
  await expect(await format(page, { parser: "markdown", printWidth: 110 })).toMatchFileSnapshot(
    "../../../docs/reference/preflight.md",
  );
});

describe("what only some jobs suffer from", () => {
  it.each<[name: string, provoke: () => void, withCluster: boolean]>([
    ["quota: low-priority vCPUs", () => account({ lowPriorityProcessors: 0 }), false],
    ["quota: dedicated vCPUs", () => account({ dedicatedProcessors: 0 }), false],
    ["quota: pools", () => account({ poolQuota: 1 }), true],
    ["clock", () => account({ answeredAt: world.now() - 60_000 }), false],
    [
      "size STANDARD_D2S_V5",
      () => (world.azure.sizes = { kind: "refused", status: 403, code: "No", message: "no" }),
      false,
    ],
  ])("is a warning, which the exit code does not tell: %s", async (name, provoke, withCluster) => {
    if (withCluster) {
      await world.api("PUT", workspacePath, { body: { location: "eastus" } });
      await world.api("PUT", clusterPath, { body: clusterBody() });
      await world.advance(1_000);
    }
    provoke();
    const { code, bad } = await doctor();
    expect(code).toBe(0);
    expect(bad).toMatchObject([{ name, status: "warning", remedy: expect.any(String) as string }]);
  });
});

it("names of sizes that are none are refused with the parameter's name", async () => {
  const said = await doctor("--vm-size", "a/b");
  expect(said).toMatchObject({
    code: 2,
    err: expect.stringContaining("vmsizes: expected names of VM sizes") as string,
  });
});

it("a service without its settings says which, and exits with 5", async () => {
  const error = {
    code: "ServiceNotConfigured",
    message: "not configured",
    details: [
      {
        code: "ServiceNotConfigured",
        target: "BATCHAI_LOCATION",
        message: "BATCHAI_LOCATION: it is not set",
      },
    ],
  };
  const said = await batchai(["doctor"], {
    directory: "/",
    environment: {
      BATCHAI_ENDPOINT: worldEndpoint,
      BATCHAI_TOKEN: "t",
      BATCHAI_SUBSCRIPTION_ID: subscriptionId,
      BATCHAI_RESOURCE_GROUP: "rg",
      BATCHAI_LOCATION: "eastus",
    },
    fetch: async () => Response.json({ error }, { status: 503 }),
  });
  expect(said.code).toBe(5);
  expect(JSON.parse(said.out)).toMatchObject([{ name: "BATCHAI_LOCATION", status: "failed" }]);
});
