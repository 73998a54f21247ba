// Starts the parts of the local cloud in the order in which they need each other, and stops them in reverse. The only
// place that knows all of them; no meaning of its own.
// Why it is so: docs/adr/0002-process-layout.md
import { join } from "node:path";
import { appSettings } from "./app-settings.ts";
import { ContainerEngineError, findContainerEngine } from "./batch-emulator/agent/container-engine.ts";
import type { ContainerEngine, EngineChoice } from "./batch-emulator/agent/container-engine.ts";
import { startBatchEmulator } from "./batch-emulator/index.ts";
import type { BatchEmulator } from "./batch-emulator/index.ts";
import { openCertificate } from "./certificate.ts";
import type { Certificate } from "./certificate.ts";
import type { Clock } from "./clock.ts";
import { startControl } from "./control-server.ts";
import type { ControlHandler, ControlServer } from "./control-server.ts";
import { StartError } from "./start-error.ts";
import type { DataFolder } from "./data-folder/data-folder.ts";
import type { Ports, Settings } from "./data-folder/settings.ts";
import { startFileShares } from "./file-shares/index.ts";
import type { FileShares } from "./file-shares/index.ts";
import { startFunctionsHost } from "./functions-host/host-worker.ts";
import type { FunctionsHost } from "./functions-host/host-worker.ts";
import { startAzureNames } from "./azure-names/index.ts";
import type { AzureNames } from "./azure-names/index.ts";
import { batchAccess } from "./batch-access.ts";
import { createAuthority } from "./identity/authority.ts";
import { createSignInCodes } from "./identity/sign-in-codes.ts";
import type { SignInCodes } from "./identity/sign-in-codes.ts";
import { openIdentity } from "./identity/index.ts";
import type { LocalIdentity } from "./identity/index.ts";
import { localResources } from "./local-resources.ts";
import type { Logger } from "./logger.ts";
import { createKeyVaults } from "./key-vault/index.ts";
import { openNodeParts } from "./node-parts.ts";
import { machinesOver } from "./resource-manager/service/machines/machines.ts";
import type { Machines } from "./resource-manager/service/machines/machines.ts";
import { openRecords } from "./resource-manager/store/records.ts";
import type { ResourceRecords } from "./resource-manager/store/records.ts";
import { packageRoot } from "./package-root.ts";
import type { Random } from "./random.ts";
import { startAzurite } from "./storage/index.ts";
import type { Azurite } from "./storage/index.ts";
import { createTeardown } from "./teardown.ts";
import type { Teardown } from "./teardown.ts";

/** Ended orchestrations are of interest for a while only; the resources they made stay. */
const durableRetentionMs = 7 * 24 * 3600 * 1000;

export interface PartsOptions {
  readonly data: DataFolder;
  readonly settings: Settings;
  /** 0: that of the last start, else a free one. */
  readonly apiPort: number;
  readonly apiAudience: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly appSettings: Readonly<Record<string, string>>;
  readonly azureRules: "strict" | "off";
  /** `host`: jobs run outside of the containers that they ask for. */
  readonly containers: EngineChoice & { readonly on: "engine" | "host" };
}

export interface Parts {
  readonly urls: {
    api: string;
    apiHttps: string;
    authority: string;
    vault: string;
    batch: string;
    blob: string;
    queue: string;
    table: string;
    file: string;
  };
  readonly ports: Ports;
  /** PEM file of the certificate that `apiHttps` shows. */
  readonly certificate: string;
  readonly storageProxy: { readonly url: string; readonly certificates: string };
  readonly identity: LocalIdentity;
  readonly signInCodes: SignInCodes;
  /** Resolves when a part died by itself. */
  readonly failed: Promise<Error>;
  dispose(): Promise<void>;
}

export async function startParts(o: PartsOptions): Promise<Parts> {
  const teardown = createTeardown(o.logger);
  try {
    return await start(o, teardown);
  } catch (error) {
    await teardown.run().catch(() => undefined);
    throw explain(error);
  }
}

