// `npm run host -- APPDIR`: hosts any Functions app with a storage of its own until it is told to stop. Standard output is for programs: one JSON
// line, then `ready`; everything else goes to standard error. Exit codes: 0 stopped, 1 could not start or ended by itself, 2 usage.
import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { LogFields, Logger } from "../logger.ts";
import { systemRandom } from "../random.ts";
import { readLocalSettings } from "./app/settings.ts";
import { openHostStorage, type HostStorage } from "./host-storage.ts";
import { startFunctionsHost, type FunctionsHost } from "./host-worker.ts";

const usage = `Usage: npm run host -- APPDIR [--port N] [--https-port N] [--data DIR] [--open] [--strict]
  APPDIR        a Functions app of the Node.js v4 model, built (host.json, package.json with "main")
  --port        HTTP port, 0 for any free one (default 7071)
  --https-port  HTTPS port, 0 for any free one (default 0)
  --data        where keys, certificate, durable state and storage are kept (default .batchai/host/<app>), or "memory"
  --strict      do not start when one function cannot be hosted (else it is in error, and the others run)
  --open        let callers in without function keys, as Core Tools does`;

interface Command {
  readonly appDirectory: string;
  readonly port: number;
  readonly httpsPort: number;
  readonly dataDirectory: string;
  readonly requireKeys: boolean;
  readonly strict: boolean;
}

class UsageError extends Error {}

// A composition root: the app inherits the whole environment, as under Core Tools.
// eslint-disable-next-line no-restricted-syntax
const environment = process.env;

function parseCommand(words: readonly string[]): Command {
  try {
    const { values, positionals } = parseArgs({
      args: [...words],
      allowPositionals: true,
      options: {
        port: { type: "string", default: "7071" },
        "https-port": { type: "string", default: "0" },
        data: { type: "string" },
        open: { type: "boolean", default: false },
        strict: { type: "boolean", default: false },
      },
    });
    const [app, ...more] = positionals;
    if (app === undefined || more.length > 0) throw new UsageError("Name one app folder.");
    const appDirectory = resolve(app);
    const id = createHash("sha256").update(appDirectory).digest("hex").slice(0, 12);
    const data = values.data ?? join(".batchai", "host", id);
    return {
      appDirectory,
      port: parsePort("--port", values.port),
      httpsPort: parsePort("--https-port", values["https-port"]),
      dataDirectory: data === "memory" ? data : resolve(data),
      requireKeys: !values.open,
      strict: values.strict,
    };
  } catch (error) {
    throw error instanceof UsageError ? error : new UsageError((error as Error).message);
  }
}

function parsePort(option: string, text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new UsageError(`${option} takes a whole number from 0 (any free port) to 65535, not '${text}'.`);
}

const line =
  (level: string) =>
  (event: string, fields: LogFields = {}) => {
    const words = Object.entries(fields).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
    process.stderr.write(`${level} ${event} ${words.join(" ")}\n`);
  };
const logger: Logger = { debug: () => {}, info: line("info"), warn: line("warn"), error: line("error") };

async function open(command: Command): Promise<{ host: FunctionsHost; storage: HostStorage }> {
  if (!(await stat(command.appDirectory).catch(() => undefined))?.isDirectory())
    throw new Error(`${command.appDirectory} is not a folder. Give the folder of a built Functions app.`);
  const settings = Object.fromEntries(
    Object.entries(environment).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  const { Values } = await readLocalSettings(command.appDirectory);
  const builtFolder = dirname(fileURLToPath(import.meta.url));
  const storage = await openHostStorage({
    settings: { ...Values, ...settings },
    dataDirectory: command.dataDirectory,
    logger,
    childFile: join(builtFolder, "azurite.mjs"),
  });
  try {
    // Relative paths in the app are relative to its folder, as under the real host.
    process.chdir(command.appDirectory);
    const host = await startFunctionsHost({
      ...command,
      dataDirectory: command.dataDirectory === "memory" ? "memory" : join(command.dataDirectory, "host"),
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

async function main(): Promise<number> {
  const stop = new Promise<"stop">((done) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => done("stop"));
  });
  const { host, storage } = await open(parseCommand(process.argv.slice(2)));
  const { url, httpsUrl, certificate, masterKey } = host;
  process.stdout.write(
    `${JSON.stringify({ url, httpsUrl, certificate, masterKey, storageConnectionString: storage.connectionString })}\nready\n`,
  );
  const ended = await Promise.race([stop, host.exited, storage.own?.exited ?? new Promise<never>(() => {})]);
  await host.dispose();
  await storage.own?.dispose();
  if (ended === "stop" || ended === undefined) return 0;
  process.stderr.write(`${ended.message}\n`);
  return 1;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    const isUsage = error instanceof UsageError;
    process.stderr.write(
      `${error instanceof Error ? error.message : String(error)}\n${isUsage ? `${usage}\n` : ""}`,
    );
    process.exit(isUsage ? 2 : 1);
  },
);
