// The whole app in one process without a network: its real HTTP operations, orchestrations (through the real SDK and the
// real engine) and activities, over memory and a hand-driven Batch. Time is the test's.
import { committedPrices } from "../../../domain/price/committed.ts";
import { fakeKeyVaults } from "./fake-key-vaults.ts";
import { activities } from "../../../activities/index.ts";
import { removeOrphans } from "../../../functions/timers/orphans.ts";
import { reconcileJobs } from "../../../functions/timers/reconcile-jobs.ts";
import { reconcileWorkspaces } from "../../../functions/timers/reconcile-workspaces.ts";
import { removeOutdated } from "../../../functions/timers/retention.ts";
import { reconcile, reconcileResources } from "../../../functions/timers/reconcile.ts";
import { tickTriggers } from "../../../application/triggers/tick.ts";
import { memoryStorageEvents } from "./memory-storage-events.ts";
import { manualClock } from "../../../local/clock.ts";
import type { ManualClock } from "../../../local/clock.ts";
import { createDurableEngine, memoryStore } from "../../../local/durable-engine/index.ts";
import type { DurableStore } from "../../../local/durable-engine/index.ts";
import { seededRandom } from "../../../local/random.ts";
import { silentLogger } from "../../../local/logger.ts";
import { orchestrations } from "../../../orchestrations/index.ts";
import { documentReservations } from "../../../services/documents/document-reservations.ts";
import { documentDue } from "../../../services/documents/due.ts";
import { dueAhead } from "../../../services/documents/due-ahead.ts";
import { documentFirings } from "../../../services/documents/firings.ts";
import { documentSpending } from "../../../services/documents/spending.ts";
import { documentWorkflows } from "../../../services/documents/workflows.ts";
import { documentOperations } from "../../../services/documents/document-operations.ts";
import { documentRetention } from "../../../services/documents/document-retention.ts";
import { documentResults } from "../../../services/documents/results.ts";
import { documentRuns } from "../../../services/documents/runs.ts";
import { documentState } from "../../../services/documents/document-state.ts";
import { metrics } from "../../../services/documents/metrics.ts";
import { groupedCommits } from "../../../services/documents/grouped-commits.ts";
import { limitedActiveJobs } from "../../../services/documents/limited-active-jobs.ts";
import { jobTokens } from "../../../services/azure/job-tokens.ts";
import { nodeSealer } from "../../../services/azure/node-sealing.ts";
import { receiptSigner } from "../../../services/azure/receipt-signer.ts";
import { sharedReads } from "../../../services/documents/shared-reads.ts";
import type { HttpResponseInit } from "@azure/functions";
import type { QuotaLimits } from "../../../domain/usage/quota.ts";
import type { FileServers } from "../../../services/file-servers.ts";
import type { LogFields } from "../../../services/logger.ts";
import type { Orchestrations } from "../../../services/orchestrations.ts";
import type { OutputFile, StoragePlace } from "../../../services/output-files.ts";
import type { SecretSources } from "../../../domain/shared/secrets.ts";
import type { Services } from "../../../services/services.ts";
import type { Role, TokenVerifier } from "../../../services/token-verifier.ts";
import { sdkInvoker } from "../../unit/local/durable-engine/support/sdk-app.ts";
import { apiCaller } from "./api-caller.ts";
import { crashSwitch, guardedState } from "./crash-switch.ts";
import { fakeBatch } from "./fake-batch.ts";
import { fakeFileServers } from "./fake-file-servers.ts";
import { memoryArtifacts } from "./memory-artifacts.ts";
import { memorySweepRecords } from "./memory-sweep-records.ts";
import { memoryDocuments } from "./memory-documents.ts";
import { memorySnapshots } from "./memory-snapshots.ts";

export const tenant = "77777777-2222-4333-8444-555555555555";
export const subscriptionId = "11111111-2222-4333-8444-555555555555";
export const groupPath = `/subscriptions/${subscriptionId}/resourceGroups/rg/providers/Microsoft.BatchAI/workspaces`;

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- see Answer
type Loose = any;

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Tests look into answers freely; what is not there is undefined, and a wrong guess fails the test. */
  readonly body: Loose;
  /** What is no JSON. */
  readonly text?: string | undefined;
  readonly cookies?: HttpResponseInit["cookies"];
}