/** Whatever is started, and stopped in the reverse order. */
interface Part {
  dispose(): Promise<unknown>;
  /** Of what runs in a process of its own: resolves when that has ended, with the reason when nobody asked for it. */
  readonly exited?: Promise<Error | undefined>;
}

const never = new Promise<never>(() => {});

async function start(o: PartsOptions, teardown: Teardown): Promise<Parts> {
  const started: Part[] = [];
  const keep =
    (name: string) =>
    <T extends Part>(part: T): T => {
      teardown.add(name, () => part.dispose());
      started.push(part);
      return part;
    };
  const { clock, random } = o;
  const identity = await openIdentity({ file: join(o.data.path, "identity.json"), clock, random });
  const records = openRecords(o.data);
  const machines = openMachines(o, records);
  const tokens = { authority: "" };
  const vaults = openVaults(o, identity, tokens);
  const signInCodes = createSignInCodes({ identity, audience: o.apiAudience, clock, random });
  const controlHandlers: ControlHandler[] = [
    (request) => identity.handle(request),
    (request) => signInCodes.handle(request),
    vaults,
  ];
  // One for all who show it; made at the first start.
  const certificate = openCertificate(join(hostDirectory(o), "certificate"), o.clock);
  const starting = [
    startStorage(o, records).then(keep("storage")),
    startShares(o, records).then(keep("file shares")),
    startControl(o.settings.ports.control, controlHandlers).then(keep("control")),
    startAuthority(o, identity, certificate).then(keep("authority")),
    startVault(o, vaults, certificate).then(keep("key vault")),
    findContainerEngine(o.containers),
  ] as const;
  // When one fails the others are waited for, so that what they have become is stopped too.
  await Promise.allSettled(starting);
  const [storage, shares, control, authority, vault, engine] = await Promise.all(starting);
  tokens.authority = `${authority.url}/adfs`;
  const issuer = identity.issuer(control.url);
  const emulator = keep("batch emulator")(
    await startEmulator(o, { storage, shares, identity, records, machines, teardown, engine }),
  );
  const host = keep("functions host")(
    await startHost(o, { storage, shares, control, emulator, identity, issuer, engine }),
  );
  const names = keep("azure names")(await startNames(o, { storage, shares, records, emulator }));
  const { settings, apiAudience } = o;
  const resources = { settings, records, machines, storage, shares, identity, apiAudience, clock, random };
  controlHandlers.push(localResources({ ...resources, apiUrl: host.url }));
  const ended = started.map(({ exited = never }) => exited.then((error) => error ?? never));
  return {
    urls: urlsOf(o, { host, emulator, storage, shares, vault, authority }),
    ports: portsOf({ host, emulator, storage, shares, control, authority, vault, names }),
    certificate: host.certificate ?? "",
    storageProxy: { url: names.url, certificates: names.certificates },
    identity,
    signInCodes,
    failed: Promise.race(ended),
    dispose: () => teardown.run(),
  };
}

/** Machines of file servers, which export folders. */
function openMachines(o: PartsOptions, records: ResourceRecords): Machines {
  const { subscriptionId, location } = o.settings;
  const folder = join(o.data.path, "file-servers");
  return machinesOver({
    records,
    subscription: `/subscriptions/${subscriptionId}`,
    location,
    folder,
    clock: o.clock,
  });
}

function startStorage(o: PartsOptions, records: ResourceRecords): Promise<Azurite> {
  return startAzurite({
    dataDirectory: join(o.data.path, "azurite"),
    account: o.settings.storageAccount,
    otherAccounts: records.accounts(),
    ports: o.settings.ports,
    logger: o.logger,
    childFile: join(packageRoot(), "dist/local/azurite.mjs"),
  });
}

/** The authority shows the certificate of the API, so that clients have one to trust. */
async function startAuthority(
  o: PartsOptions,
  identity: LocalIdentity,
  certificate: Promise<Certificate>,
): Promise<ControlServer> {
  const handle = createAuthority({
    servicePrincipal: { ...o.settings.servicePrincipal, roles: ["admin"] },
    issueToken: (request) => identity.issueToken(request),
  });
  return startControl(o.settings.ports.authority, [handle], await certificate);
}

