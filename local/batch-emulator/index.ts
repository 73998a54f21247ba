// The Azure Batch emulator as one object: opens the journal, brings back what was there, listens. The three layers meet
// only here.
// Why it is so: docs/adr/0006-batch-emulator.md
import { mkdtempSync, mkdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { openCertificate } from "../certificate.ts";
import { ownedClock } from "../clock.ts";
import type { Clock } from "../clock.ts";
import type { Logger } from "../logger.ts";
import { seededRandom } from "../random.ts";
import type { Random } from "../random.ts";
import type { Executor } from "./agent/executor.ts";
import { createLogUploader } from "./agent/service-logs.ts";
import type { StorageAccess } from "./agent/storage-access.ts";
import { localParameters } from "./parameters.ts";
import type { EmulatorParameters } from "./parameters.ts";
import { absentRoutes } from "./protocol/absent-routes.ts";
import { accountRoutes } from "./protocol/account-routes.ts";
import { adminRoutes } from "./protocol/admin-routes.ts";
import { armAccountRoutes } from "./protocol/arm-account-routes.ts";
import { armApplicationRoutes } from "./protocol/arm-application-routes.ts";
import { armLocationRoutes } from "./protocol/arm-location-routes.ts";
import { armRoutes as armPoolRoutes } from "./protocol/arm-routes.ts";
import { armCertificateRoutes, certificateRoutes } from "./protocol/certificate-routes.ts";
import { fileRoutes } from "./protocol/file-routes.ts";
import type { BatchPlane, BatchVerdict } from "./protocol/bearer.ts";
import { createGateway } from "./protocol/gateway.ts";
import type { Gateway } from "./protocol/gateway.ts";
import { jobRoutes } from "./protocol/job-routes.ts";
import { checkListenAddress } from "./protocol/listen-address.ts";
import { listen } from "./protocol/listener.ts";
import { withNodeMetadata } from "./protocol/node-metadata.ts";
import { nodeAccessRoutes } from "./protocol/node-access-routes.ts";
import { nodeRoutes } from "./protocol/node-routes.ts";
import { poolRoutes } from "./protocol/pool-routes.ts";
import { scheduleRoutes } from "./protocol/schedule-routes.ts";
import { taskRoutes } from "./protocol/task-routes.ts";
import { createThrottle } from "./protocol/throttle.ts";
import type { Listener } from "./protocol/listener.ts";
import type { EvictionTrace } from "./schema/eviction-trace.ts";
import { createFormulaAutoscale } from "./service/autoscale/formula-autoscale.ts";
import { compose } from "./service/emulator.ts";
import type { MountProvider } from "./service/ports/mount-provider.ts";
import { noDisk, realDisk } from "./service/ports/node-disk.ts";
import { noNodeSupport } from "./service/ports/node-support.ts";
import type { PackageStore } from "./service/ports/package-store.ts";
import type { NodeSupport } from "./service/ports/node-support.ts";
import { World } from "./service/account/world.ts";
import type { TokenIssuer } from "./service/account/world.ts";
import { StoredAccount } from "./store/account-file.ts";
import { readKeptJson, writeKeptJson } from "../kept-json.ts";
import { openLibsqlJournal } from "./store/libsql-journal.ts";
import { secretsApart } from "./store/secrets-apart.ts";
import { memoryJournal } from "./store/memory-journal.ts";

export interface EmulatorOptions {
  /** Absolute or relative folder for batch.db and nodes/; "memory" keeps nothing. */
  readonly dataDirectory: string;
  /** 0 takes a free port. */
  readonly port: number;
  readonly accountName: string;
  /** Base64. */
  readonly accountKey: string;
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly location: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly executor: Executor;
  readonly mounts: MountProvider;
  /** Whether the holder may act on the account, by the plane's own rules for tokens. */
  verifyBearer(token: string, plane: BatchPlane): Promise<BatchVerdict>;
  /** Signs the tokens that nodes ask for in the name of their pool's identities; absent: they get none. */
  readonly issueToken?: TokenIssuer;
  readonly parameters?: Partial<EmulatorParameters>;
  /** Makes the choice of nodes to evict, and the times at a rate, the same in every run. */
  readonly evictionSeed?: number;
  /** Evictions that begin when the emulator starts. */
  readonly evictionTrace?: EvictionTrace;
  /** Also listen with TLS (a self-signed certificate kept in the data folder) on this port; 0 takes a free one. */
  readonly tlsPort?: number;
  /** Address of the listeners, 127.0.0.1 by default. One that other machines reach needs `allowRemote` and a good key. */
  readonly listenOn?: string;
  readonly allowRemote?: boolean;
  /** The account's auto-storage, also open to the identities of pools; absent: there is none. */
  readonly storage?: StorageAccess;
  /** Commands and reachability of the nodes; absent: none. */
  readonly support?: NodeSupport;
  /** Where application packages are kept; absent: they are refused. */
  readonly packages?: PackageStore;
  /** No folders are made for nodes: for simulations whose executor needs none. */
  readonly simulated?: boolean;
}

export interface BatchEmulator {
  /** `http://127.0.0.1:<port>`, both planes. */
  readonly url: string;
  readonly port: number;
  /** With `tlsPort`: `https://localhost:<port>` and the certificate file to trust. */
  readonly tls: { readonly url: string; readonly certificateFile: string | undefined } | undefined;
  /** The account's first key, which may have been regenerated since the emulator was first started. */
  readonly accountKey: string;
  /** Stops listening and watching. Task processes go on when `leaveRunning`, else they are ended. */
  dispose(options?: { leaveRunning?: boolean }): Promise<void>;
  /** Resolves when nothing is under way but timers. */
  idle(): Promise<void>;
}

export const dataRoutes = [
  ...poolRoutes,
  ...nodeRoutes,
  ...nodeAccessRoutes,
  ...jobRoutes,
  ...taskRoutes,
  ...fileRoutes,
  ...scheduleRoutes,
  ...accountRoutes,
  ...certificateRoutes,
  ...absentRoutes("data"),
];
export const armRoutes = [
  ...armPoolRoutes,
  ...armAccountRoutes,
  ...armApplicationRoutes,
  ...armLocationRoutes,
  ...armCertificateRoutes,
  ...absentRoutes("management"),
];

export async function startBatchEmulator(given: EmulatorOptions): Promise<BatchEmulator> {
  const clock = ownedClock(given.clock);
  const { listenOn = "127.0.0.1", allowRemote = false } = given;
  checkListenAddress({ address: listenOn, allowRemote, accountKey: given.accountKey });
  const options = { ...given, clock, listenOn };
  const memory = options.dataDirectory === "memory";
  const folder = memory ? mkdtempSync(join(tmpdir(), "batch-emulator-")) : resolve(options.dataDirectory);
  mkdirSync(join(folder, "nodes"), { recursive: true, mode: 0o700 });
  const journal = memory
    ? memoryJournal()
    : secretsApart(openLibsqlJournal(join(folder, "batch.db")), join(folder, "write-only"));
  const world = openWorld(options, journal, folder, memory);
  const { evictionSeed, evictionTrace = [] } = options;
  const service = compose(world, evictionSeed === undefined ? options.random : seededRandom(evictionSeed));
  const throttle = createThrottle(options.clock, world.parameters.requestsPerSecond);
  const api = createGateway({
    world,
    dataRoutes: [...dataRoutes, ...adminRoutes(service.evictions, throttle)],
    armRoutes,
    verifyBearer: (token, plane) => options.verifyBearer(token, plane),
    throttle: (request) => throttle.check(request),
  });
  const handle = withNodeMetadata(world, service.evictions, api);
  const listeners: Listener[] = [];
  const dispose = async (leaveRunning: boolean) => {
    for (const listener of listeners) await listener.close();
    world.flush();
    world.closed = true;
    await world.forgotten();
    clock.close();
    await options.executor.close(leaveRunning);
    journal.close();
    if (memory) rmSync(folder, { recursive: true, force: true });
  };
  try {
    const tls = await openListeners(
      options,
      world,
      handle,
      async () => {
        await service.recover();
        service.evictions.replay(evictionTrace);
      },
      listeners,
      memory ? undefined : folder,
    );
    let disposed: Promise<void> | undefined;
    return {
      url: world.url,
      port: listeners[0]?.port ?? 0,
      tls,
      accountKey: world.account.keys.primary,
      dispose: (how) => (disposed ??= dispose(how?.leaveRunning === true)),
      idle: () => world.idle(),
    };
  } catch (error) {
    await dispose(true);
    throw error;
  }
}

/** Opens the listeners first, so that the base URL is known to what recovery starts; requests wait for its end. */
async function openListeners(
  options: EmulatorOptions & { readonly listenOn: string },
  world: World,
  handle: Gateway,
  recover: () => Promise<void>,
  listeners: Listener[],
  folder: string | undefined,
): Promise<BatchEmulator["tls"]> {
  let recovered: () => void = () => undefined;
  const ready = new Promise<void>((done) => (recovered = done));
  const gateway: Gateway = (request) => ready.then(() => handle(request));
  const { maxRequestBytes } = world.parameters;
  const common = { address: options.listenOn, maxRequestBytes };
  const plain = await listen(gateway, { ...common, port: options.port });
  listeners.push(plain);
  world.url = plain.url;
  let tls: BatchEmulator["tls"];
  if (options.tlsPort !== undefined) {
    const { file, ...pair } = await openCertificate(folder, options.clock);
    const secure = await listen(gateway, { ...common, port: options.tlsPort, tls: pair });
    listeners.push(secure);
    world.secureUrl = secure.url;
    tls = { url: secure.url, certificateFile: file };
  }
  await recover();
  recovered();
  return tls;
}

function openWorld(
  options: EmulatorOptions,
  journal: ReturnType<typeof memoryJournal>,
  folder: string,
  memory: boolean,
): World {
  const world = new World(
    {
      clock: options.clock,
      random: options.random,
      logger: options.logger,
      executor: options.executor,
      mounts: options.mounts,
      support: options.support ?? noNodeSupport(),
      disk: options.simulated === true ? noDisk() : realDisk(),
      journal,
      issueToken: options.issueToken,
      uploadLogs: createLogUploader(options.storage),
      packages: options.packages,
      autoscale: createFormulaAutoscale(
        options.random,
        options.parameters?.autoscaleSampleMs ?? localParameters.autoscaleSampleMs,
      ),
    },
    {
      name: options.accountName,
      keys: { primary: options.accountKey, secondary: options.random.bytes(64).toString("base64") },
      subscriptionId: options.subscriptionId,
      resourceGroup: options.resourceGroup,
      location: options.location,
      tags: {},
      autoStorage:
        options.storage === undefined
          ? undefined
          : { accountName: options.storage.accountName, lastKeySync: options.clock.now() },
    },
    { ...localParameters, ...options.parameters },
    join(folder, "nodes"),
  );
  if (!memory) keepAccount(world, join(folder, "account.json"), options.accountKey);
  return world;
}

/** The account's keys and tags outlive the process. */
function keepAccount(world: World, file: string, given: string): void {
  const { account } = world;
  const stored = readKeptJson(file, "an account file of the Batch emulator", StoredAccount);
  if (stored?.given === given) {
    account.keys.primary = stored.primary;
    account.keys.secondary = stored.secondary;
    account.tags = stored.tags;
    account.authenticationModes = stored.authenticationModes;
    account.hasIdentity = stored.hasIdentity;
  }
  world.accountChanged = () => {
    const { keys, tags, authenticationModes, hasIdentity } = account;
    writeKeptJson(file, { given, ...keys, tags, authenticationModes, hasIdentity } satisfies StoredAccount);
  };
  world.accountChanged();
}