export interface AppWorldOptions {
  readonly documents?: ReturnType<typeof memoryDocuments>;
  readonly durable?: DurableStore;
  readonly fileServers?: FileServers;
  readonly tokens?: TokenVerifier;
  readonly quotas?: QuotaLimits;
  /** Time that others share. */
  readonly clock?: ManualClock;
  /** Azure Batch by something else than the hand-driven one. */
  readonly azure?: Partial<Pick<Services, "batch" | "batchAccount" | "pools">>;
  readonly resourceManager?: Services["resourceManager"];
  readonly signInCodes?: Services["signInCodes"];
  readonly authority?: Services["authority"];
  /** Blobs that are there already. */
  readonly storageEvents?: ReturnType<typeof memoryStorageEvents>;
  readonly staged?: ReadonlyMap<string, string>;
  readonly secrets?: ReadonlyMap<string, SecretSources>;
  /** What the Key Vaults hold, by `vault/name`. */
  readonly vaultSecrets?: ReadonlyMap<string, string>;
  /** Another for each world that goes on from another's stores. */
  readonly seed?: number;
  readonly monitorMaxIntervalMs?: number;
  readonly sweepRecords?: Services["sweepRecords"];
  readonly snapshots?: Services["snapshots"];
  readonly terminationGraceMs?: number;
  /** What the service's identity gets for container registries. */
  readonly registryPasswords?: ReadonlyMap<string, string>;
  readonly containers?: Services["settings"]["containers"];
  readonly prices?: Services["settings"]["prices"];
  readonly nodeAddresses?: Services["settings"]["nodeAddresses"];
  readonly nodeImage?: Services["settings"]["nodeImage"];
}

