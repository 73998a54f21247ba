// Which service a command talks to, and as whom: the cloud.json of the option, else the address of the environment or the profile, else
// the profile's local cloud, else the nearest one above the folder in which the command was typed.
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { z } from "zod";
import type { Client } from "../client/client.ts";
import type { Connection } from "../client/http-api.ts";
import type {
  ClusterRef,
  ExperimentRef,
  FileServerRef,
  JobRef,
  SweepRef,
  TriggerRef,
  WorkspaceRef,
} from "../domain/shared/resource-id.ts";
import type { Context } from "./command.ts";
import { nearestFile } from "./config/files.ts";
import { tokenOf } from "./config/tokens.ts";
import { CommandError, usageError } from "./failure.ts";
import { text } from "./options.ts";
import { exitCodes } from "./output/exit-codes.ts";

export const ofService = {
  cloud: text("--cloud <file>", "cloud.json of a local cloud (default: the nearest .batchai/cloud.json)"),
  resourceGroup: text("-g, --resource-group <name>", "resource group (default: the local cloud's)"),
};
export const inWorkspace = {
  ...ofService,
  workspace: text("-w, --workspace <name>", "workspace (default: $BATCHAI_WORKSPACE)"),
};
export const inExperiment = {
  ...inWorkspace,
  experiment: text("-e, --experiment <name>", "experiment (default: $BATCHAI_EXPERIMENT)"),
};

type Texts<Name extends string> = { readonly [K in Name]?: string | undefined };

export interface StorageAccount {
  readonly name: string;
  readonly key: string;
  /** Of its file service and its blob service. */
  readonly fileUrl: string;
  readonly blobUrl: string;
}

/** Where the service is, as whom it is called, and what its commands go by. */
export interface ServicePlace {
  readonly connection: Connection;
  readonly endpoint: string;
  readonly isLocalCloud: boolean;
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  /** Undefined where the environment names none. */
  readonly location: string | undefined;
  readonly storage: StorageAccount | undefined;
  readonly environment: Context["environment"];
}

export interface Service extends Omit<ServicePlace, "connection"> {
  readonly client: Client;
}

const CloudFile = z.object({
  urls: z.object({ api: z.url(), file: z.url(), blob: z.url() }),
  token: z.string(),
  subscriptionId: z.string(),
  resourceGroup: z.string(),
  location: z.string(),
  storageAccount: z.object({ name: z.string(), key: z.string() }),
});

export async function openService(
  given: Texts<"cloud" | "resourceGroup">,
  context: Context,
): Promise<Service> {
  const { connection, ...service } = await servicePlace(given, context);
  // Schemas of all that the service answers: what asks for one thing alone does without.
  const { createClient } = await import("../client/client.ts");
  return { ...service, client: createClient(connection) };
}

export async function servicePlace(
  given: Texts<"cloud" | "resourceGroup">,
  context: Context,
): Promise<ServicePlace> {
  const service = await placeOf(given, context);
  const { subscriptionId: asked = service.subscriptionId } = context;
  if (asked.toLowerCase() === service.subscriptionId.toLowerCase()) return service;
  throw usageError(
    `The id names the subscription ${asked}; the service at ${service.endpoint} is used in ${service.subscriptionId}.`,
  );
}

async function placeOf(given: Texts<"cloud" | "resourceGroup">, context: Context): Promise<ServicePlace> {
  const { environment } = context;
  if (given.cloud === undefined && environment["BATCHAI_ENDPOINT"]) return fromEnvironment(given, context);
  const file = cloudFileOf(given, context);
  if (file === undefined)
    throw new CommandError(
      "There is no service to talk to. Run a local cloud (`batchai up`, or `batchai start`) in this folder or one above it, name its cloud.json with --cloud, sign in to a service with `batchai login`, or set BATCHAI_ENDPOINT.",
      exitCodes.forbidden,
    );
  const cloud = await readCloudFile(resolve(context.directory, file));
  return {
    endpoint: cloud.urls.api,
    isLocalCloud: true,
    connection: {
      endpoint: cloud.urls.api,
      token: cloud.token,
      sleep: context.sleep,
      fetch: context.fetch,
      ask: context.ask,
    },
    subscriptionId: cloud.subscriptionId,
    resourceGroup: given.resourceGroup ?? (environment["BATCHAI_RESOURCE_GROUP"] || cloud.resourceGroup),
    location: cloud.location,
    storage: { ...cloud.storageAccount, fileUrl: cloud.urls.file, blobUrl: cloud.urls.blob },
    environment,
  };
}

/** Of the local cloud that is meant, where no endpoint is. */
export function cloudFileOf(
  { cloud }: Texts<"cloud">,
  { profile, directory }: Pick<Context, "profile" | "directory">,
): string | undefined {
  return cloud ?? profile?.cloud ?? nearestFile(directory, join(".batchai", "cloud.json"));
}

