// The templates of the deployment, as far as they can be checked without Azure and without a compiler.
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { settingNames } from "../../../functions/config.ts";
import { committing } from "../../../domain/trigger/blob-events.ts";
import { testTools } from "../../support/test-tools.ts";

const python = join(testTools, "bicep/bin/python");
const hasBicepParser = existsSync(python);

interface Report {
  readonly problems: readonly string[];
  readonly resources: readonly string[];
  readonly roles: readonly { readonly name: string; readonly id: string }[];
  readonly settings: Readonly<Record<string, readonly string[]>>;
}

function check(folder = "infra"): Report {
  const { stdout, stderr } = spawnSync(python, ["scripts/infra/check.py", folder], { encoding: "utf8" });
  if (stdout === "") throw new Error(stderr);
  return JSON.parse(stdout) as Report;
}

let copy = "";
afterEach(() => {
  if (copy !== "") rmSync(copy, { recursive: true, force: true });
  copy = "";
});

/** Problems of the templates with one text changed. */
function problemsWith(file: string, text: string, other: string): readonly string[] {
  copy = mkdtempSync(join(tmpdir(), "batchai-infra-"));
  cpSync("infra", copy, { recursive: true });
  const before = readFileSync(join(copy, file), "utf8");
  expect(before).toContain(text);
  writeFileSync(join(copy, file), before.replace(text, other));
  return check(copy).problems;
}

