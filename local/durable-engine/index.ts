// The durable engine's front door: everything another part of the local cloud may import from it.
export type {
  ActivityOutcome,
  CommandOutcome,
  DurableClientApi,
  DurableEngine,
  DurableEngineOptions,
  DurableHttpApi,
  DurableHttpApiOptions,
  EntityStatus,
  FunctionInvoker,
  FunctionKind,
  HttpActivity,
  HttpActivityRequest,
  HttpActivityResponse,
  InstanceFilter,
  InstancePage,
  InstanceStatus,
  InvokeOutcome,
  RuntimeStatus,
  StartOutcome,
  StartRequest,
} from "./engine-contract.ts";
export type { DurableStore } from "./store/durable-store.ts";
export { createDurableEngine } from "./service/engine.ts";
export { memoryStore, sqliteStore } from "./store/sqlite-store.ts";
export { durableHttpApi } from "./protocol/http/durable-http-api.ts";
export { verifyHistory, type RecordedHistory } from "./service/verify-history.ts";
