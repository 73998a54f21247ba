// What the durable engine offers and what it asks of its host. Types only: no behaviour may go in here, so that the
// host, the HTTP layer and the engine can be built against it without knowing each other.
import type { Clock } from "../clock.ts";
import type { Logger } from "../logger.ts";
import type { Random } from "../random.ts";
import type { Versioning } from "./service/versioning.ts";
import type { DurableStore } from "./store/durable-store.ts";

export type FunctionKind = "orchestrator" | "activity" | "entity";

export type InvokeOutcome = { ok: true; value: unknown } | { ok: false; message: string };

export type ActivityOutcome =
  { ok: true; result: string | null } | { ok: false; message: string; stack?: string; errorType?: string };

/** How the engine runs the app's functions; implemented by the functions host. No method ever rejects. */
export interface FunctionInvoker {
  /**
   * Runs one replay. `trigger` is the JSON text of the orchestration trigger. `value` is what the handler returned: the
   * object itself (preferred: no copy, and repeated task objects stay recognisable) or its parsed JSON. A throw gives
   * the exception's message unchanged: the SDK hides the failed turn's action list in it.
   */
  orchestrator(name: string, instanceId: string, trigger: string): Promise<InvokeOutcome>;
  /** `input`: text of a TypedData string, or undefined for "no data". `result`: JSON text, or null for undefined/null. */
  activity(name: string, instanceId: string, input: string | undefined): Promise<ActivityOutcome>;
  /** Runs one batch of operations of one entity; `trigger` is the JSON text of the entity trigger. */
  entity(name: string, trigger: string): Promise<InvokeOutcome>;
  /** Names compare ignoring case, as on Azure. */
  has(kind: FunctionKind, name: string): boolean;
}

export interface HttpActivityRequest {
  method: string;
  uri: string;
  headers: Record<string, string>;
  content?: string;
}

export interface HttpActivityResponse {
  statusCode: number;
  headers: Record<string, string>;
  content: string | null;
}

/** Performs the request of `callHttp`. A rejection fails the task with the error's message. */
export type HttpActivity = (request: HttpActivityRequest) => Promise<HttpActivityResponse>;

export interface DurableEngineOptions {
  store: DurableStore;
  invoker: FunctionInvoker;
  clock: Clock;
  random: Random;
  logger: Logger;
  /** The task hub's name: shown in URLs and in the client binding, otherwise without meaning. */
  taskHub: string;
  maxConcurrentActivities: number;
  maxConcurrentOrchestrators: number;
  /** The replay schema offered to the SDK. V4 (default) has entity locks; V3 is what older extensions offer. */
  schema?: "V3" | "V4";
  /** Default: the global `fetch`. */
  http?: HttpActivity;
  /** For tests: replay every turn twice and fail the instance when the results differ. */
  replayTwice?: boolean;
  /** Default: as the extension without a setting. */
  versioning?: Versioning;
  /** Ended instances are removed this long after their end; absent = kept for ever. */
  retentionMs?: number;
}

export interface DurableEngine {
  /** Re-arms timers and re-delivers unfinished work found in the store. */
  start(): Promise<void>;
  /** Takes no more work, waits up to `graceMs` for running functions, then lets go. Unfinished work stays in the store. */
  stop(graceMs: number): Promise<void>;
  /** Resolves when nothing can happen any more without time passing or somebody calling. */
  idle(): Promise<void>;
  /** The instance's status once it has ended; undefined when that takes longer than `timeoutMs` or it is unknown. */
  whenEnded(instanceId: string, timeoutMs: number): Promise<InstanceStatus | undefined>;
  /** Resolves with the reason when the engine has had to give up, because its store can't be written any more. */
  readonly failed: Promise<Error>;
  readonly client: DurableClientApi;
  readonly taskHub: string;
}

/** Status names as they appear on the wire. */
export type RuntimeStatus =
  "Pending" | "Running" | "Suspended" | "Completed" | "Failed" | "Terminated" | "Canceled";

