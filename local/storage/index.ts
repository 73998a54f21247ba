// Starts and stops the storage of the local cloud: Azurite (blob, queue, table) in a child process of its own, so that
// its work never delays the control plane. Invariant: after `dispose` resolved, the process is gone and its data is on disk.
import { type ChildProcess, fork } from "node:child_process";
import { type Clock, systemClock } from "../clock.ts";
import { StartError } from "../start-error.ts";
import type { Logger } from "../logger.ts";
import { accountsText } from "./azurite-accounts.ts";
import type { AzuriteAccount } from "./azurite-accounts.ts";
import type { AccountsMessage, ChildMessage, StartMessage } from "./azurite-protocol.ts";

export interface AzuriteOptions {
  /** Folder for its files (made if missing), or "memory": nothing is written anywhere. */
  readonly dataDirectory: string;
  /** `key`: base64. */
  readonly account: AzuriteAccount;
  /** Further accounts from the start on. */
  readonly otherAccounts?: readonly AzuriteAccount[];
  /** 0 or absent: a free port. */
  readonly ports?: { readonly blob?: number; readonly queue?: number; readonly table?: number };
  readonly logger: Logger;
  /** The built child: `dist/local/azurite.mjs`. */
  readonly childFile: string;
  /** Real time; only deadlines of the child process hang on it. */
  readonly clock?: Clock;
}

export interface Azurite {
  /** `http://127.0.0.1:<port>/<account>`, without trailing slash. */
  readonly blobUrl: string;
  readonly queueUrl: string;
  readonly tableUrl: string;
  /** With the account key: for configuration, never for a log. */
  readonly connectionString: string;
  readonly pid: number;
  /** Replaces the further accounts. What a removed one held stays on disk and is there again when it is. */
  setOtherAccounts(others: readonly AzuriteAccount[]): Promise<void>;
  /** Resolves when the child has ended; with an Error when nobody asked for it, or when it could not save everything. */
  readonly exited: Promise<Error | undefined>;
  /** Flushes to disk and ends the child; rejects when it could not save everything. Safe to call more than once. */
  dispose(): Promise<void>;
}

const startDeadlineMs = 60_000;
const stopDeadlineMs = 20_000;

/** Resolves when blob, queue and table really accept connections; rejects with one sentence that says what to do. */
export async function startAzurite(options: AzuriteOptions): Promise<Azurite> {
  for (const account of [options.account, ...(options.otherAccounts ?? [])]) checkAccount(account);
  const clock = options.clock ?? systemClock();
  const child = forkChild(options);
  const state = { stopping: false, failure: "" };
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    options.logger.warn("storage.complained", { text: text.trim().slice(0, 500) });
  });
  child.on("message", (message: ChildMessage) => {
    if (message.kind === "failed") state.failure = message.message;
  });
  const exited = new Promise<Error | undefined>((resolve) => {
    child.once("error", resolve);
    child.once("exit", (code, signal) => {
      const how = `ended unexpectedly (${signal ?? `exit code ${code}`}).`;
      if (state.failure !== "") resolve(new StartError(`Storage (Azurite): ${state.failure}`));
      else resolve(state.stopping && code === 0 ? undefined : new Error(`Storage (Azurite) ${how}`));
    });
  });
  const dispose = async () => {
    if (hasEnded(child)) return;
    state.stopping = true;
    await stop(child, exited, clock, options.logger);
    const error = await exited;
    if (error !== undefined) throw error;
  };
  try {
    const ports = await ready(child, options, exited, clock);
    const setOtherAccounts = (others: readonly AzuriteAccount[]) =>
      request(child, exited, { kind: "accounts", accounts: [options.account, ...others] });
    return {
      ...addresses(options.account, ports),
      pid: child.pid ?? 0,
      exited,
      setOtherAccounts,
      dispose,
    };
  } catch (error) {
    await dispose().catch(() => {}); // its reason is this error
    throw error;
  }
}

function checkAccount({ name, key }: AzuriteAccount): void {
  if (!/^[a-z0-9]{3,24}$/.test(name))
    throw new Error(`The storage account name '${name}' must be 3 to 24 lower case letters and digits.`);
  if (!/^[A-Za-z0-9+/]{8,}={0,2}$/.test(key)) throw new Error("The storage account key must be base64 text.");
}

function forkChild(options: AzuriteOptions): ChildProcess {
  const accounts = accountsText([options.account, ...(options.otherAccounts ?? [])]);
  return fork(options.childFile, [], {
    env: { AZURITE_ACCOUNTS: accounts, NODE_ENV: "production" },
    execArgv: ["--max-semi-space-size=4", "--disable-warning=DEP0040"],
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
}

function ready(
  child: ChildProcess,
  options: AzuriteOptions,
  exited: Promise<Error | undefined>,
  clock: Clock,
): Promise<StartMessage["ports"]> {
  return new Promise((resolve, reject) => {
    const timer = clock.at(clock.now() + startDeadlineMs, () =>
      reject(new Error(`Storage (Azurite) was not ready after ${startDeadlineMs / 1000} s.`)),
    );
    child.once("message", (message: ChildMessage) => {
      timer.cancel();
      if (message.kind === "ready") resolve(message.ports);
      else if (message.kind === "failed")
        reject(new StartError(`Storage (Azurite) could not start: ${message.message}`));
    });
    void exited.then((error) => {
      timer.cancel();
      reject(error ?? new Error("Storage (Azurite) was stopped before it was ready."));
    });
    const memory = options.dataDirectory === "memory";
    const { blob = 0, queue = 0, table = 0 } = options.ports ?? {};
    const start: StartMessage = {
      kind: "start",
      ports: { blob, queue, table },
      ...(memory ? {} : { folder: options.dataDirectory }),
    };
    child.send(start, () => {});
  });
}

function hasEnded(child: ChildProcess): boolean {
  return child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
}

/** Resolves when the child has acted on it; rejects when it ended before. */
function request(
  child: ChildProcess,
  exited: Promise<Error | undefined>,
  message: AccountsMessage,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const onMessage = (answer: ChildMessage) => {
      if (answer.kind !== "told") return;
      child.off("message", onMessage);
      resolve();
    };
    child.on("message", onMessage);
    void exited.then((error) => reject(error ?? new Error("Storage (Azurite) was stopped.")));
    child.send(message, (error) => error && reject(error));
  });
}

async function stop(
  child: ChildProcess,
  exited: Promise<Error | undefined>,
  clock: Clock,
  logger: Logger,
): Promise<void> {
  const timer = clock.at(clock.now() + stopDeadlineMs, () => {
    logger.error("storage.killed", { afterMs: stopDeadlineMs });
    child.kill("SIGKILL");
  });
  child.kill("SIGTERM");
  await exited;
  timer.cancel();
}

function addresses(account: AzuriteOptions["account"], ports: StartMessage["ports"]) {
  const url = (port: number) => `http://127.0.0.1:${port}/${account.name}`;
  const blobUrl = url(ports.blob);
  const queueUrl = url(ports.queue);
  const tableUrl = url(ports.table);
  const connectionString = [
    "DefaultEndpointsProtocol=http",
    `AccountName=${account.name}`,
    `AccountKey=${account.key}`,
    `BlobEndpoint=${blobUrl}`,
    `QueueEndpoint=${queueUrl}`,
    `TableEndpoint=${tableUrl}`,
  ].join(";");
  return { blobUrl, queueUrl, tableUrl, connectionString };
}