/** The environment's token; else the profile's, for the profile's own endpoint alone. */
async function tokenFor(endpoint: string, context: Context): Promise<string> {
  const { environment, profile } = context;
  const token = environment["BATCHAI_TOKEN"];
  if (token) return token;
  if (profile?.settings.endpoint === endpoint) return tokenOf(profile, context);
  throw new CommandError("BATCHAI_ENDPOINT is set, but BATCHAI_TOKEN is not.", exitCodes.forbidden);
}

async function fromEnvironment(given: Texts<"resourceGroup">, context: Context): Promise<ServicePlace> {
  const { environment, sleep, fetch, ask } = context;
  const needed = (name: string) => {
    const value = environment[name];
    if (value) return value;
    throw new CommandError(`BATCHAI_ENDPOINT is set, but ${name} is not.`, exitCodes.forbidden);
  };
  const resourceGroup = given.resourceGroup ?? environment["BATCHAI_RESOURCE_GROUP"];
  if (!resourceGroup) throw usageError("Name the resource group with -g, or set BATCHAI_RESOURCE_GROUP.");
  const endpoint = needed("BATCHAI_ENDPOINT");
  const [name, key] = [
    environment["AZURE_BATCHAI_STORAGE_ACCOUNT"],
    environment["AZURE_BATCHAI_STORAGE_KEY"],
  ];
  return {
    endpoint,
    isLocalCloud: false,
    connection: { endpoint, token: await tokenFor(endpoint, context), sleep, fetch, ask },
    subscriptionId: needed("BATCHAI_SUBSCRIPTION_ID"),
    resourceGroup,
    location: environment["BATCHAI_LOCATION"],
    storage: name && key ? publicAccount(name, key) : undefined,
    environment,
  };
}

/** An account of Azure's public cloud. */
export function publicAccount(name: string, key: string): StorageAccount {
  const urlOf = (service: string) => `https://${name}.${service}.core.windows.net`;
  return { name, key, fileUrl: urlOf("file"), blobUrl: urlOf("blob") };
}

async function readCloudFile(file: string): Promise<z.infer<typeof CloudFile>> {
  const content = await readFile(file, "utf8").catch((cause: unknown) => {
    throw usageError(`${file} cannot be read: ${(cause as Error).message}`);
  });
  try {
    return CloudFile.parse(JSON.parse(content));
  } catch (cause) {
    throw new CommandError(`${file} is not the cloud.json of a local cloud.`, exitCodes.usage, cause);
  }
}

type Names = Pick<ServicePlace, "subscriptionId" | "resourceGroup" | "environment">;

export function workspaceRef(service: Names, given: Texts<"workspace">): WorkspaceRef {
  const { subscriptionId, resourceGroup, environment } = service;
  const workspace = given.workspace ?? environment["BATCHAI_WORKSPACE"];
  if (!workspace) throw usageError("Name the workspace with -w, or set BATCHAI_WORKSPACE.");
  return { kind: "workspace", subscriptionId, resourceGroup, workspace };
}

export function clusterRef(service: Service, given: Texts<"workspace">, cluster: string): ClusterRef {
  return { ...workspaceRef(service, given), kind: "cluster", cluster };
}

/** The option, else the environment's. */
export function givenCluster(service: Pick<Service, "environment">, given: Texts<"cluster">): string {
  const cluster = given.cluster ?? service.environment["BATCHAI_CLUSTER"];
  if (!cluster) throw usageError("Name the cluster with -c, or set BATCHAI_CLUSTER.");
  return cluster;
}

export function fileServerRef(
  service: Service,
  given: Texts<"workspace">,
  fileServer: string,
): FileServerRef {
  return { ...workspaceRef(service, given), kind: "fileServer", fileServer };
}

export function experimentRef(service: Names, given: Texts<"workspace" | "experiment">): ExperimentRef {
  const experiment = given.experiment ?? service.environment["BATCHAI_EXPERIMENT"];
  if (!experiment) throw usageError("Name the experiment with -e, or set BATCHAI_EXPERIMENT.");
  return { ...workspaceRef(service, given), kind: "experiment", experiment };
}

export function jobRef(service: Service, given: Texts<"workspace" | "experiment">, job: string): JobRef {
  return { ...experimentRef(service, given), kind: "job", job };
}

export function sweepRef(
  service: Service,
  given: Texts<"workspace" | "experiment">,
  sweep: string,
): SweepRef {
  return { ...experimentRef(service, given), kind: "sweep", sweep };
}

export function triggerRef(service: Service, given: Texts<"workspace">, trigger: string): TriggerRef {
  return { ...workspaceRef(service, given), kind: "trigger", trigger };
}
