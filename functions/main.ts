// Composition root of the deployed app: reads the configuration once, makes the services, registers everything. The same
// bundle runs in Azure and on the local cloud.
import { createHash, randomBytes, randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { activities } from "../activities/index.ts";
import { launcher } from "../node/launcher.ts";
import { fileServerSetup } from "../node/file-server.ts";
import { nodeSetup } from "../node/node-setup.ts";
import { orchestrations } from "../orchestrations/index.ts";
import { createAzureServices } from "../services/azure/create-services.ts";
import type { Clock, Random } from "../services/clock.ts";
import type { Settings } from "../services/settings.ts";
import { apiOrigin, priceTables, quotaLimits, readConfiguration } from "./config.ts";
import type { Environment } from "./config.ts";
import { httpTriggers } from "./http/index.ts";
import { logLine } from "./lib/invocation-logger.ts";
import { registerAll } from "./lib/register.ts";
import { registerUnconfigured } from "./lib/unconfigured.ts";
import { timerTriggersOf } from "./timers/index.ts";

const clock: Clock = {
  now: () => Date.now(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};
const random: Random = { uuid: () => randomUUID(), bytes: (length) => randomBytes(length) };

/** Of this bundle, whose digest is read when somebody asks first. */
let digest: Promise<string> | undefined;
const build = () =>
  (digest ??= readFile(__filename).then((bytes) =>
    createHash("sha256").update(bytes).digest("hex").slice(0, 16),
  ));

function fileServerGroup(environment: Environment): string {
  const { BATCHAI_FILE_SERVER_GROUP: named, BATCHAI_BATCH_ACCOUNT_ID: account } = environment;
  return named ?? /\/resourceGroups\/([^/]+)\//i.exec(account)?.[1] ?? "";
}

function settingsOf(environment: Environment): Settings {
  const [publisher = "", offer = "", sku = "", version = ""] = environment.BATCHAI_NODE_IMAGE.split(":");
  return {
    subscriptionId: environment.AZURE_SUBSCRIPTION_ID,
    location: environment.BATCHAI_LOCATION,
    apiOrigin: apiOrigin(environment),
    blobEndpointTemplate: environment.BATCHAI_BLOB_ENDPOINT_TEMPLATE,
    fileEndpointTemplate: environment.BATCHAI_FILE_ENDPOINT_TEMPLATE,
    nodeImage: { publisher, offer, sku, version },
    owner: environment.BATCHAI_STORAGE_ACCOUNT,
    counters: {
      endpoint: environment.BATCHAI_COUNTERS_ENDPOINT,
      intervalSeconds: environment.BATCHAI_COUNTERS_INTERVAL_S,
    },
    quotas: quotaLimits(environment),
    prices: priceTables(environment),
    retiredSizes: environment.BATCHAI_RETIRED_SIZES,
    containers: environment.BATCHAI_CONTAINERS,
    nodeAddresses: environment.BATCHAI_NODE_ADDRESSES,
    poolAllocationMode: environment.BATCHAI_POOL_ALLOCATION_MODE,
    poolExpiryMs: environment.BATCHAI_POOL_EXPIRY_MS,
    monitorMinIntervalMs: environment.BATCHAI_MONITOR_MIN_INTERVAL_MS,
    monitorMaxIntervalMs: environment.BATCHAI_MONITOR_MAX_INTERVAL_MS,
    outputGraceMs: environment.BATCHAI_OUTPUT_GRACE_MS,
    idleNodeGraceMs: environment.BATCHAI_IDLE_NODE_GRACE_MS,
    launchStepLimitMs: environment.BATCHAI_LAUNCH_STEP_LIMIT_S * 1000,
    terminationGraceMs: environment.BATCHAI_TERMINATION_GRACE_S * 1000,
    nodeLossMs: environment.BATCHAI_NODE_LOSS_S * 1000,
    orphanGraceMs: environment.BATCHAI_ORPHAN_GRACE_MS,
    retentionDays: environment.BATCHAI_RETENTION_DAYS,
    blobScanIntervalMs: environment.BATCHAI_BLOB_SCAN_INTERVAL_S * 1000,
    blobEventsQueue: environment.BATCHAI_BLOB_EVENTS_QUEUE,
    bodyLimitBytes: environment.BATCHAI_BODY_LIMIT_BYTES,
  };
}

function start(environment: Environment): void {
  const services = createAzureServices({
    build,
    settings: settingsOf(environment),
    launcher,
    nodeSetup,
    fileServerSetup,
    clock,
    random,
    managedIdentity: environment.IDENTITY_ENDPOINT !== undefined,
    clientId: environment.AZURE_CLIENT_ID,
    sshSources: environment.BATCHAI_SSH_SOURCES,
    batchAccountId: environment.BATCHAI_BATCH_ACCOUNT_ID,
    batchEndpoint: environment.BATCHAI_BATCH_ENDPOINT,
    armEndpoint: environment.BATCHAI_ARM_ENDPOINT,
    fileServerGroup: fileServerGroup(environment),
    resourceManagerEndpoint: environment.BATCHAI_RESOURCE_MANAGER_ENDPOINT,
    signInCodesUrl: environment.BATCHAI_SIGN_IN_CODES_URL,
    storage: { name: environment.BATCHAI_STORAGE_ACCOUNT, key: environment.BATCHAI_STORAGE_KEY },
    queueEndpointTemplate: environment.BATCHAI_QUEUE_ENDPOINT_TEMPLATE,
    tableEndpointTemplate: environment.BATCHAI_TABLE_ENDPOINT_TEMPLATE,
    keyVaultEndpointTemplate: environment.BATCHAI_KEY_VAULT_ENDPOINT_TEMPLATE,
    keyVaults: environment.BATCHAI_KEY_VAULTS,
    containerRegistries: environment.BATCHAI_CONTAINER_REGISTRIES,
    secretsKeys: environment.BATCHAI_SECRETS_KEY,
    auth: {
      issuer: environment.BATCHAI_AUTH_ISSUER,
      audiences: environment.BATCHAI_AUTH_AUDIENCE,
      tenant: environment.BATCHAI_AUTH_TENANT,
      jwksUrl: environment.BATCHAI_AUTH_JWKS_URL,
    },
  });
  const timers = timerTriggersOf(environment.BATCHAI_TRIGGER_INTERVAL_S);
  registerAll({ triggers: httpTriggers, timers, orchestrations, activities }, services);
}

const configuration = readConfiguration(process.env);
if (configuration.kind === "complete") start(configuration.environment);
else {
  // No invocation is there yet that the lines could belong to; the host takes the severity from the word.
  for (const { setting, reason } of configuration.problems)
    process.stderr.write(`error ${logLine("app.settingMissingOrWrong", { setting, reason })}\n`);
  registerUnconfigured(httpTriggers, configuration.problems);
}