describe.skipIf(!hasBicepParser)("the templates (needs tree-sitter-bicep)", () => {
  it("are whole: every member is one of Azure's published types, every module gets what it declares", () => {
    const { problems, resources } = check();
    expect(problems).toEqual([]);
    expect(resources).toContain("Microsoft.Batch/batchAccounts@2025-06-01");
    expect(resources.length).toBeGreaterThan(20);
  });

  it.each([
    [
      "modules/batch.bicep",
      "allowedAuthenticationModes",
      "allowedAuthenticationMode",
      /allowedAuthenticationMode: no such member/,
    ],
    [
      "modules/batch.bicep",
      "['AAD']",
      "['Password']",
      /allowedAuthenticationModes\[\]: 'Password' is none of/,
    ],
    [
      "modules/batch.bicep",
      "  location: location\n  tags",
      "  tags",
      /batchAccounts@2025-06-01\.location: required, missing/,
    ],
    [
      "modules/scheduler.bicep",
      "    ipAllowlist: ['0.0.0.0/0']\n",
      "",
      /properties\.ipAllowlist: required, missing/,
    ],
    ["modules/storage.bicep", "days: 14 }", "days: '14' }", /days: '14' is no int/],
    [
      "modules/storage.bicep",
      "supportsHttpsTrafficOnly: true",
      "supportsHttpsTrafficOnly: 'yes'",
      /supportsHttpsTrafficOnly: 'yes' is no bool/,
    ],
    [
      "modules/storage.bicep",
      "isPublic ? 'Enabled' : 'Disabled'",
      "isPublic ? 'Enabled' : 7",
      /publicNetworkAccess: 7 is none of/,
    ],
    [
      "modules/vault.bicep",
      "@2026-02-01' = {\n  name: name",
      "@2019-01-01' = {\n  name: name",
      /no published type Microsoft.KeyVault\/vaults@2019-01-01/,
    ],
    [
      "modules/app.bicep",
      "instanceMemoryMB: 2048",
      "instanceMemoryMb: 2048",
      /scaleAndConcurrency\.instanceMemoryMb: no such member/,
    ],
    ["modules/app.bicep", "param sshSources string", "", /module app has no parameter sshSources/],
    ["main.bicep", "    alertEmail: alertEmail\n", "", /module monitor is not given alertEmail/],
    ["main.bicep", "batch.outputs.endpoint", "batch.outputs.url", /module batch has no output url/],
    ["main.parameters.json", '"location"', '"region"', /main\.bicep has no parameter region/],
    [
      "main.bicep",
      "targetScope = 'subscription'",
      "targetScope = = 'subscription'",
      /main\.bicep:\d+: cannot be read/,
    ],
  ])("would not be with a mistake in %s: %j → %j", (file, text, other, problem) => {
    expect(problemsWith(file, text, other)).toEqual(expect.arrayContaining([expect.stringMatching(problem)]));
  });

  it("give the app every setting that it needs, and none that it does not know", () => {
    const { appSettings = [], blobEventSettings = [] } = check().settings;
    expect(blobEventSettings).toEqual(["BATCHAI_BLOB_EVENTS_QUEUE", "BATCHAI_BLOB_SCAN_INTERVAL_S"]);
    const given = [...appSettings, ...blobEventSettings];
    const needed = Object.keys(settingNames).filter((name) => settingNames[name] === "needed");
    expect(needed).toContain("BATCHAI_BATCH_ENDPOINT");
    expect(needed.filter((name) => !given.includes(name))).toEqual([]);
    expect(given.filter((name) => !(name in settingNames))).toEqual([]);
    // A key would be one more secret; the identity has its own way in.
    expect(given).not.toContain("BATCHAI_STORAGE_KEY");
  });

  it("let the host use the identity instead of keys, and name nothing that Flex Consumption refuses", () => {
    const { hostSettings = [] } = check().settings;
    expect(hostSettings).toEqual([
      "APPLICATIONINSIGHTS_AUTHENTICATION_STRING",
      "APPLICATIONINSIGHTS_CONNECTION_STRING",
      "AzureWebJobsStorage__blobServiceUri",
      "AzureWebJobsStorage__clientId",
      "AzureWebJobsStorage__credential",
      "AzureWebJobsStorage__queueServiceUri",
      "AzureWebJobsStorage__tableServiceUri",
      "BATCHAI_TASK_HUB",
    ]);
  });

  it("name the Durable Task Scheduler as the package does that is staged for it, and without a key", () => {
    const { schedulerSettings = [] } = check().settings;
    expect(schedulerSettings).toEqual(["DURABLE_TASK_SCHEDULER_CONNECTION_STRING"]);
    expect(readFileSync("scripts/stage-app.mjs", "utf8")).toContain(
      `connectionStringName: "${schedulerSettings[0] ?? ""}"`,
    );
    expect(readFileSync("infra/modules/app.bicep", "utf8")).toContain(
      "'Endpoint=${schedulerEndpoint};Authentication=ManagedIdentity;ClientID=${identityClientId}'",
    );
  });

  it("assign these roles and no other", () => {
    // "Azure built-in roles". None may change an account, read its keys or give rights away.
    expect(Object.fromEntries(check().roles.map(({ name, id }) => [name, id]))).toEqual({
      batchDataContributor: "6aaa78f1-f7de-44ca-8722-c64a23943cae",
      batchServiceOrchestration: "a35466a1-cfd6-450a-b35e-683fcdf30363",
      // On the one task hub of a Durable Task Scheduler.
      durableTaskDataContributor: "0ad04412-c4d5-4796-b79c-f76d14c8d402",
      blobDataOwner: "b7e6dc6d-f1e8-4753-8033-0f276bb0955b",
      metricsPublisher: "3913510d-42f4-4e42-8a64-420c390055eb",
      // Of the topic of Event Grid, on its one queue.
      queueMessageSender: "c6a89b2d-59bc-44d0-9896-0f6e12d7b80a",
      queueDataContributor: "974c5e8b-45b9-4653-ba55-5f855dd0fb88",
      secretsOfficer: "b86a8fe4-44ce-4948-aee5-eccb2c155cd7",
      secretsUser: "4633458b-17de-408a-b874-0445c86b69e6",
      tableDataContributor: "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3",
    });
  });
});

it("nodes send their counters to the region's own address, which the connection string names, and not to the old global one", () => {
  const monitor = readFileSync("infra/modules/monitor.bicep", "utf8");
  const [, output = ""] = /^output countersEndpoint string = '(.*)'$/m.exec(monitor) ?? [];
  expect(output).toContain("properties.ConnectionString, 'IngestionEndpoint=')[1]");
  expect(output).toMatch(/\}v2\/track$/);
  expect(readFileSync("infra/modules/app.bicep", "utf8")).toContain(
    "BATCHAI_COUNTERS_ENDPOINT: countersEndpoint",
  );
  expect(readFileSync("infra/main.bicep", "utf8")).toContain(
    "countersEndpoint: monitor.outputs.countersEndpoint",
  );
});

