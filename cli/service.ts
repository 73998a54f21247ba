// Which service a command talks to, and as whom: the address and token of the environment, else a local cloud's cloud.json, by option
// or the nearest one above the folder in which the command was typed.
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { z } from "zod";
import { createClient } from "../client/client.ts";
import type { Client } from "../client/client.ts";
import type {
  ClusterRef,
  ExperimentRef,
  JobRef,
  SweepRef,
  WorkspaceRef,
} from "../domain/shared/resource-id.ts";
import type { Context } from "./command.ts";
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
  /** Of its file service. */
  readonly fileUrl: string;
}

export interface Service {
  readonly client: Client;
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  /** Undefined where the environment names none. */
  readonly location: string | undefined;
  readonly storage: StorageAccount | undefined;
  readonly environment: Context["environment"];
}

const CloudFile = z.object({
  urls: z.object({ api: z.url(), file: z.url() }),
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
  const { environment } = context;
  if (given.cloud === undefined && environment["BATCHAI_ENDPOINT"]) return fromEnvironment(given, context);
  const file = given.cloud ?? nearestCloudFile(context.directory);
  if (file === undefined)
    throw new CommandError(
      "There is no service to talk to. Run a local cloud (`batchai start`) in this folder or one above it, name its cloud.json with --cloud, or set BATCHAI_ENDPOINT.",
      exitCodes.forbidden,
    );
  const cloud = await readCloudFile(resolve(context.directory, file));
  return {
    client: createClient({
      endpoint: cloud.urls.api,
      token: cloud.token,
      sleep: context.sleep,
      fetch: context.fetch,
    }),
    subscriptionId: cloud.subscriptionId,
    resourceGroup: given.resourceGroup ?? cloud.resourceGroup,
    location: cloud.location,
    storage: { ...cloud.storageAccount, fileUrl: cloud.urls.file },
    environment,
  };
}

function fromEnvironment(given: Texts<"resourceGroup">, { environment, sleep, fetch }: Context): Service {
  const needed = (name: string) => {
    const value = environment[name];
    if (value) return value;
    throw new CommandError(`BATCHAI_ENDPOINT is set, but ${name} is not.`, exitCodes.forbidden);
  };
  const resourceGroup = given.resourceGroup ?? environment["BATCHAI_RESOURCE_GROUP"];
  if (!resourceGroup) throw usageError("Name the resource group with -g, or set BATCHAI_RESOURCE_GROUP.");
  const [name, key] = [
    environment["AZURE_BATCHAI_STORAGE_ACCOUNT"],
    environment["AZURE_BATCHAI_STORAGE_KEY"],
  ];
  return {
    client: createClient({
      endpoint: needed("BATCHAI_ENDPOINT"),
      token: needed("BATCHAI_TOKEN"),
      sleep,
      fetch,
    }),
    subscriptionId: needed("BATCHAI_SUBSCRIPTION_ID"),
    resourceGroup,
    location: environment["BATCHAI_LOCATION"],
    storage: name && key ? { name, key, fileUrl: `https://${name}.file.core.windows.net` } : undefined,
    environment,
  };
}

function nearestCloudFile(directory: string): string | undefined {
  for (let folder = directory; ; folder = dirname(folder)) {
    const file = join(folder, ".batchai", "cloud.json");
    if (existsSync(file)) return file;
    if (dirname(folder) === folder) return undefined;
  }
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

export function workspaceRef(service: Service, given: Texts<"workspace">): WorkspaceRef {
  const { subscriptionId, resourceGroup, environment } = service;
  const workspace = given.workspace ?? environment["BATCHAI_WORKSPACE"];
  if (!workspace) throw usageError("Name the workspace with -w, or set BATCHAI_WORKSPACE.");
  return { kind: "workspace", subscriptionId, resourceGroup, workspace };
}

export function clusterRef(service: Service, given: Texts<"workspace">, cluster: string): ClusterRef {
  return { ...workspaceRef(service, given), kind: "cluster", cluster };
}

export function experimentRef(service: Service, given: Texts<"workspace" | "experiment">): ExperimentRef {
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