/** @param tokens where clients get theirs, known once that is up. */
function openVaults(
  o: PartsOptions,
  identity: LocalIdentity,
  tokens: { readonly authority: string },
): ControlHandler {
  return createKeyVaults({
    file: join(o.data.path, "key-vault.json"),
    key: Buffer.from(o.settings.vaultKey, "base64"),
    identity,
    authority: () => tokens.authority,
    clock: o.clock,
    random: o.random,
  });
}

/** The vault that genuine clients ask for; they refuse plain http. */
async function startVault(
  o: PartsOptions,
  vaults: ControlHandler,
  certificate: Promise<Certificate>,
): Promise<ControlServer> {
  return startControl(o.settings.ports.vault, [vaults], await certificate);
}

const hostDirectory = (o: PartsOptions) => join(o.data.path, "functions-host");

function startShares(o: PartsOptions, records: ResourceRecords): Promise<FileShares> {
  return startFileShares({
    dataDirectory: join(o.data.path, "shares"),
    get accounts() {
      return [o.settings.storageAccount, ...records.accounts()];
    },
    port: o.settings.ports.file,
    clock: o.clock,
    random: o.random,
    logger: o.logger,
  });
}

/** Programs that build the names of Azure's accounts reach ours under them. */
async function startNames(
  o: PartsOptions,
  parts: Pick<HostFoundations, "storage" | "shares" | "emulator"> & { readonly records: ResourceRecords },
): Promise<AzureNames> {
  const directory = join(hostDirectory(o), "certificate");
  const api = await openCertificate(directory, o.clock);
  const { storage, shares, records, emulator } = parts;
  const storageAccounts = () => [o.settings.storageAccount, ...records.accounts()];
  return startAzureNames({
    directory,
    alsoTrusted: [api.cert],
    services: {
      blob: portOf(storage.blobUrl),
      queue: portOf(storage.queueUrl),
      table: portOf(storage.tableUrl),
      file: portOf(shares.url),
      batch: emulator.port,
    },
    hasAccount: (name) =>
      name.service === "batch"
        ? emulator.hasAccount(name.account, name.region)
        : storageAccounts().some((account) => account.name === name.account),
    region: o.settings.location,
    port: o.settings.ports.storageNames,
    clock: o.clock,
  });
}

/** What other parts are started on. */
interface Foundations {
  readonly storage: Azurite;
  readonly shares: FileShares;
  readonly identity: LocalIdentity;
}

async function startEmulator(
  o: PartsOptions,
  parts: Foundations & {
    records: ResourceRecords;
    machines: Machines;
    teardown: Teardown;
    engine: ContainerEngine | undefined;
  },
): Promise<BatchEmulator> {
  const { storageAccount, batchAccount } = o.settings;
  const { clock, random, logger } = o;
  const nodes = await openNodeParts({
    folder: o.data.path,
    account: storageAccount,
    otherAccounts: () => parts.records.accounts(),
    storage: parts.storage,
    shareRoot: (account, share) => parts.shares.shareRoot(account, share),
    shareProtocol: (account, share) => parts.shares.protocolOf(account, share),
    exported: (address, subnetId) => parts.machines.exported(address, subnetId),
    containers: o.containers.on,
    environment: o.containers.environment,
    ...{ engine: parts.engine, clock, random, logger, teardown: parts.teardown },
  });
  return startBatchEmulator({
    ...nodes,
    // Recipes of 2018 name sizes of 2018, and run here as they are.
    parameters: { takesRetiredSizes: true, strictAzure: o.azureRules === "strict" },
    dataDirectory: join(o.data.path, "batch"),
    port: o.settings.ports.batch,
    accountName: batchAccount.name,
    accountKey: batchAccount.key,
    subscriptionId: o.settings.subscriptionId,
    resourceGroup: o.settings.resourceGroup,
    location: o.settings.location,
    clock,
    random,
    logger,
    verifyBearer: batchAccess(parts.identity),
    issueToken: (wanted) => parts.identity.issueToken({ ...wanted, roles: [] }),
  });
}

