// `npm run emulator`: the Batch emulator by itself, with a storage emulator beside it, for anybody's Batch code. Prints one
// line of JSON when everything answers, then `ready`; ends cleanly on Ctrl-C.
import { mkdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { systemClock } from "../clock.ts";
import type { Clock } from "../clock.ts";
import { lastMoment } from "../data-folder/last-moment.ts";
import { openIdentity } from "../identity/index.ts";
import type { LocalIdentity } from "../identity/index.ts";
import { silentLogger } from "../logger.ts";
import type { LogFields, Logger } from "../logger.ts";
import { createMounts } from "../mounts/index.ts";
import { startMountService } from "../mounts/service.ts";
import { allBatchAudiences, batchAccess } from "../batch-access.ts";
import { createNodeSupport } from "../node-support.ts";
import { systemRandom } from "../random.ts";
import type { Random } from "../random.ts";
import { startAzurite } from "../storage/index.ts";
import type { Azurite } from "../storage/index.ts";
import { withContainers } from "./agent/container-executor.ts";
import { engineChoice, findContainerEngine } from "./agent/container-engine.ts";
import type { EngineChoice } from "./agent/container-engine.ts";
import { createPackageStore } from "./agent/package-store.ts";
import { createProcessExecutor } from "./agent/process-executor.ts";
import { parseCommandLine, usage } from "./cli-options.ts";
import type { CommandLine } from "./cli-options.ts";
import { createStorageAccess } from "./agent/storage-access.ts";
import type { StorageAccount } from "./agent/storage-access.ts";
import { startBatchEmulator } from "./index.ts";
import type { BatchEmulator } from "./index.ts";
import { ownKeys } from "./store/own-keys.ts";

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

interface Running {
  readonly emulator: BatchEmulator;
  readonly line: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** Starts storage and emulator on a data folder. */
async function start(given: CommandLine, environment: Environment, logger: Logger): Promise<Running> {
  const folder = resolve(given.data);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const clock = systemClock(lastMoment([folder]));
  const random = systemRandom();
  const keys = ownKeys(join(folder, "keys.json"), random);
  const identity = await openIdentity({ file: join(folder, "identity.json"), clock, random });
  const engine = await findContainerEngine(containersOf(given, environment));
  const storage = await startAzurite({
    dataDirectory: join(folder, "azurite"),
    account: { name: storageAccountName, key: keys.storage },
    logger,
    childFile: join(dirname(fileURLToPath(import.meta.url)), "azurite.mjs"),
  });
  try {
    const account = { name: storageAccountName, key: keys.storage, blobUrl: storage.blobUrl };
    const access = createStorageAccess(account, clock);
    const { mounts, mountService, support } = await openNodes(folder, account, { clock, random, logger });
    const stateDirectory = join(folder, "tasks");
    const inner = createProcessExecutor({ stateDirectory, clock, random, logger, storage: access });
    const directory = join(folder, "containers");
    const executor = withContainers({ inner, engine, directory, clock, random, logger });
    const emulator = await startBatchEmulator({
      dataDirectory: folder,
      ...askedFor(given),
      storage: access,
      accountName,
      accountKey: given.accountKey ?? keys.batch,
      subscriptionId,
      resourceGroup,
      location,
      clock,
      random,
      logger,
      executor,
      mounts,
      support,
      packages: createPackageStore({ connectionString: storage.connectionString, random }),
      verifyBearer: batchAccess(identity),
      issueToken: (wanted) => identity.issueToken({ ...wanted, roles: [] }),
    });
    return {
      emulator,
      line: describe(emulator, storage, await userToken(identity, emulator.url)),
      stop: stopAll(emulator, mountService, mounts, storage),
    };
  } catch (error) {
    await storage.dispose();
    throw error;
  }
}

/** What nodes have beyond their processes: mounts, and commands that stand in for those of a virtual machine. */
async function openNodes(
  folder: string,
  account: StorageAccount,
  o: { clock: Clock; random: Random; logger: Logger },
) {
  const mounts = createMounts({
    root: join(folder, "mounts"),
    accounts: [account],
    shareRoot: () => undefined,
    clock: o.clock,
    logger: o.logger,
  });
  const stateFile = join(folder, "mount-service.json");
  const mountService = await startMountService({ mounts, stateFile, random: o.random, logger: o.logger });
  const directory = join(folder, "stand-ins");
  const support = createNodeSupport({ directory, nodeProgram: process.execPath, mountService });
  return { mounts, mountService, support };
}

type Environment = EngineChoice["environment"];

function containersOf(given: CommandLine, environment: Environment): EngineChoice {
  const choice = engineChoice(environment);
  return {
    ...choice,
    command: given.containerCli ?? choice.command,
    runOptions: given.containerOptions ?? choice.runOptions,
  };
}

const askedFor = (given: CommandLine) => ({
  port: given.port,
  ...(given.tls ? { tlsPort: 0 } : {}),
  listenOn: given.listen,
  allowRemote: given.allowRemote,
  parameters: {
    evictionsPerNodeHour: given.evictionsPerHour,
    evictionNoticeMs: given.evictionNoticeMs,
  },
  ...(given.seed === undefined ? {} : { evictionSeed: given.seed }),
  evictionTrace: given.evictionTrace,
});

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

function stopAll(
  emulator: BatchEmulator,
  mountService: { close(): Promise<void> },
  mounts: { close(): Promise<void> },
  storage: Azurite,
) {
  return async () => {
    await emulator.dispose();
    await mountService.close();
    await mounts.close();
    await storage.dispose();
  };
}

function describe(emulator: BatchEmulator, storage: Azurite, token: string): Record<string, string> {
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
  };
}

/** Runs until a signal or `exit` says to stop; resolves with the exit code. */
export async function emulatorMain(
  args: readonly string[],
  io: { out(text: string): void; err(text: string): void; stopped: Promise<void>; environment?: Environment },
): Promise<number> {
  let commandLine: CommandLine;
  try {
    commandLine = parseCommandLine(args);
  } catch (error) {
    io.err(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
    return 2;
  }
  try {
    const running = await start(
      commandLine,
      io.environment ?? {},
      errorLogger((text) => io.err(text)),
    );
    io.out(`${JSON.stringify(running.line)}\nready\n`);
    await io.stopped;
    await running.stop();
    return 0;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const message = error instanceof Error ? error.message : String(error);
    io.err(
      code === "EADDRINUSE"
        ? `Port ${commandLine.port} is in use; choose another with --port, or 0 for a free one.\n`
        : `${message}\n`,
    );
    return 1;
  }
}
