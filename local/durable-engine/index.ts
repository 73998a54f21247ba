// The durable engine's front door: everything another part of the local cloud may import from it.
export type {
  ActivityOutcome,
  DurableEngine,
  DurableEngineOptions,
  DurableHttpApi,
  FunctionInvoker,
  FunctionKind,
  HttpActivityRequest,
  HttpActivityResponse,
  InvokeOutcome,
} from "./engine-contract.ts";
export type { DurableStore } from "./store/durable-store.ts";
export { createDurableEngine } from "./service/engine.ts";
export { memoryStore, sqliteStore } from "./store/sqlite-store.ts";
export { durableHttpApi } from "./protocol/durable-http-api.ts";
export { verifyHistory } from "./service/verify-history.ts";
