// The app's configuration: one schema over environment variables, the same names in Azure and on the local cloud.
// Parsed once; a bad configuration is told whole, not one variable at a time.
import { readFileSync } from "node:fs";
import { z } from "zod";
import { committedPrices } from "../domain/price/committed.ts";
import { PriceTable } from "../domain/price/table.ts";
import type { QuotaLimits } from "../domain/usage/quota.ts";
import { defaultExpiryMs } from "../domain/cluster/renewal.ts";
import { defaultIdleGraceMs } from "../domain/cluster/scale.ts";
import { triggerIntervals, usualTriggerInterval } from "./timers/trigger-interval.ts";

const endpoint = z.url({ protocol: /^https?$/ });
const template = z
  .string()
  .refine((text) => text.includes("{account}"), { error: "expected a URL with {account}" });
const limit = () => z.coerce.number().int().min(0).max(2_147_483_647).optional();
const familyLimits = z
  .string()
  .regex(/^\w+=\d+(?:,\w+=\d+)*$/, "expected family=vCPUs, comma-separated, such as NC=24,Dv2=100")
  .transform((text) =>
    Object.fromEntries(text.split(",").map((pair) => [pair.split("=")[0] ?? "", Number(pair.split("=")[1])])),
  );
/** Key Vaults whose secrets requests may name. None unless an administrator says so: the app reads them with its own rights. */
const vaultNames = z
  .string()
  .regex(
    /^(?:\*|[A-Za-z0-9-]{3,24}(?:,[A-Za-z0-9-]{3,24})*)$/,
    "expected names of Key Vaults, comma-separated, or *",
  )
  .transform((text) => text.toLowerCase().split(","));
/** Azure container registries that the app logs in to, with its own rights, for jobs that give no credentials. */
const registryNames = z
  .string()
  .regex(
    /^[A-Za-z0-9-]{1,63}\.azurecr\.\w+(?:,[A-Za-z0-9-]{1,63}\.azurecr\.\w+)*$/,
    "expected Azure container registries, comma-separated, such as lab.azurecr.io",
  )
  .transform((text) => text.toLowerCase().split(","));
