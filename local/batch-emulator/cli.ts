// `npm run emulator`: the Batch emulator by itself, with a storage emulator beside it, for anybody's Batch code. Prints one
// line of JSON when everything answers, then `ready`; ends cleanly on Ctrl-C.
import { mkdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { systemClock } from "../clock.ts";
import { lastMoment } from "../data-folder/last-moment.ts";
import { openIdentity } from "../identity/index.ts";
import type { LocalIdentity } from "../identity/index.ts";
import { silentLogger } from "../logger.ts";
import type { LogFields, Logger } from "../logger.ts";
import { allBatchAudiences, batchAccess } from "../batch-access.ts";
import { openNodeParts } from "../node-parts.ts";
import { systemRandom } from "../random.ts";
import { startAzurite } from "../storage/index.ts";
import type { Azurite } from "../storage/index.ts";
import { createTeardown } from "../teardown.ts";
import { engineChoice, findContainerEngine } from "./agent/container-engine.ts";
import type { EngineChoice } from "./agent/container-engine.ts";
import { parseCommandLine, usage } from "./cli-options.ts";
import type { CommandLine } from "./cli-options.ts";
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
  const teardown = createTeardown(logger);
  try {
    const storage = await startAzurite({
      dataDirectory: join(folder, "azurite"),
      account: { name: storageAccountName, key: keys.storage },
      logger,
      childFile: join(dirname(fileURLToPath(import.meta.url)), "azurite.mjs"),
    });
    teardown.add("storage", () => storage.dispose());
    const account = { name: storageAccountName, key: keys.storage };
    const nodes = await openNodeParts({ folder, account, storage, engine, clock, random, logger, teardown });
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
    return {
      line: describe(emulator, storage, await userToken(identity, emulator.url)),
      stop: () => teardown.run(),
    };
  } catch (error) {
    await teardown.run().catch(() => undefined);
    throw error;
  }
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
