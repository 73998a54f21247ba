// All accounts of one emulator. The first has the emulator's own folder and address; each that is added in the management plane
// has a folder below accounts/, a listener of its own, and launches of its own on the one executor. Invariant: what is one
// account's, no other sees. The file account.json in its folder makes an account; a folder without one is rubbish.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { openAccount } from "./account.ts";
import type { OpenAccount } from "./account.ts";
import { listenAnywhere } from "./account-listeners.ts";
import type { AccountListeners } from "./account-listeners.ts";
import { keepAdded, keepFirst, removeKept, storedAccounts } from "./accounts-kept.ts";
import { accountRoute } from "./account-route.ts";
import { linked, packagesOf } from "./account-storage.ts";
import { accountExecutors, executorPrefix } from "./agent/account-executor.ts";
import type { AccountExecutors } from "./agent/account-executor.ts";
import type { EmulatorOptions } from "./options.ts";
import { localParameters } from "./parameters.ts";
import type { Gateway } from "./protocol/gateway.ts";
import type { AccountDirectory, NewAccount } from "./service/account/account-directory.ts";
import { emptyAccount } from "./service/account/account-removal.ts";
import type { AccountSettings } from "./service/account/account-settings.ts";
import type { AccountState } from "./service/account/account-state.ts";
import type { AddedAccount } from "./store/account-file.ts";

export interface Accounts {
  readonly directory: AccountDirectory;
  readonly first: OpenAccount;
  /** For the emulator's own address: finds the account that a request is for. */
  readonly gateway: Gateway;
  /** Opens the added accounts' addresses, then brings everything back. */
  start(): Promise<void>;
  /** Nothing listens and nothing is begun any more. */
  stop(): Promise<void>;
  /** After `stop`, once no launch lives. */
  close(): void;
  idle(): Promise<void>;
}

interface Added extends OpenAccount {
  readonly file: AddedAccount;
  readonly folder: string;
  listeners: AccountListeners | undefined;
}

interface Context {
  readonly o: EmulatorOptions;
  readonly folder: string;
  readonly inMemory: boolean;
  readonly executors: AccountExecutors;
  readonly added: Map<string, Added>;
  readonly making: Map<string, Promise<AccountState>>;
  readonly directory: AccountDirectory;
  /** Removals of accounts that cannot be stopped any more. */
  readonly leaving: Set<Promise<void>>;
  first: OpenAccount | undefined;
  isStopping: boolean;
}

export function openAccounts(o: EmulatorOptions, folder: string, inMemory: boolean): Accounts {
  const added = new Map<string, Added>();
  const context: Context = {
    ...{
      o,
      folder,
      inMemory,
      added,
      making: new Map(),
      leaving: new Set(),
      first: undefined,
      isStopping: false,
    },
    executors: accountExecutors(o.executor, o.clock),
    directory: directoryOf(o, () => context),
  };
  const first = openFirst(context);
  context.first = first;
  if (!inMemory) for (const file of storedAccounts(rootOf(context))) openAdded(context, file);
  const all = () => [first, ...added.values()];
  return {
    directory: context.directory,
    first,
    gateway: (request) => accountRoute(request, first, (name) => added.get(name)).handle(request),
    async start() {
      for (const account of added.values()) await listenAdded(context, account);
      await first.recover(o.evictionTrace);
      for (const account of added.values()) await recoverAdded(context, account);
      await context.executors.endUnclaimed();
    },
    async stop() {
      context.isStopping = true;
      await Promise.all(context.leaving);
      for (const { listeners } of added.values()) await listeners?.close();
      for (const account of all()) await account.stop();
    },
    close() {
      for (const account of all()) account.close();
    },
    async idle() {
      for (const { state } of all()) await state.idle();
    },
  };
}

function directoryOf(o: EmulatorOptions, context: () => Context): AccountDirectory {
  const states = () => {
    const { first, added } = context();
    return [...(first === undefined ? [] : [first]), ...added.values()].map(({ state }) => state);
  };
  const ofAdded = (state: AccountState) => [...context().added.values()].find((one) => one.state === state);
  return {
    accountQuota: o.parameters?.accountQuota ?? localParameters.accountQuota,
    storageAccount: o.storage?.accountName,
    list: states,
    find: (name) => states().find(({ settings }) => settings.name.toLowerCase() === name.toLowerCase()),
    create: (account) => create(context(), account),
    keyOf: (state) => ofAdded(state)?.file.key ?? "first",
    changed() {
      for (const state of states()) state.events.emit("settingsChanged");
    },
    remove(state) {
      const account = ofAdded(state);
      if (account === undefined)
        return `The emulator was started with the account '${state.settings.name}', and its address leads there; end the emulator and delete its data folder.`;
      state.settings.isDeleting = true;
      state.events.emit("settingsChanged");
      remove(context(), account);
      return undefined;
    },
  };
}

