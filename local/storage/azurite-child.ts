// The child process that runs Azurite's three servers (blob, queue, table) in the genuine package, with two of its
// dependencies left out: the telemetry client, so that nothing can be sent home and half of the start-up time is saved,
// and the debug logger, which is never switched on. Invariants: it ends when its parent does, and at once when something
// that it is to acknowledge cannot be written. Nothing of our own storage semantics belongs here.
import { accessSync, constants, mkdirSync } from "node:fs";
import { createRequire, Module } from "node:module";
import { join } from "node:path";
import { systemClock } from "../clock.ts";
import { accountsOf, accountsSetIn } from "./azurite-accounts.ts";
import { encodeBlobNames } from "./azurite-blob-names.ts";
import { journalAzurite } from "./azurite-journal.ts";
import type { AzuriteJournal, JournaledServer } from "./azurite-journal.ts";
import type { AccountsMessage, ChildMessage, StartMessage } from "./azurite-protocol.ts";
import { lookUpRowsByIndex } from "./azurite-row-lookup.ts";
import type { TableStore } from "./azurite-row-lookup.ts";
import { releaseFolder, takeFolder } from "./folder-owner.ts";

interface AzuriteServer {
  start(): Promise<void>;
  close(): Promise<void>;
  getHttpServerAddress(): string;
}
type Constructor = new (...parameters: readonly unknown[]) => unknown;
type Accounts = ReturnType<typeof accountsSetIn>;

const host = "127.0.0.1";
const keepAliveSeconds = 60;

const load = createRequire(import.meta.url);

function constructorOf(file: string): Constructor {
  return (load(`azurite/dist/src/${file}`) as { default: Constructor }).default;
}

function mendBlobListings(): void {
  const handler = constructorOf("blob/handlers/ContainerHandler").prototype as unknown;
  encodeBlobNames(
    load("azurite/dist/src/blob/generated/utils/xml") as Parameters<typeof encodeBlobNames>[0],
    handler as Parameters<typeof encodeBlobNames>[1],
  );
}

function openAccounts(): Accounts {
  const accounts = accountsSetIn(constructorOf("common/AccountDataStore"));
  // The composition root of this process: its parent made the environment.
  // eslint-disable-next-line no-restricted-syntax
  accounts.set(accountsOf(process.env["AZURITE_ACCOUNTS"] ?? ""));
  return accounts;
}

function leaveOut(packages: readonly string[]): void {
  const loader = Module as unknown as { _load(request: string, ...rest: readonly unknown[]): unknown };
  const original = loader._load.bind(loader);
  loader._load = (request, ...rest) => (packages.includes(request) ? {} : original(request, ...rest));
}

/** The positional tail that all three configurations share, from `loose` to `isMemoryPersistence`. */
function commonOptions(memory: boolean): readonly unknown[] {
  const loose = false;
  const skipApiVersionCheck = true;
  // The account is the first label of a host name with dots, as in Azure; under 127.0.0.1 it is the first part of the path.
  const disableProductStyleUrl = false;
  return [loose, skipApiVersionCheck, "", "", "", undefined, disableProductStyleUrl, memory];
}

function createServers(message: StartMessage): Record<"blob" | "queue" | "table", AzuriteServer> {
  const memory = message.folder === undefined;
  const folder = message.folder ?? "";
  const file = (name: string) => (memory ? name : join(folder, name));
  const noLog = [false, undefined, false, undefined] as const;
  const extents = (id: string, name: string) => [
    { locationId: id, locationPath: file(name), maxConcurrency: 50 },
  ];
  const blobs = new (constructorOf("blob/BlobConfiguration"))(
    host,
    message.ports.blob,
    keepAliveSeconds,
    file("__azurite_db_blob__.json"),
    file("__azurite_db_blob_extent__.json"),
    extents("Default", "__blobstorage__"),
    ...noLog,
    ...commonOptions(memory),
  );
  const queues = new (constructorOf("queue/QueueConfiguration"))(
    host,
    message.ports.queue,
    keepAliveSeconds,
    file("__azurite_db_queue__.json"),
    file("__azurite_db_queue_extent__.json"),
    extents("Default", "__queuestorage__"),
    ...noLog,
    ...commonOptions(memory),
  );
  const tables = new (constructorOf("table/TableConfiguration"))(
    host,
    message.ports.table,
    keepAliveSeconds,
    file("__azurite_db_table__.json"),
    false,
    false,
    undefined,
    undefined,
    ...commonOptions(memory),
  );
  mendBlobListings();
  const servers = {
    blob: new (constructorOf("blob/BlobServer"))(blobs) as AzuriteServer,
    queue: new (constructorOf("queue/QueueServer"))(queues) as AzuriteServer,
    table: new (constructorOf("table/TableServer"))(tables) as AzuriteServer,
  };
  lookUpRowsByIndex((servers.table as unknown as { metadataStore: TableStore }).metadataStore);
  return servers;
}

