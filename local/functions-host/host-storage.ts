// Which storage a stand-alone host and its app share. Invariant: one, whatever the app's settings say; an app whose clients read
// `UseDevelopmentStorage=true` by themselves reach the very storage in which the host keeps queues and receipts.
import { join } from "node:path";
import type { Logger } from "../logger.ts";
import { startAzurite, type Azurite } from "../storage/index.ts";
import {
  developmentAccount,
  developmentConnection,
  developmentPorts,
  developmentStorageAnswers,
  meansDevelopmentStorage,
} from "./bindings/development-account.ts";

export interface HostStorage {
  /** Replaces `UseDevelopmentStorage=true` in the app's settings, and stands in for a missing AzureWebJobsStorage. */
  readonly connectionString: string;
  /** Undefined when somebody else runs the storage. */
  readonly own: Azurite | undefined;
}

export interface HostStorageOptions {
  /** All settings the app will see. */
  readonly settings: Readonly<Record<string, string | undefined>>;
  /** Where our own keeps its files, or "memory". */
  readonly dataDirectory: string;
  readonly logger: Logger;
  /** The built `azurite.mjs`. */
  readonly childFile: string;
}

/**
 * `AzureWebJobsStorage` with an account of its own is used as it is. For development storage: the Azurite that answers on its published ports,
 * else ours on these ports, else (somebody else has one of them) ours on free ones.
 */
export async function openHostStorage(options: HostStorageOptions): Promise<HostStorage> {
  const jobs = options.settings["AzureWebJobsStorage"];
  const wanted = Object.values(options.settings).some(meansDevelopmentStorage);
  if (wanted) return developmentStorage(options);
  if (jobs) return { connectionString: jobs, own: undefined };
  return ownStorage(options);
}

async function developmentStorage(options: HostStorageOptions): Promise<HostStorage> {
  if (await developmentStorageAnswers()) {
    options.logger.info("storage.shared", { ports: Object.values(developmentPorts).join(",") });
    return { connectionString: developmentConnection, own: undefined };
  }
  try {
    return await ownStorage(options, developmentPorts);
  } catch (error) {
    if (!/\bin use by another program\b/.test((error as Error).message)) throw error;
    options.logger.warn("storage.portsTaken", {
      reason: (error as Error).message,
      consequence:
        "Storage is on other ports. The app is given its real connection string; programs outside find it in storageConnectionString.",
    });
    return ownStorage(options);
  }
}

async function ownStorage(
  { dataDirectory, logger, childFile }: HostStorageOptions,
  ports: { blob?: number; queue?: number; table?: number } = {},
): Promise<HostStorage> {
  const directory = dataDirectory === "memory" ? "memory" : join(dataDirectory, "azurite");
  const own = await startAzurite({
    dataDirectory: directory,
    account: developmentAccount,
    ports,
    logger,
    childFile,
  });
  return { connectionString: own.connectionString, own };
}
