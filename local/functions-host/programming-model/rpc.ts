// The shapes that cross the line between host and Node programming model: what `@azure/functions` hands to
// `registerFunction` and what it expects and returns at an invocation. Types only; they mirror the public protocol
// buffers of the Functions language worker (azure-functions-language-worker-protobuf, FunctionRpc.proto).

export type LogLevel = "trace" | "debug" | "information" | "warning" | "error" | "critical" | "none";
export type LogCategory = "user" | "system" | "customMetric";

/** Exactly one member is set; none at all means `undefined`. */
export interface TypedData {
  string?: string;
  json?: string;
  bytes?: Uint8Array;
  int?: number;
  double?: number;
  http?: HttpRequestData | HttpResponseData;
  collectionString?: { string: string[] };
}

export interface NullableString {
  value: string;
}

export interface HttpRequestData {
  method: string;
  /** Absolute. */
  url: string;
  nullableHeaders: Record<string, NullableString>;
  nullableParams: Record<string, NullableString>;
  nullableQuery: Record<string, NullableString>;
  body?: TypedData;
}

export interface HttpResponseData {
  statusCode: string;
  headers?: Record<string, string>;
  cookies?: HttpCookie[];
  enableContentNegotiation?: boolean;
  body?: TypedData | null;
}

export interface HttpCookie {
  name: string;
  value: string;
  domain?: { value: string };
  path?: { value: string };
  expires?: { value: { seconds: number } };
  secure?: { value: boolean };
  httpOnly?: { value: boolean };
  sameSite?: "none" | "lax" | "strict" | "explicitNone";
  maxAge?: { value: number };
}

export interface BindingInfo {
  type: string;
  direction: "in" | "out" | "inout";
  [field: string]: unknown;
}

/** Seconds are whole: the library rounds shorter intervals. */
export interface RpcDuration {
  seconds?: number;
}

export interface RetryOptions {
  retryStrategy?: "fixedDelay" | "exponentialBackoff";
  /** -1 = without end. */
  maxRetryCount?: number;
  delayInterval?: RpcDuration;
  minimumInterval?: RpcDuration;
  maximumInterval?: RpcDuration;
}

export interface FunctionMetadata {
  name: string;
  functionId?: string;
  bindings: Record<string, BindingInfo>;
  retryOptions?: RetryOptions | undefined;
}

export type FunctionCallback = (...args: unknown[]) => unknown;

export interface TraceContext {
  traceParent: string;
  traceState: string;
  attributes: Record<string, string>;
}

export interface RetryContext {
  retryCount: number;
  maxRetryCount: number;
  exception?: { message: string; source?: string; stackTrace?: string };
}

export interface InvocationRequest {
  invocationId: string;
  functionId: string;
  inputData: { name: string; data: TypedData }[];
  triggerMetadata: Record<string, TypedData>;
  traceContext: TraceContext;
  retryContext?: RetryContext;
}

export interface CoreInvocationContext {
  invocationId: string;
  metadata: FunctionMetadata;
  /** The library reads it to tell a late `context.log` from a hook's. */
  state: "preInvocationHooks" | "invocation" | "postInvocationHooks" | undefined;
  request: InvocationRequest;
  log(level: LogLevel, category: LogCategory, message: string): void;
}

export interface InvocationResponse {
  invocationId: string;
  outputData?: { name: string; data: TypedData }[];
  returnValue?: TypedData | null;
}

export interface InvocationModel {
  getArguments(): Promise<{ context: unknown; inputs: unknown[] }>;
  invokeFunction(context: unknown, inputs: unknown[], callback: FunctionCallback): Promise<unknown>;
  getResponse(context: unknown, result: unknown): Promise<InvocationResponse>;
}

export interface ProgrammingModel {
  name: string;
  version: string;
  getInvocationModel(context: CoreInvocationContext): InvocationModel | Promise<InvocationModel>;
  getCapabilities?(capabilities: Record<string, string>): Promise<Record<string, string>>;
}