describe("an isolated deployment", () => {
  const read = (name: string) => readFileSync(`infra/${name}.bicep`, "utf8");

  it("has a private endpoint for each path of data, and a name within the network for each", () => {
    const ways = [
      ...read("modules/private-endpoints").matchAll(/target: (\w+)Id, group: '(\w+)', zone: (\S+) \}/g),
    ];
    expect(Object.fromEntries(ways.map(([, target = "", group = ""]) => [group, target]))).toEqual({
      // What the app's own clients and the host's speak to (storage-rights.test.ts), the key, pools and tasks, and nodes to Batch.
      blob: "storage",
      table: "storage",
      queue: "storage",
      vault: "vault",
      batchAccount: "batch",
      nodeManagement: "batch",
    });
    for (const [, , , zone] of ways) expect(zone).toMatch(/^'privatelink\.|^batchZone$/);
  });

  it("needs none for file shares, because its account serves none: what mounts them comes with a key, and keys are off", () => {
    expect(read("modules/storage")).toContain("allowSharedKeyAccess: false");
    expect(read("modules/storage")).not.toMatch(/fileServices|FileStorage/);
    expect(read("modules/batch")).not.toContain("autoStorage");
    const accounts = readdirSync("infra/modules").flatMap((file) => [
      ...read(`modules/${file.replace(".bicep", "")}`).matchAll(
        /'Microsoft\.Storage\/storageAccounts@[^']+' =/g,
      ),
    ]);
    expect(accounts).toHaveLength(1);
  });

  it("closes storage, vault and Batch to everybody else, and leaves them open otherwise", () => {
    for (const name of ["storage", "vault", "batch"]) {
      const [, given = ""] = new RegExp(`module ${name} '[^']+' = \\{([^]*?)\\n\\}`).exec(read("main")) ?? [];
      expect(given, name).toContain("isPublic: !isolated");
      expect(read(`modules/${name}`), name).toContain(
        "publicNetworkAccess: isPublic ? 'Enabled' : 'Disabled'",
      );
    }
  });

  it("leads the app and the nodes out through a gateway, and nobody in to the nodes", () => {
    const network = read("modules/network");
    const [, subnets = ""] = /\n {4}subnets: \[([^]*?)\n {4}\]/.exec(network) ?? [];
    const [, ...each] = subnets.split(/name: '(?=(?:app|endpoints|nodes)'\n)/);
    const nameOf = (text: string) => text.slice(0, text.indexOf("'"));
    expect(each.map(nameOf)).toEqual(["app", "endpoints", "nodes"]);
    const gateways = each.filter((text) => text.includes("natGateway: { id: gateway.id }"));
    expect(gateways.map(nameOf)).toEqual(["app", "nodes"]);
    expect(network).toMatch(/name: 'nobody-else'[^]*?access: 'Deny'[^]*?sourceAddressPrefix: '\*'/);
    expect(read("main")).toContain("subnetId: isolated ? network.outputs.appSubnetId : ''");
  });
});

it("Event Grid tells of what commits content, as the app reads it, and not of what the service writes itself", () => {
  const module = readFileSync("infra/modules/blob-events.bicep", "utf8");
  const listOf = (key: string) => {
    const [, list = ""] = new RegExp(`key: '${key}'\\s+values: \\[([^\\]]*)\\]`).exec(module) ?? [];
    return [...list.matchAll(/'([^']+)'/g)].map(([, text = ""]) => text);
  };
  expect(listOf("data.api")).toEqual(committing);
  expect(listOf("subject")).toEqual(
    ["batchai-", "azure-webjobs-", "app-package/"].map((name) => `/blobServices/default/containers/${name}`),
  );
  const [, queue = ""] = /blobEventsQueue = '([^']+)'/.exec(readFileSync("infra/main.bicep", "utf8")) ?? [];
  expect(queue).toMatch(/^batchai-/);
});

it("the roles of the app registration are those that the service knows, and one that allows nothing by itself", () => {
  const roles = JSON.parse(readFileSync("infra/hooks/app-roles.json", "utf8")) as {
    value: string;
    id: string;
  }[];
  expect(roles.map(({ value }) => value)).toEqual(["reader", "submitter", "operator", "admin", "member"]);
  const admin = roles.find(({ value }) => value === "admin")?.id ?? "none";
  expect(readFileSync("infra/hooks/postprovision.sh", "utf8")).toContain(`admin=${admin}\n`);
  // Without it no token would list a group, and roles of groups would never count.
  expect(readFileSync("infra/hooks/preprovision.sh", "utf8")).toContain(
    '"groupMembershipClaims": "ApplicationGroup"',
  );
});