/** The current key, then those that were: what they sealed can still be opened. */
const secretsKeys = z.string().transform((text, context) => {
  const [current, ...earlier] = text
    .split(/[\s,]+/)
    .filter((key) => key !== "")
    .map((key) => (/^[A-Za-z0-9+/]+={0,2}$/.test(key) ? Buffer.from(key, "base64") : Buffer.alloc(0)));
  if (current !== undefined && [current, ...earlier].every(({ length }) => length === 32))
    return [current, ...earlier] as [Buffer, ...Buffer[]];
  context.addIssue({
    code: "custom",
    message: "expected 32 bytes in base64, or several such keys with commas between",
  });
  return z.NEVER;
});
/** What an operator's nodes cost: a table as JSON, or where it lies. Laid over the one that is part of the app. */
const ownPrices = z.string().transform((text, context) => {
  const problem = (message: string) => {
    context.addIssue({ code: "custom", message });
    return z.NEVER;
  };
  let table: unknown;
  try {
    table = JSON.parse(text.startsWith("file:") ? readFileSync(new URL(text), "utf8") : text);
  } catch (error) {
    // Not the error's own words: they hold a part of the text.
    const { code } = error as { readonly code?: string };
    return problem(
      code === undefined
        ? "expected a table of prices in JSON, or file:/// and the path of one"
        : `the file that it names cannot be read (${code})`,
    );
  }
  const parsed = PriceTable.safeParse(table);
  if (parsed.success) return parsed.data;
  return problem(parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; "));
});
const interval = (otherwise: number) => z.coerce.number().int().min(10).max(86_400_000).default(otherwise);

const sshSources = z
  .string()
  .regex(
    /^[\w.:/]+(?:,[\w.:/]+){0,19}$/,
    "expected address ranges or service tags, such as 203.0.113.0/24,VirtualNetwork, 20 at most",
  )
  .refine((text) => !text.split(",").some((one) => /\/0$|^Internet$/i.test(one)), {
    error: "the nodes would be open to everybody; name the ranges that may come in by ssh",
  })
  .transform((text) => text.split(","));
/** Tokens for these administer the caller's subscription: a service that asks for them could. */
const armAudience =
  /^https:\/\/management\.(?:azure|core\.(?:windows|usgovcloudapi|chinacloudapi))\.\w+\/*$/i;
const audiences = z
  .string()
  .min(1)
  .transform((text) => text.split(",").map((name) => name.trim()));

const Environment = z.object({
  AZURE_SUBSCRIPTION_ID: z.string().min(1),
  AZURE_CLIENT_ID: z.guid().optional(),
  BATCHAI_LOCATION: z.string().regex(/^[-\w]+$/),
  BATCHAI_BATCH_ACCOUNT_ID: z
    .string()
    .regex(
      /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/Microsoft\.Batch\/batchAccounts\/[^/]+$/i,
      "expected the ARM id of a Batch account",
    ),
  BATCHAI_BATCH_ENDPOINT: endpoint,
  BATCHAI_ARM_ENDPOINT: endpoint.default("https://management.azure.com"),
  BATCHAI_RESOURCE_MANAGER_ENDPOINT: endpoint.optional(),
  /** Where the machines of file servers are made; else in the group of the Batch account. */
  BATCHAI_FILE_SERVER_GROUP: z
    .string()
    .regex(/^[-\w.()]{1,89}[-\w()]$/, "expected the name of a resource group")
    .optional(),
  BATCHAI_STORAGE_ACCOUNT: z.string().regex(/^[a-z0-9]{3,24}$/),
  BATCHAI_STORAGE_KEY: z.base64().min(1).optional(),
  BATCHAI_BLOB_ENDPOINT_TEMPLATE: template.default("https://{account}.blob.core.windows.net"),
  BATCHAI_TABLE_ENDPOINT_TEMPLATE: template.default("https://{account}.table.core.windows.net"),
  BATCHAI_QUEUE_ENDPOINT_TEMPLATE: template.default("https://{account}.queue.core.windows.net"),
  BATCHAI_BLOB_EVENTS_QUEUE: z
    .string()
    .regex(/^batchai-[a-z0-9]+(?:-[a-z0-9]+)*$/, "expected a queue's name that begins with batchai-")
    .optional(),
  BATCHAI_TRIGGER_INTERVAL_S: z
    .enum(triggerIntervals, { error: `expected one of ${triggerIntervals.join(", ")}: a part of a minute` })
    .default(usualTriggerInterval),
  BATCHAI_BLOB_SCAN_INTERVAL_S: z.coerce.number().int().min(1).max(86_400).default(60),
  BATCHAI_FILE_ENDPOINT_TEMPLATE: template.default("https://{account}.file.core.windows.net"),
  BATCHAI_KEY_VAULT_ENDPOINT_TEMPLATE: z
    .string()
    .refine((text) => text.includes("{vault}"), { error: "expected a URL with {vault}" })
    .default("https://{vault}.vault.azure.net"),
  BATCHAI_KEY_VAULTS: vaultNames.default([]),
  BATCHAI_SECRETS_KEY: secretsKeys,
  BATCHAI_AUTH_ISSUER: z.string().min(1),
  BATCHAI_AUTH_AUDIENCE: audiences,
  BATCHAI_AUTH_JWKS_URL: endpoint,
  BATCHAI_AUTH_TENANT: z.guid().optional(),
  /** Where one-time codes for browsers come from: the local cloud has such a place, Azure has none. */
  BATCHAI_SIGN_IN_CODES_URL: endpoint.optional(),
  BATCHAI_MONITOR_MIN_INTERVAL_MS: interval(5_000),
  BATCHAI_MONITOR_MAX_INTERVAL_MS: interval(60_000),
  BATCHAI_OUTPUT_GRACE_MS: z.coerce.number().int().min(0).max(600_000).default(2_000),
  BATCHAI_IDLE_NODE_GRACE_MS: interval(defaultIdleGraceMs),
  BATCHAI_ORPHAN_GRACE_MS: interval(3_600_000),
  BATCHAI_LAUNCH_STEP_LIMIT_S: z.coerce.number().int().min(60).max(86_400).default(3_600),
  BATCHAI_TERMINATION_GRACE_S: z.coerce.number().int().min(0).max(600).default(10),
  BATCHAI_NODE_LOSS_S: z.coerce.number().int().min(0).max(3_600).default(300),
  BATCHAI_POOL_EXPIRY_MS: z.coerce.number().int().min(1_800_000).max(86_400_000).default(defaultExpiryMs),
  BATCHAI_QUOTA_CLUSTERS: limit(),
  BATCHAI_QUOTA_ACTIVE_JOBS: limit(),
  BATCHAI_QUOTA_DEDICATED_VCPUS: limit(),
  BATCHAI_QUOTA_LOW_PRIORITY_VCPUS: limit(),
  BATCHAI_QUOTA_FAMILY_VCPUS: familyLimits.default({}),
  BATCHAI_PRICES: ownPrices.optional(),
  BATCHAI_COUNTERS_ENDPOINT: z
    .string()
    .regex(/^(?:https?:\/\/\S+|file:\/[^\0\r\n]+)$/, "expected an ingestion URL, or file: and a folder")
    .default("https://dc.services.visualstudio.com/v2/track"),
  BATCHAI_COUNTERS_INTERVAL_S: z.coerce.number().int().min(1).max(3600).default(60),
  BATCHAI_NODE_IMAGE: z
    .string()
    .regex(/^[^:]+:[^:]+:[^:]+:[^:]+$/, "expected publisher:offer:sku:version")
    .default("microsoft-dsvm:ubuntu-hpc:2404:latest"),
  BATCHAI_RETENTION_DAYS: z.coerce.number().int().min(1).max(36_500).default(30),
  BATCHAI_SSH_SOURCES: sshSources.default([]),
  BATCHAI_NODE_ADDRESSES: z.enum(["public", "private"]).default("public"),
  BATCHAI_RETIRED_SIZES: z.enum(["refuse", "run"]).default("refuse"),
  BATCHAI_CONTAINER_REGISTRIES: registryNames.default([]),
  BATCHAI_CONTAINERS: z.enum(["run", "refuse"]).default("run"),
  BATCHAI_POOL_ALLOCATION_MODE: z.enum(["BatchService", "UserSubscription"]).default("BatchService"),
  BATCHAI_BODY_LIMIT_BYTES: z.coerce.number().int().min(1024).max(200_000).default(200_000),
  /** True ends the load of the app when a setting is missing or wrong, instead of answering 503 with the list. */
  BATCHAI_SETTINGS_STRICT: z.enum(["true", "false"]).default("false"),
  IDENTITY_ENDPOINT: z.string().optional(),
  /** Of the app, as its host tells it. */
  WEBSITE_HOSTNAME: z.string().optional(),
});