function openFirst(context: Context): OpenAccount {
  const { o, folder, inMemory, executors, directory } = context;
  const settings: AccountSettings = {
    name: o.accountName,
    keys: { primary: o.accountKey, secondary: o.random.bytes(64).toString("base64") },
    subscriptionId: o.subscriptionId,
    resourceGroup: o.resourceGroup,
    location: o.location,
    tags: {},
    autoStorage: linked(o, o.storage !== undefined, o.clock.now()),
  };
  const account = openAccount(o, {
    ...{ settings, folder, inMemory, accounts: directory },
    executor: executors.of("", () => true),
    otherAddresses: () => addressesBeside(context, account.state),
    packages: () => o.packages,
  });
  if (!inMemory) keepFirst(account.state, directory, folder, o.accountKey);
  return account;
}

function* addressesBeside({ directory }: Context, state: AccountState): Iterable<string> {
  for (const one of directory.list())
    if (one !== state) for (const pool of one.pools) for (const node of pool.nodes) yield node.address;
}

const rootOf = (context: Context) => join(context.folder, "accounts");
const folderOf = (context: Context, file: Pick<AddedAccount, "name" | "key">) =>
  join(rootOf(context), `${file.name}.${file.key}`);

function openAdded(context: Context, file: AddedAccount): Added {
  const { o, inMemory, executors, directory, added } = context;
  const folder = folderOf(context, file);
  const settings: AccountSettings = {
    ...{ name: file.name, resourceGroup: file.resourceGroup, location: file.location },
    ...{ subscriptionId: o.subscriptionId, tags: file.tags, hasIdentity: file.hasIdentity },
    ...{ authenticationModes: file.authenticationModes, quotas: file.quotas, isDeleting: file.isDeleting },
    keys: { primary: file.primary, secondary: file.secondary },
    autoStorage: linked(o, file.hasAutoStorage, file.lastKeySync ?? file.createdAt),
  };
  mkdirSync(join(folder, "nodes"), { recursive: true, mode: 0o700 });
  const hasStorage = () => settings.autoStorage !== undefined;
  const opened = openAccount(o, {
    ...{ settings, folder, inMemory, accounts: directory },
    executor: executors.of(executorPrefix(file.key), hasStorage),
    otherAddresses: () => addressesBeside(context, opened.state),
    packages: () => (hasStorage() ? packagesOf(o, file.key) : undefined),
  });
  const account: Added = { ...opened, file, folder, listeners: undefined };
  opened.state.events.on("settingsChanged", () => keep(context, account));
  added.set(file.name, account);
  return account;
}

function keep({ inMemory }: Context, { state, file, folder, listeners }: Added): void {
  if (inMemory) return;
  const port = listeners?.plain.port ?? file.port;
  keepAdded(folder, file, state.settings, { port, tlsPort: listeners?.tls?.port ?? file.tlsPort });
}

async function listenAdded(context: Context, account: Added): Promise<void> {
  const { o, folder, inMemory, first, added } = context;
  const gateway: Gateway = (request) =>
    accountRoute(
      request,
      account,
      (name) => (name === first?.state.settings.name ? first : added.get(name)),
      "own",
    ).handle(request);
  account.listeners = await listenAnywhere(account.state, gateway, o, {
    port: account.file.port,
    ...(o.tlsPort === undefined ? {} : { tlsPort: account.file.tlsPort ?? 0 }),
    folder: inMemory ? undefined : folder,
  });
  keep(context, account);
}

async function recoverAdded(context: Context, account: Added): Promise<void> {
  await account.recover();
  if (account.state.settings.isDeleting === true) remove(context, account);
}

function create(context: Context, wanted: NewAccount): Promise<AccountState> {
  const name = wanted.name.toLowerCase();
  const making =
    context.making.get(name) ?? make(context, { ...wanted, name }).finally(() => context.making.delete(name));
  context.making.set(name, making);
  return making;
}

async function make(context: Context, wanted: NewAccount): Promise<AccountState> {
  const { random, clock } = context.o;
  const secret = () => random.bytes(64).toString("base64");
  const account = openAdded(context, {
    ...wanted,
    key: random.bytes(4).toString("hex"),
    createdAt: clock.now(),
    port: 0,
    hasAutoStorage: false,
    ...{ primary: secret(), secondary: secret(), tags: {} },
  });
  try {
    await listenAdded(context, account);
    await account.recover();
    return account.state;
  } catch (error) {
    await discard(context, account);
    throw error;
  }
}

/** Never settles when the emulator ends before it: the next start goes on. */
function remove(context: Context, account: Added): void {
  const { name } = account.file;
  emptyAccount(account.state)
    .then(() => (context.isStopping ? undefined : discard(context, account)))
    .catch((error: unknown) => {
      const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
      context.o.logger.error("emulator.accountNotRemoved", { name, message });
    });
}

async function discard(context: Context, account: Added): Promise<void> {
  const done = (async () => {
    await account.listeners?.close();
    await account.stop();
    account.close();
    context.added.delete(account.file.name);
    removeKept(account.folder);
  })();
  context.leaving.add(done);
  await done.finally(() => context.leaving.delete(done));
}