export interface InstanceStatus {
  name: string;
  instanceId: string;
  executionId: string;
  runtimeStatus: RuntimeStatus;
  /** JSON text, or null when there is none. */
  input: string | null;
  output: string | null;
  customStatus: string | null;
  version: string | null;
  createdMs: number;
  lastUpdatedMs: number;
  parentInstanceId: string | null;
}

export interface StartRequest {
  name: string;
  /** Default: a new id of 32 hexadecimal digits. */
  instanceId?: string;
  /** JSON text. */
  input?: string;
  version?: string;
}

export type StartOutcome =
  | { kind: "started"; instanceId: string }
  | { kind: "unknownFunction" }
  | { kind: "invalidInstanceId"; reason: string }
  | { kind: "alreadyRunning"; instanceId: string; status: RuntimeStatus };

/** `ended`: the instance exists but is over, so the command has no effect. */
export type CommandOutcome = "accepted" | "notFound" | "ended";

export interface InstanceFilter {
  createdFromMs?: number;
  createdToMs?: number;
  statuses?: readonly RuntimeStatus[];
  instanceIdPrefix?: string;
}

export interface InstancePage {
  instances: InstanceStatus[];
  /** Opaque; present when there is more. */
  continuation?: string;
}

export interface EntityStatus {
  name: string;
  key: string;
  /** JSON text of the state, null when the entity has none. */
  state: string | null;
  lastOperationMs: number;
}

/** Everything a durable client can ask for. Each call is one store transaction. */
export interface DurableClientApi {
  start(request: StartRequest): StartOutcome;
  get(instanceId: string): InstanceStatus | undefined;
  /** Raw history events (numbered types), oldest first; empty when the instance is unknown. */
  history(instanceId: string): readonly Record<string, unknown>[];
  list(filter: InstanceFilter, page: { top: number; continuation?: string }): InstancePage;
  raiseEvent(instanceId: string, eventName: string, inputJson: string): CommandOutcome;
  terminate(instanceId: string, reason: string): CommandOutcome;
  /** Only what is not suspended can be suspended. */
  suspend(instanceId: string, reason: string): CommandOutcome | "wrongState";
  /** Only what is suspended can be resumed. */
  resume(instanceId: string, reason: string): CommandOutcome | "wrongState";
  /** Only failed instances can be rewound. */
  rewind(instanceId: string, reason: string): CommandOutcome | "notFailed";
  /** Starts a new run of an instance's function with its input; under its own id that needs the old run to have ended. */
  restart(instanceId: string, withNewInstanceId: boolean): StartOutcome | { kind: "notFound" };
  /** Removes one ended instance; false when there is none. */
  purge(instanceId: string): boolean;
  /** Removes the ended instances that match; returns how many. */
  purgeMany(filter: InstanceFilter): number;
  signalEntity(name: string, key: string, operation: string, inputJson: string | undefined): void;
  readEntity(name: string, key: string): EntityStatus | undefined;
  listEntities(
    filter: { name?: string; fetchState: boolean },
    page: { top: number; continuation?: string },
  ): { entities: EntityStatus[]; continuation?: string };
}

export interface DurableHttpApiOptions {
  engine: DurableEngine;
  /** Root of the host's public URL, without a slash at the end. */
  baseUrl(): string;
  /** Root of the client's private RPC address, ending with a slash. Default: `<baseUrl>/durabletask/`. */
  rpcBaseUrl?(): string;
  /** When given, the public API wants it in the `code` query parameter or the `x-functions-key` header. */
  systemKey?: string;
  /** Name of the storage connection shown in URLs. Default: `Storage`. */
  connection?: string;
}

export interface DurableHttpApi {
  /** The SDK client's private API; the request's path must lie below `rpcBaseUrl`. */
  rpc(request: Request): Promise<Response>;
  /** The answer to a caller of the public API who may not call it; needs no body. */
  webhookRefusal(head: Request): Response | undefined;
  /** The public API below `/runtime/webhooks/durabletask`, for those who may. */
  webhook(request: Request): Promise<Response>;
  /** JSON text for the `durableClient` input binding. */
  clientBinding(): string;
}
