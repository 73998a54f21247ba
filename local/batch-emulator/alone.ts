// The Batch emulator by itself, with a storage emulator beside it, for anybody's Batch code. Invariant: `stop` ends everything that
// was started, in order; a start that fails leaves nothing running.
import { mkdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { startAzureNames } from "../azure-names/index.ts";
import type { AzureNames } from "../azure-names/index.ts";
import { systemClock } from "../clock.ts";
import type { Clock } from "../clock.ts";
import { lastMoment } from "../data-folder/last-moment.ts";
import { openIdentity } from "../identity/index.ts";
import type { LocalIdentity } from "../identity/index.ts";
import { silentLogger } from "../logger.ts";
import type { LogFields, Logger } from "../logger.ts";
import { allBatchAudiences, batchAccess } from "../batch-access.ts";
import { openNodeParts } from "../node-parts.ts";
import { packageRoot } from "../package-root.ts";
import { systemRandom } from "../random.ts";
import { StartError } from "../start-error.ts";
import { startAzurite } from "../storage/index.ts";
import type { Azurite } from "../storage/index.ts";
import { createTeardown } from "../teardown.ts";
import { ContainerEngineError, engineChoice, findContainerEngine } from "./agent/container-engine.ts";
import type { EngineChoice } from "./agent/container-engine.ts";
import { askedFor } from "./alone-options.ts";
import type { AloneOptions } from "./alone-options.ts";
import { startBatchEmulator } from "./index.ts";
import type { BatchEmulator } from "./index.ts";
import { ownKeys } from "./store/own-keys.ts";
export { checkNetwork, readAccountKey, readAzureRules, readEvictionTrace } from "./alone-options.ts";

/** Fixed, so that client code can be written against them; the keys are made per data folder. */
const accountName = "devbatch";
const storageAccountName = "devstorage";
const subscriptionId = "00000000-0000-0000-0000-000000000000";
const resourceGroup = "local";
const location = "westeurope";

function errorLogger(write: (line: string) => void): Logger {
  const line = (level: string) => (event: string, fields?: LogFields) =>
    write(`${level} ${event} ${JSON.stringify(fields ?? {})}\n`);
  return { ...silentLogger, warn: line("warn"), error: line("error") };
}

export interface RunningEmulator {
  /** How it is reached: one object of texts, keys and a token among them. */
  readonly description: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** Starts storage and emulator on a data folder. `complain` gets a line for each warning and error. Rejects with StartError. */
export async function startEmulatorAlone(
  given: AloneOptions,
  complain: (line: string) => void,
): Promise<RunningEmulator> {
  const logger = errorLogger(complain);
  const folder = openFolder(given.dataDirectory);
  const clock = systemClock(lastMoment([folder]));
  const random = systemRandom();
  const keys = ownKeys(join(folder, "keys.json"), random);
  const identity = await openIdentity({ file: join(folder, "identity.json"), clock, random });
  const teardown = createTeardown(logger);
  try {
    const engine = await findContainerEngine(containersOf(given));
    const storage = await startAzurite({
      dataDirectory: join(folder, "azurite"),
      account: { name: storageAccountName, key: keys.storage },
      logger,
      childFile: join(packageRoot(), "dist/local/azurite.mjs"),
    });
    teardown.add("storage", () => storage.dispose());
    const account = { name: storageAccountName, key: keys.storage };
    const nodes = await openNodeParts({
      ...{ folder, account, storage, engine, clock, random, logger, teardown },
      environment: given.environment,
    });
    const emulator = await startBatchEmulator({
      ...nodes,
      dataDirectory: folder,
      ...askedFor(given),
      accountName,
      accountKey: given.accountKey ?? keys.batch,
      subscriptionId,
      resourceGroup,
      location,
      clock,
      random,
      logger,
      verifyBearer: batchAccess(identity),
      issueToken: (wanted) => identity.issueToken({ ...wanted, roles: [] }),
    });
    teardown.add("batch emulator", () => emulator.dispose());
    const names = await startNames(folder, clock, emulator, storage);
    if (names !== undefined) teardown.add("azure names", () => names.dispose());
    return {
      description: describe(emulator, storage, names, await userToken(identity, emulator.url)),
      stop: () => teardown.run(),
    };
  } catch (error) {
    await teardown.run().catch(() => undefined);
    throw explained(error, given.port);
  }
}

/** With TLS: programs that build the names of Azure's accounts reach these two under them. */
async function startNames(
  folder: string,
  clock: Clock,
  emulator: BatchEmulator,
  { blobUrl, queueUrl, tableUrl }: Azurite,
): Promise<AzureNames | undefined> {
  const certificateFile = emulator.tls?.certificateFile;
  if (certificateFile === undefined) return undefined;
  const portOf = (url: string) => Number(new URL(url).port);
  return startAzureNames({
    directory: join(folder, "azure-names"),
    alsoTrusted: [await readFile(certificateFile, "utf8")],
    services: {
      blob: portOf(blobUrl),
      queue: portOf(queueUrl),
      table: portOf(tableUrl),
      batch: emulator.port,
    },
    hasAccount: (name) =>
      name.service === "batch"
        ? emulator.hasAccount(name.account, name.region)
        : name.account === storageAccountName,
    region: location,
    port: 0,
    clock,
  });
}

function openFolder(path: string): string {
  const folder = resolve(path);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return folder;
  } catch (cause) {
    throw new StartError(`The data folder ${folder} cannot be made: ${(cause as Error).message}`, cause);
  }
}

function containersOf({ environment, containerCommand, containerRunOptions }: AloneOptions): EngineChoice {
  const choice = engineChoice(environment);
  return {
    ...choice,
    command: containerCommand ?? choice.command,
    runOptions: containerRunOptions ?? choice.runOptions,
  };
}

/** A token for whoever may read the command's output: good for a month, signed by this data folder's own key. */
function userToken(identity: LocalIdentity, url: string): Promise<string> {
  identity.issuer(url);
  return identity.issueToken({
    audience: allBatchAudiences,
    roles: ["admin"],
    subject: "local-user",
    lifetimeSeconds: 30 * 86_400,
  });
}

function describe(
  emulator: BatchEmulator,
  storage: Azurite,
  names: AzureNames | undefined,
  token: string,
): Record<string, string> {
  const { tls } = emulator;
  return {
    url: emulator.url,
    armUrl: tls?.url ?? emulator.url,
    accountName,
    accountKey: emulator.accountKey,
    accountId: `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.Batch/batchAccounts/${accountName}`,
    token,
    storageConnectionString: storage.connectionString,
    ...(tls?.certificateFile === undefined ? {} : { certificateFile: tls.certificateFile }),
    ...(names === undefined ? {} : { namesProxy: names.url, namesCertificates: names.certificates }),
  };
}

function explained(error: unknown, port: number): unknown {
  if ((error as NodeJS.ErrnoException).code === "EADDRINUSE")
    return new StartError(`Port ${port} is in use; choose another with --port, or 0 for a free one.`, error);
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof ContainerEngineError || /in use/.test(message)) return new StartError(message, error);
  return error;
}
