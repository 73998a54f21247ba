// A Functions host by itself, with a storage of its own unless the app's settings name one, for anybody's Functions app.
import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { LogFields, Logger } from "../logger.ts";
import { packageRoot } from "../package-root.ts";
import { systemRandom } from "../random.ts";
import { StartError } from "../start-error.ts";
import { readLocalSettings } from "./app/settings.ts";
import { openHostStorage, type HostStorage } from "./host-storage.ts";
import { startFunctionsHost, type FunctionsHost } from "./host-worker.ts";

export interface AloneOptions {
  readonly appDirectory: string;
  readonly port: number;
  readonly httpsPort: number;
  /** A folder, or `memory`. */
  readonly dataDirectory: string;
  /** Function keys are asked for, as in Azure. */
  readonly requireKeys: boolean;
  /** Do not start when one function cannot be hosted; else it is in error, and the others run. */
  readonly strict: boolean;
  /** The app inherits all of it, as under Core Tools. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export interface RunningHost {
  /** How it is reached; what it does not listen to is absent. */
  readonly description: Readonly<Record<string, string | undefined>>;
  /** Resolves with the reason when it ended by itself. */
  readonly ended: Promise<Error | undefined>;
  stop(): Promise<void>;
}

/** `complain` gets a line for each event of the log. Rejects with StartError. */
export async function startHostAlone(
  given: AloneOptions,
  complain: (line: string) => void,
): Promise<RunningHost> {
  const { host, storage } = await open(given, lineLogger(complain)).catch((error: unknown) => {
    // What keeps an app from starting is the app author's to mend, whatever part found it.
    throw error instanceof Error ? new StartError(error.message, error) : error;
  });
  const { url, httpsUrl, certificate, masterKey } = host;
  return {
    description: { url, httpsUrl, certificate, masterKey, storageConnectionString: storage.connectionString },
    ended: Promise.race([host.exited, storage.own?.exited ?? new Promise<never>(() => {})]),
    async stop() {
      await host.dispose();
      await storage.own?.dispose();
    },
  };
}

function lineLogger(write: (line: string) => void): Logger {
  const line =
    (level: string) =>
    (event: string, fields: LogFields = {}) => {
      const words = Object.entries(fields).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
      write(`${level} ${event} ${words.join(" ")}\n`);
    };
  return { debug: () => {}, info: line("info"), warn: line("warn"), error: line("error") };
}

async function open(
  given: AloneOptions,
  logger: Logger,
): Promise<{ host: FunctionsHost; storage: HostStorage }> {
  if (!(await stat(given.appDirectory).catch(() => undefined))?.isDirectory())
    throw new Error(`${given.appDirectory} is not a folder. Give the folder of a built Functions app.`);
  const settings = Object.fromEntries(
    Object.entries(given.environment).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  const { Values } = await readLocalSettings(given.appDirectory);
  const builtFolder = join(packageRoot(), "dist/local");
  const storage = await openHostStorage({
    settings: { ...Values, ...settings },
    dataDirectory: given.dataDirectory,
    logger,
    childFile: join(builtFolder, "azurite.mjs"),
  });
  try {
    // Relative paths in the app are relative to its folder, as under the real host.
    process.chdir(given.appDirectory);
    const host = await startFunctionsHost({
      appDirectory: given.appDirectory,
      port: given.port,
      httpsPort: given.httpsPort,
      requireKeys: given.requireKeys,
      strict: given.strict,
      dataDirectory: given.dataDirectory === "memory" ? "memory" : join(given.dataDirectory, "host"),
      settings,
      storageConnection: storage.connectionString,
      workerFile: join(builtFolder, "functions-host.mjs"),
      logger,
      random: systemRandom(),
    });
    return { host, storage };
  } catch (error) {
    await storage.own?.dispose();
    throw error;
  }
}