export async function startAppWorld(options: AppWorldOptions = {}) {
  const time = options.clock ?? manualClock();
  const documents = options.documents ?? memoryDocuments();
  const random = seededRandom(options.seed ?? 7);
  const logged: LogFields[] = [];
  const staged = new Map(options.staged);
  const secrets = new Map(options.secrets);
  const outputs = new Map<string, readonly OutputFile[]>();
  const artifacts = memoryArtifacts(() => time.now());
  /** What jobs wrote, by path in its container or share. */
  const written = new Map<string, string>();
  let advance: (ms: number) => Promise<void> = async () => undefined;
  const clock = { now: () => time.now(), sleep: (ms: number) => advance(ms) };
  const azure = fakeBatch(clock);
  /** When blobs were written; what a test puts there itself is as old as can be. */
  const times = new Map<string, string>();
  const madeAt = (name: string) => times.get(name) ?? new Date(0).toISOString();
  const storageEvents = options.storageEvents ?? memoryStorageEvents(() => time.now());
  const store = sharedReads(groupedCommits(documents));
  const plainState = documentState({ store, random, now: () => clock.now() });
  const reservations = documentReservations(store);
  const services: Omit<Services, "orchestrations"> = {
    clock,
    random,
    logger: {
      info: (event, fields) => void logged.push({ event, ...fields }),
      warn: (event, fields) => void logged.push({ event, ...fields }),
      error: (event, fields) => void logged.push({ event, ...fields }),
    },
    launcher: "#!/bin/sh\n# the launcher\n",
    nodeSetup: "#!/bin/sh\n# the node setup\n",
    jobTokens: jobTokens([new Uint8Array(32)], clock),
    keyPairs: {
      create: async (comment) => ({
        privateKey: "PRIVATE not-to-be-seen",
        publicKey: `ssh-test AAAA ${comment}`,
      }),
    },
    registries: { password: async (registry) => options.registryPasswords?.get(registry) },
    keyVaults: fakeKeyVaults(options.vaultSecrets ?? new Map()),
    nodeSealer: nodeSealer(random),
    reservations,
    settings: {
      subscriptionId,
      location: "eastus",
      prices: options.prices ?? [committedPrices],
      blobEndpointTemplate: "https://{account}.blob.example",
      fileEndpointTemplate: "https://{account}.file.example",
      nodeImage: options.nodeImage ?? {
        publisher: "microsoft-dsvm",
        offer: "ubuntu-hpc",
        sku: "2404",
        version: "latest",
      },
      owner: "teststore",
      counters: { endpoint: "https://counters.example/v2/track", intervalSeconds: 60 },
      quotas: options.quotas ?? {
        processors: { dedicated: undefined, lowpriority: undefined },
        familyProcessors: {},
      },
      nodeAddresses: options.nodeAddresses ?? "public",
      poolAllocationMode: "BatchService",
      retiredSizes: "refuse",
      containers: options.containers ?? "run",
      poolExpiryMs: 7_200_000,
      monitorMinIntervalMs: 20,
      monitorMaxIntervalMs: options.monitorMaxIntervalMs ?? 2_000,
      outputGraceMs: 0,
      idleNodeGraceMs: 480_000,
      launchStepLimitMs: 3_600_000,
      terminationGraceMs: options.terminationGraceMs ?? 0,
      nodeLossMs: 300_000,
      orphanGraceMs: 3_600_000,
      retentionDays: 30,
      blobScanIntervalMs: 60_000,
      blobEventsQueue: "batchai-blob-events",
      bodyLimitBytes: 100_000,
    },
    state: {
      ...plainState,
      activeJobs: limitedActiveJobs(plainState.activeJobs, reservations, options.quotas?.activeJobs),
    },
    due: dueAhead(documentDue(store), clock),
    firings: documentFirings(store),
    workflows: documentWorkflows(store),
    snapshots: options.snapshots ?? memorySnapshots(() => time.now()),
    spending: documentSpending(store),
    operations: documentOperations(store),
    retention: documentRetention(documents, subscriptionId),
    receiptSigner: receiptSigner([new Uint8Array(32)], store),
    results: documentResults(store),
    runs: documentRuns({ store, random, now: () => clock.now() }),
    secrets: {
      put: async (owner, values) => {
        secrets.set(owner, new Map(values));
        times.set(owner, new Date(time.now()).toISOString());
      },
      get: async (owner) => secrets.get(owner) ?? new Map(),
      remove: async (owner) => void secrets.delete(owner),
      reseal: async () => undefined,
      owners: async () => [...secrets.keys()].map((owner) => ({ owner, modifiedAt: madeAt(owner) })),
    },
    staging: {
      put: async (files) => {
        for (const { path, content } of files) {
          staged.set(path, content);
          times.set(path, new Date(time.now()).toISOString());
        }
      },
      link: async (path) => `https://staging.example/${path}?sig=secret-signature`,
      list: async (prefix) =>
        [...staged.keys()]
          .filter((path) => path.startsWith(prefix))
          .map((path) => ({ path, modifiedAt: madeAt(path) })),
      remove: async (paths) => paths.forEach((path) => staged.delete(path)),
      removeAll: async (prefix) =>
        [...staged.keys()].filter((path) => path.startsWith(prefix)).forEach((path) => staged.delete(path)),
    },
    batch: azure.batch,
    batchAccount: azure.batchAccount,
    pools: azure.pools,
    fileServers: options.fileServers ?? fakeFileServers(),
    ...options.azure,
    resourceManager: options.resourceManager,
    metrics: metrics(store),
    sweepRecords: options.sweepRecords ?? memorySweepRecords(() => time.now()),
    signInCodes: options.signInCodes,
    authority: options.authority,
    artifacts: artifacts.service,
    outputFiles: {
      list: async (place: StoragePlace, wanted) => {
        if (artifacts.isOwn(place)) return artifacts.reading.list(place, wanted);
        const { size, continuation = "0" } = wanted.page;
        const all = outputs.get(place.directory) ?? [];
        const end = Number(continuation) + size;
        const items = all.slice(Number(continuation), end);
        return end < all.length ? { items, continuation: String(end) } : { items };
      },
      async read(place, name, range) {
        if (artifacts.isOwn(place)) return artifacts.reading.read(place, name, range);
        const text = written.get(`${place.directory}/${name}`);
        const end = range.offset + range.maxBytes;
        return text === undefined ? undefined : Buffer.from(text).subarray(range.offset, end);
      },
      async size(place, name) {
        if (artifacts.isOwn(place)) return artifacts.reading.size(place, name);
        const text = written.get(`${place.directory}/${name}`);
        return text === undefined ? undefined : Buffer.byteLength(text);
      },
      link: async (place, name, lifetimeMs) =>
        artifacts.isOwn(place)
          ? artifacts.reading.link(place, name, lifetimeMs)
          : `https://output.example/${place.directory}/${name}?sig=secret-signature`,
    },
    storageEvents: storageEvents.service,
    tokens: options.tokens ?? {
      verify: async (token) =>
        token.startsWith("role-")
          ? {
              kind: "valid",
              principal: { subject: "tester", tenant, roles: [token.slice(5) as Role], groups: [] },
            }
          : { kind: "invalid", code: "InvalidAuthenticationToken", message: "The access token is damaged." },
    },
  };
  // Time stands still while an activity runs: what sleeps in one lets the others go on.
  const ofActivities = { now: clock.now, sleep: () => new Promise<void>((done) => setImmediate(done)) };
  const activityCrash = crashSwitch();
  const guard = <Service extends object>(service: Service): Service => activityCrash.guard(service);
  const guarded: typeof services = {
    ...services,
    batch: guard(services.batch),
    staging: guard(services.staging),
    operations: guard(services.operations),
    metrics: guard(services.metrics),
    sweepRecords: guard(services.sweepRecords),
    results: guard(services.results),
    state: guardedState(services.state, guard),
  };
  const invoker = sdkInvoker({
    orchestrators: Object.fromEntries(orchestrations.map(({ name, handler }) => [name, handler as never])),
    activities: Object.fromEntries(
      activities.map((activity) => [
        activity.name,
        (input: unknown) =>
          activity.run({ ...guarded, clock: ofActivities, orchestrations: guard(durable) }, input),
      ]),
    ),
  });
  const engine = createDurableEngine({
    store: options.durable ?? memoryStore(),
    invoker,
    clock: time,
    random,
    logger: silentLogger,
    taskHub: "Test",
    maxConcurrentActivities: 16,
    maxConcurrentOrchestrators: 16,
  });
  const durable: Orchestrations = {
    async start(name, instanceId, input) {
      const outcome = engine.client.start({ name, instanceId, input: JSON.stringify(input) });
      if (outcome.kind === "started") return "started";
      if (outcome.kind === "alreadyRunning") return "active";
      throw new Error(JSON.stringify(outcome));
    },
    async terminate(instanceId, reason) {
      engine.client.terminate(instanceId, reason);
    },
    async raise(instanceId, event, data) {
      engine.client.raiseEvent(instanceId, event, JSON.stringify(data));
    },
    purge: async (createdBefore) =>
      engine.client.purgeMany({
        createdToMs: createdBefore.getTime(),
        statuses: ["Completed", "Failed", "Terminated"],
      }),
    async noted(instanceId) {
      const found = engine.client.get(instanceId);
      if (found === undefined) return { status: "absent", note: undefined };
      const active = ["Pending", "Running", "Suspended"].includes(found.runtimeStatus);
      return {
        status: active ? "active" : "ended",
        note: JSON.parse(found.customStatus ?? "null") as unknown,
        movedMs: found.lastUpdatedMs,
      };
    },
  };
  advance = async (ms) => {
    await engine.idle();
    const target = time.now() + ms;
    for (let next = time.next(); next !== undefined && next <= target; next = time.next()) {
      await time.advance(Math.max(0, next - time.now()));
      await engine.idle();
    }
    await time.advance(Math.max(0, target - time.now()));
    await engine.idle();
  };
  await engine.start();
  const crash = crashSwitch();
  const all: Services = { ...services, orchestrations: durable };
  const dying: Services = {
    ...all,
    orchestrations: crash.guard(durable),
    secrets: crash.guard(services.secrets),
    operations: crash.guard(services.operations),
    due: crash.guard(services.due),
    firings: crash.guard(services.firings),
    workflows: crash.guard(services.workflows),
    state: guardedState(services.state, (service) => crash.guard(service)),
  };
  const api = apiCaller(dying);
  return {
    ...crash,
    /** Lets activities die at their n-th step, counted over all of them. */
    activityCrash,
    reconcile: () => reconcile(all),
    reconcileResources: () => reconcileResources(all),
    reconcileJobs: () => reconcileJobs(all),
    reconcileWorkspaces: () => reconcileWorkspaces(all),
    tickTriggers: () => tickTriggers(all),
    /** The same, by a process that may die. */
    dyingTick: () => tickTriggers(dying),
    storageEvents,
    removeOrphans: () => removeOrphans(all),
    removeOutdated: () => removeOutdated(all),
    /** Everything that was logged. */
    logged,
    api,
    azure,
    engine,
    services,
    documents,
    staged,
    /** Paths of what is staged for single runs; the launcher is everybody's. */
    stagedOfRuns: () => [...staged.keys()].filter((path) => path.startsWith("jobs/")),
    secrets,
    outputs,
    written,
    artifacts,
    advance,
    now: () => time.now(),
  };
}

export type AppWorld = Awaited<ReturnType<typeof startAppWorld>>;