const CheckedEnvironment = Environment.superRefine((environment, context) => {
  // The local cloud's own authority stands for Azure's; its tokens open nothing but the local cloud.
  if (/^https?:\/\/(?:127\.|localhost[:/])/.test(environment.BATCHAI_AUTH_ISSUER)) return;
  if (environment.BATCHAI_AUTH_AUDIENCE.some((name) => armAudience.test(name)))
    context.addIssue({
      code: "custom",
      path: ["BATCHAI_AUTH_AUDIENCE"],
      message:
        "tokens for Azure Resource Manager must not be sent to this service; register an app for it and name its client id, and log in for api://<client id>",
    });
});

/** Every setting of the app by its name, and whether it must be given. */
export const settingNames: Readonly<Record<string, "needed" | "optional">> = Object.fromEntries(
  Object.entries(Environment.shape).map(([name, schema]) => [
    name,
    schema.safeParse(undefined).success ? ("optional" as const) : ("needed" as const),
  ]),
);

export type Environment = z.output<typeof Environment>;

/** Never with a value in it. */
export interface SettingProblem {
  readonly setting: string;
  readonly reason: string;
}

export type Configuration =
  | { readonly kind: "complete"; readonly environment: Environment }
  | { readonly kind: "incomplete"; readonly problems: readonly SettingProblem[] };

/** @throws Error that lists every problem, one a line, where BATCHAI_SETTINGS_STRICT wants that. */
export function readConfiguration(variables: Readonly<Record<string, string | undefined>>): Configuration {
  const given = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ""));
  const result = CheckedEnvironment.safeParse(given);
  if (result.success) return { kind: "complete", environment: result.data };
  const problems = result.error.issues.map(({ path, message }) => {
    const setting = path.join(".");
    return { setting, reason: given[setting] === undefined ? "it is not set" : message };
  });
  if (given["BATCHAI_SETTINGS_STRICT"] !== "true") return { kind: "incomplete", problems };
  const lines = problems.map(({ setting, reason }) => `  ${setting}: ${reason}`);
  throw new Error(`The configuration of the app is not complete:\n${lines.join("\n")}`);
}

/** Where nodes reach the app: only a host on the same machine speaks without TLS. */
export function apiOrigin({ WEBSITE_HOSTNAME: host }: Environment): string | undefined {
  if (host === undefined) return undefined;
  return `${/^(?:127\.|localhost\b)/.test(host) ? "http" : "https"}://${host}`;
}

export function priceTables({ BATCHAI_PRICES: own }: Environment): readonly PriceTable[] {
  return own === undefined ? [committedPrices] : [own, committedPrices];
}

export function quotaLimits(environment: Environment): QuotaLimits {
  return {
    clusters: environment.BATCHAI_QUOTA_CLUSTERS,
    activeJobs: environment.BATCHAI_QUOTA_ACTIVE_JOBS,
    processors: {
      dedicated: environment.BATCHAI_QUOTA_DEDICATED_VCPUS,
      lowpriority: environment.BATCHAI_QUOTA_LOW_PRIORITY_VCPUS,
    },
    familyProcessors: environment.BATCHAI_QUOTA_FAMILY_VCPUS,
  };
}