interface HostFoundations extends Foundations {
  readonly control: ControlServer;
  readonly emulator: BatchEmulator;
  readonly issuer: string;
  readonly engine: ContainerEngine | undefined;
}

function startHost(o: PartsOptions, parts: HostFoundations): Promise<FunctionsHost> {
  const settings = appSettings(o.settings, {
    control: parts.control.url,
    batch: parts.emulator.url,
    blob: parts.storage.blobUrl,
    queue: parts.storage.queueUrl,
    table: parts.storage.tableUrl,
    file: `${parts.shares.url}/${o.settings.storageAccount.name}`,
    storageConnection: parts.storage.connectionString,
    issuer: parts.issuer,
    identityHeader: parts.identity.identityHeader,
    apiAudience: o.apiAudience,
    counters: join(o.data.path, "counters"),
    hasContainers: o.containers.on === "host" || parts.engine !== undefined,
  });
  return startFunctionsHost({
    appDirectory: packageRoot(),
    dataDirectory: hostDirectory(o),
    port: o.apiPort === 0 ? o.settings.ports.api : o.apiPort,
    httpsPort: o.settings.ports.apiHttps,
    settings: { ...settings, ...o.appSettings },
    requireKeys: true,
    strict: true,
    durableRetentionMs,
    storageConnection: parts.storage.connectionString,
    workerFile: join(packageRoot(), "dist/local/functions-host.mjs"),
    logger: o.logger,
    random: o.random,
  });
}

interface Listening {
  readonly host: FunctionsHost;
  readonly emulator: BatchEmulator;
  readonly storage: Azurite;
  readonly shares: FileShares;
  readonly control: ControlServer;
  readonly authority: ControlServer;
  readonly vault: ControlServer;
  readonly names: AzureNames;
}

function portOf(url: string): number {
  return Number(new URL(url).port);
}

type Answering = Omit<Listening, "control" | "names">;

function urlsOf(
  o: PartsOptions,
  { host, emulator, storage, shares, vault, authority }: Answering,
): Parts["urls"] {
  return {
    api: host.url,
    apiHttps: host.httpsUrl ?? "",
    authority: `${authority.url}/adfs`,
    vault: vault.url,
    batch: emulator.url,
    blob: storage.blobUrl,
    queue: storage.queueUrl,
    table: storage.tableUrl,
    file: `${shares.url}/${o.settings.storageAccount.name}`,
  };
}

function portsOf({ host, emulator, storage, shares, control, authority, vault, names }: Listening): Ports {
  return {
    api: portOf(host.url),
    apiHttps: portOf(host.httpsUrl ?? ""),
    batch: emulator.port,
    control: control.port,
    authority: authority.port,
    vault: vault.port,
    storageNames: names.port,
    blob: portOf(storage.blobUrl),
    queue: portOf(storage.queueUrl),
    table: portOf(storage.tableUrl),
    file: portOf(shares.url),
  };
}

/** A port cannot be had, because another program has it. */
export class PortInUseError extends StartError {
  readonly port: number;
  constructor(port: number, cause: unknown) {
    super(
      `Port ${port} is in use by another program. Choose another with --port, or 0 for a free one.`,
      cause,
    );
    this.port = port;
  }
}

/** What a person can mend is told in one sentence; the rest keeps its stack. */
function explain(error: unknown): unknown {
  const { code, port, message } = error as NodeJS.ErrnoException & { port?: number };
  // Parts that run elsewhere can only say it in words.
  const [, named] = /\bPort (\d+) is in use/.exec(message) ?? [];
  const taken = code === "EADDRINUSE" ? port : named && Number(named);
  if (taken) return new PortInUseError(taken, error);
  if (error instanceof ContainerEngineError || /in use/.test(message)) return new StartError(message, error);
  return error;
}
