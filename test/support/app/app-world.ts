// The whole app in one process without a network: its real HTTP operations, orchestrations (through the real SDK and the
// real engine) and activities, over memory and a hand-driven Batch. Time is the test's.
import { fakeKeyVaults } from "./fake-key-vaults.ts";
import { createRequire } from "node:module";
import type { HttpRequest, HttpResponseInit } from "@azure/functions";
import { activities } from "../../../activities/index.ts";
import { removeOrphans } from "../../../functions/timers/orphans.ts";
import { reconcileJobs } from "../../../functions/timers/reconcile-jobs.ts";
import { reconcileWorkspaces } from "../../../functions/timers/reconcile-workspaces.ts";
import { removeOutdated } from "../../../functions/timers/retention.ts";
import { reconcile } from "../../../functions/timers/reconcile.ts";
import { httpTriggers } from "../../../functions/http/index.ts";
import { manualClock } from "../../../local/clock.ts";
import type { ManualClock } from "../../../local/clock.ts";
import { createDurableEngine, memoryStore } from "../../../local/durable-engine/index.ts";
import type { DurableStore } from "../../../local/durable-engine/index.ts";
import { seededRandom } from "../../../local/random.ts";
import { silentLogger } from "../../../local/logger.ts";
import { orchestrations } from "../../../orchestrations/index.ts";
import { absentFileServers } from "../../../services/azure/absent-file-servers.ts";
import { documentReservations } from "../../../services/documents/document-reservations.ts";
import { documentOperations } from "../../../services/documents/document-operations.ts";
import { documentRetention } from "../../../services/documents/document-retention.ts";
import { documentState } from "../../../services/documents/document-state.ts";
import { metricPoints } from "../../../services/documents/metric-points.ts";
import { groupedCommits } from "../../../services/documents/grouped-commits.ts";
import { limitedActiveJobs } from "../../../services/documents/limited-active-jobs.ts";
import { nodeSealer } from "../../../services/azure/node-sealing.ts";
import { sharedReads } from "../../../services/documents/shared-reads.ts";
import { resourceKinds, rowOf } from "../../../domain/resources.ts";
import type { ResourceKind } from "../../../domain/resources.ts";
import type { QuotaLimits } from "../../../domain/usage/quota.ts";
import type { FileServers } from "../../../services/file-servers.ts";
import type { LogFields } from "../../../services/logger.ts";
import type { Orchestrations } from "../../../services/orchestrations.ts";
import type { OutputFile, StoragePlace } from "../../../services/output-files.ts";
import type { SecretSources } from "../../../domain/shared/secrets.ts";
import type { Services } from "../../../services/services.ts";
import type { Collections, State } from "../../../services/state.ts";
import type { Role, TokenVerifier } from "../../../services/token-verifier.ts";
import { sdkInvoker } from "../../unit/local/durable-engine/support/sdk-app.ts";
import { fakeBatch } from "./fake-batch.ts";
import { memorySweepRecords } from "./memory-sweep-records.ts";
import { memoryDocuments } from "./memory-documents.ts";

const require = createRequire(import.meta.url);
const { HttpRequest: Request } = require("@azure/functions") as {
  HttpRequest: new (init: object) => HttpRequest;
};

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
  /** Blobs that are there already. */
  readonly staged?: ReadonlyMap<string, string>;
  readonly secrets?: ReadonlyMap<string, SecretSources>;
  /** What the Key Vaults hold, by `vault/name`. */
  readonly vaultSecrets?: ReadonlyMap<string, string>;
  /** Another for each world that goes on from another's stores. */
  readonly seed?: number;
  readonly monitorMaxIntervalMs?: number;
  readonly sweepRecords?: Services["sweepRecords"];
  readonly terminationGraceMs?: number;
  /** What the service's identity gets for container registries. */
  readonly registryPasswords?: ReadonlyMap<string, string>;
  readonly containers?: Services["settings"]["containers"];
}