function portOf(server: AzuriteServer): number {
  return Number(new URL(server.getHttpServerAddress()).port);
}

function claim(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw new Error(`The storage folder ${folder} cannot be written: ${(cause as Error).message}.`, {
      cause,
    });
  }
}

function sentence(error: unknown): string {
  const fault = error as NodeJS.ErrnoException & { port?: number };
  if (fault.code === "EADDRINUSE")
    return `Port ${fault.port ?? "?"} is in use by another program; choose another port, or 0 for a free one.`;
  if (fault.code === "EACCES" && fault.port !== undefined)
    return `Port ${fault.port} may not be used by this user; choose another port, or 0 for a free one.`;
  return fault.message;
}

interface Running {
  readonly ready: ChildMessage;
  close(): Promise<void>;
}

async function start(message: StartMessage): Promise<Running> {
  const { folder } = message;
  if (folder !== undefined) {
    claim(folder);
    await takeFolder(folder, systemClock());
  }
  try {
    const servers = createServers(message);
    const all = Object.values(servers);
    const journal = folder === undefined ? undefined : await openJournalIn(folder, all);
    await Promise.all(all.map((server) => server.start()));
    await journal?.started();
    const ports = { blob: portOf(servers.blob), queue: portOf(servers.queue), table: portOf(servers.table) };
    return { ready: { kind: "ready", ports }, close: () => close(all, journal, folder) };
  } catch (error) {
    if (folder !== undefined) releaseFolder(folder);
    throw error;
  }
}

function openJournalIn(folder: string, servers: readonly AzuriteServer[]): Promise<AzuriteJournal> {
  return journalAzurite(servers as unknown as readonly JournaledServer[], {
    folder,
    onFailure: (error) => giveUp(cannotWrite(folder, error)),
    onComplaint: (error) => process.stderr.write(`${cannotWrite(folder, error)} Nothing is lost by that.\n`),
  });
}

const cannotWrite = (folder: string, error: Error) =>
  `The storage folder ${folder} cannot be written: ${error.message}. Everything that was acknowledged is kept there; make room or mend the disk, and start again.`;

async function close(
  servers: readonly AzuriteServer[],
  journal: AzuriteJournal | undefined,
  folder: string | undefined,
): Promise<void> {
  await Promise.all(servers.map((server) => server.close()));
  if (folder === undefined) return;
  try {
    await journal?.close();
  } catch (error) {
    throw new Error(cannotWrite(folder, error as Error), { cause: error });
  } finally {
    releaseFolder(folder);
  }
}

/** Ends the process after the parent was told why. */
function giveUp(message: string): void {
  const failed: ChildMessage = { kind: "failed", message };
  if (process.connected) process.send?.(failed, () => process.exit(1));
  else process.exit(1);
}

function main(): void {
  leaveOut(["applicationinsights", "winston"]);
  const accounts = openAccounts();
  let closing: Promise<void> | undefined;
  let running: Promise<Running> | undefined;
  const stop = () => {
    closing ??= (async () => {
      const servers = await running?.catch(() => undefined);
      await servers?.close();
    })().then(
      () => process.exit(0),
      (error: unknown) => giveUp(sentence(error)),
    );
  };
  process.on("disconnect", stop);
  process.on("SIGTERM", stop);
  process.on("SIGINT", () => {}); // Ctrl-C reaches the whole group; the parent decides when storage stops
  process.on("SIGHUP", () => {});
  process.stderr.on("error", () => {});
  process.on("message", (message: StartMessage | AccountsMessage) => {
    if (message.kind === "accounts") {
      accounts.set(message.accounts);
      process.send?.({ kind: "told" } satisfies ChildMessage);
      return;
    }
    const starting = start(message);
    running = starting;
    starting.then(
      ({ ready }) => process.connected && process.send?.(ready),
      (error: unknown) => giveUp(sentence(error)),
    );
  });
}

main();
