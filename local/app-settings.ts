// The settings of the app in the local cloud, by the names that they have in Azure: only endpoints and credentials differ.
import type { Settings } from "./data-folder/settings.ts";

export interface Endpoints {
  readonly control: string;
  readonly batch: string;
  /** Of the storage account, ending with its name. */
  readonly blob: string;
  readonly queue: string;
  readonly table: string;
  readonly file: string;
  readonly storageConnection: string;
  readonly issuer: string;
  readonly identityHeader: string;
  readonly apiAudience: string;
  /** Folder where nodes leave their performance counters, one file a node. */
  readonly counters: string;
  /** Whether jobs that ask for a container can run here. */
  readonly hasContainers: boolean;
}

/** Those that a person chooses, for Azure and here alike. All others say where things are, which the local cloud knows. */
const chosen =
  /^BATCHAI_(QUOTA_\w+|MONITOR_\w+_INTERVAL_MS|OUTPUT_GRACE_MS|IDLE_NODE_GRACE_MS|ORPHAN_GRACE_MS|LAUNCH_STEP_LIMIT_S|TERMINATION_GRACE_S|NODE_LOSS_S|BLOB_SCAN_INTERVAL_S|TRIGGER_INTERVAL_S|POOL_EXPIRY_MS|BODY_LIMIT_BYTES|NODE_IMAGE|SSH_SOURCES|POOL_ALLOCATION_MODE|COUNTERS_INTERVAL_S)$/;

/** The service's settings among environment variables. */
export function serviceSettings(
  environment: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const given = Object.entries(environment).filter(
    (entry): entry is [string, string] => chosen.test(entry[0]) && (entry[1] ?? "") !== "",
  );
  return Object.fromEntries(given);
}

export function appSettings(settings: Settings, endpoints: Endpoints): Record<string, string> {
  const { subscriptionId, resourceGroup, storageAccount, batchAccount } = settings;
  const template = (accountUrl: string) => accountUrl.slice(0, -storageAccount.name.length) + "{account}";
  return {
    AZURE_SUBSCRIPTION_ID: subscriptionId,
    AzureWebJobsStorage: endpoints.storageConnection,
    FUNCTIONS_WORKER_RUNTIME: "node",
    // What it is in Azure when nobody sets it: artifacts come through the app.
    FUNCTIONS_REQUEST_BODY_SIZE_LIMIT: "104857600",
    BATCHAI_SETTINGS_STRICT: "true",
    BATCHAI_LOCATION: settings.location,
    BATCHAI_BATCH_ACCOUNT_ID: `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.Batch/batchAccounts/${batchAccount.name}`,
    BATCHAI_BATCH_ENDPOINT: endpoints.batch,
    BATCHAI_ARM_ENDPOINT: endpoints.batch,
    BATCHAI_RESOURCE_MANAGER_ENDPOINT: endpoints.control,
    BATCHAI_STORAGE_ACCOUNT: storageAccount.name,
    BATCHAI_STORAGE_KEY: storageAccount.key,
    BATCHAI_BLOB_ENDPOINT_TEMPLATE: template(endpoints.blob),
    BATCHAI_QUEUE_ENDPOINT_TEMPLATE: template(endpoints.queue),
    BATCHAI_BLOB_SCAN_INTERVAL_S: "2",
    BATCHAI_TRIGGER_INTERVAL_S: "5",
    BATCHAI_TABLE_ENDPOINT_TEMPLATE: template(endpoints.table),
    BATCHAI_FILE_ENDPOINT_TEMPLATE: template(endpoints.file),
    BATCHAI_KEY_VAULT_ENDPOINT_TEMPLATE: `${endpoints.control}/vaults/{vault}`,
    BATCHAI_KEY_VAULTS: "*",
    BATCHAI_RETIRED_SIZES: "run",
    BATCHAI_CONTAINERS: endpoints.hasContainers ? "run" : "refuse",
    BATCHAI_SECRETS_KEY: settings.secretsKey,
    BATCHAI_AUTH_ISSUER: endpoints.issuer,
    BATCHAI_AUTH_AUDIENCE: endpoints.apiAudience,
    BATCHAI_AUTH_JWKS_URL: `${endpoints.issuer}/jwks`,
    BATCHAI_SIGN_IN_CODES_URL: `${endpoints.control}/sign-in-codes`,
    BATCHAI_MONITOR_MIN_INTERVAL_MS: "50",
    BATCHAI_MONITOR_MAX_INTERVAL_MS: "2000",
    BATCHAI_COUNTERS_ENDPOINT: `file:${endpoints.counters}`,
    BATCHAI_COUNTERS_INTERVAL_S: "5",
    IDENTITY_ENDPOINT: `${endpoints.control}/identity/token`,
    IDENTITY_HEADER: endpoints.identityHeader,
  };
}