export async function startAppWorld(options: AppWorldOptions = {}) {
  const time = options.clock ?? manualClock();
  const documents = options.documents ?? memoryDocuments();
  const random = seededRandom(options.seed ?? 7);
  const logged: LogFields[] = [];
  const staged = new Map(options.staged);
  const secrets = new Map(options.secrets);
  const outputs = new Map<string, readonly OutputFile[]>();
  /** What jobs wrote, by path in its container or share. */
  const written = new Map<string, string>();
  let advance: (ms: number) => Promise<void> = async () => undefined;
  const clock = { now: () => time.now(), sleep: (ms: number) => advance(ms) };
  const azure = fakeBatch(clock);
  /** When blobs were written; what a test puts there itself is as old as can be. */
  const times = new Map<string, string>();
  const madeAt = (name: string) => times.get(name) ?? new Date(0).toISOString();
  const store = sharedReads(groupedCommits(documents));
  const plainState = documentState({ store, random });
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
      blobEndpointTemplate: "https://{account}.blob.example",
      fileEndpointTemplate: "https://{account}.file.example",
      nodeImage: { publisher: "microsoft-dsvm", offer: "ubuntu-hpc", sku: "2404", version: "latest" },
      owner: "teststore",
      counters: { endpoint: "https://counters.example/v2/track", intervalSeconds: 60 },
      quotas: options.quotas ?? {
        processors: { dedicated: undefined, lowpriority: undefined },
        familyProcessors: {},
      },
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
      orphanGraceMs: 3_600_000,
      retentionDays: 30,
      bodyLimitBytes: 100_000,
    },
    state: {
      ...plainState,
      activeJobs: limitedActiveJobs(plainState.activeJobs, reservations, options.quotas?.activeJobs),
    },
    operations: documentOperations(store),
    retention: documentRetention(documents, subscriptionId),
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
    fileServers: options.fileServers ?? absentFileServers(),
    ...options.azure,
    resourceManager: options.resourceManager,
    metricPoints: metricPoints(store),
    sweepRecords: options.sweepRecords ?? memorySweepRecords(),
    outputFiles: {
      list: async (place: StoragePlace, { page: { size, continuation = "0" } }) => {
        const all = outputs.get(place.directory) ?? [];
        const end = Number(continuation) + size;
        const items = all.slice(Number(continuation), end);
        return end < all.length ? { items, continuation: String(end) } : { items };
      },
      async read({ directory }, name, { offset, maxBytes }) {
        const text = written.get(`${directory}/${name}`);
        return text === undefined ? undefined : Buffer.from(text).subarray(offset, offset + maxBytes);
      },
    },
    tokens: options.tokens ?? {
      verify: async (token) =>
        token.startsWith("role-")
          ? { kind: "valid", principal: { subject: "tester", tenant, roles: [token.slice(5) as Role] } }
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
  const api = apiCaller({
    ...all,
    orchestrations: crash.guard(durable),
    secrets: crash.guard(services.secrets),
    operations: crash.guard(services.operations),
    state: guardedState(services.state, (service) => crash.guard(service)),
  });
  return {
    ...crash,
    /** Lets activities die at their n-th step, counted over all of them. */
    activityCrash,
    reconcile: () => reconcile(all),
    reconcileJobs: () => reconcileJobs(all),
    reconcileWorkspaces: () => reconcileWorkspaces(all),
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
    advance,
    now: () => time.now(),
  };
}

export type AppWorld = Awaited<ReturnType<typeof startAppWorld>>;

/** Lets the process die at the n-th call of a service: that call and all later ones fail, until the crash is over. */
function crashSwitch() {
  let left = Number.POSITIVE_INFINITY;
  return {
    crashAt(step: number): void {
      left = step;
    },
    /** Ends the crash; true when it never came. */
    crashOver(): boolean {
      const unharmed = left > 0;
      left = Number.POSITIVE_INFINITY;
      return unharmed;
    },
    async withoutCrash<Result>(work: () => Promise<Result>): Promise<Result> {
      const kept = left;
      left = Number.POSITIVE_INFINITY;
      const result = await work();
      left = kept;
      return result;
    },
    guard<Service extends object>(service: Service): Service {
      const guarded = Object.entries(service).map(([name, member]: [string, unknown]) => [
        name,
        typeof member !== "function"
          ? member
          : async (...given: unknown[]) => {
              left -= 1;
              if (left <= 0) throw new Error("the process died");
              return (member as (...given: unknown[]) => unknown)(...given);
            },
      ]);
      return Object.fromEntries(guarded) as Service;
    },
  };
}

function guardedState(state: State, guard: <Service extends object>(service: Service) => Service): State {
  const ofKind = <Kind extends ResourceKind>(kind: Kind) => guard(state.of(kind));
  const collections = resourceKinds.map((kind) => [rowOf(kind).collection, ofKind(kind)]);
  return {
    ...guard(state),
    ...(Object.fromEntries(collections) as Collections),
    of: ofKind,
    activeJobs: guard(state.activeJobs),
  };
}

/** Calls operations as the host would: routes in alphabetical order of the function's name, any case. */
function apiCaller(services: Services) {
  const routes = httpTriggers
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map((trigger) => ({ trigger, pattern: patternOf(trigger.route) }));
  return async (
    method: string,
    path: string,
    options: {
      body?: unknown;
      text?: string;
      bytes?: Uint8Array;
      token?: string | undefined;
      headers?: Record<string, string>;
    } = {},
  ): Promise<Answer> => {
    const url = new URL(path, "http://api.example:7071");
    if (!url.searchParams.has("api-version") && !path.includes("noversion"))
      url.searchParams.set("api-version", "2018-05-01");
    const body = options.text ?? (options.body === undefined ? undefined : JSON.stringify(options.body));
    const token = "token" in options ? options.token : "role-admin";
    const found = routes.find(
      ({ trigger, pattern }) => trigger.methods.some((verb) => verb === method) && pattern.test(url.pathname),
    );
    if (found === undefined) throw new Error(`no route for ${method} ${url.pathname}`);
    const request = new Request({
      method,
      url: url.href,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined
          ? {}
          : { "content-type": "application/json", "content-length": String(Buffer.byteLength(body)) }),
        ...options.headers,
      },
      params: { ...found.pattern.exec(url.pathname)?.groups },
      ...(body === undefined ? {} : { body: { string: body } }),
      ...(options.bytes === undefined ? {} : { body: { bytes: options.bytes } }),
    });
    const reply: HttpResponseInit = await found.trigger.handle(request, services);
    return {
      status: reply.status ?? 200,
      headers: (reply.headers ?? {}) as Record<string, string>,
      body:
        reply.jsonBody === undefined ? undefined : (JSON.parse(JSON.stringify(reply.jsonBody)) as unknown),
      text: typeof reply.body === "string" ? reply.body : undefined,
    };
  };
}

function patternOf(route: string): RegExp {
  const source = route
    .split("/")
    .map((segment) => {
      if (segment.startsWith("{*")) return "(?<path>.*)";
      return segment.startsWith("{") ? `(?<${segment.slice(1, -1)}>[^/]+)` : segment.replaceAll(".", "\\.");
    })
    .join("/");
  return new RegExp(`^/${source}/?$`, "i");
}
