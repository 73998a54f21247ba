// Actions an orchestrator asks for, as the SDK puts them into its state object. They are read field by field when the
// interpreter starts them, not validated as a whole: the list holds every action since the execution began and comes
// back on every turn, so a full validation would make the cost of a turn grow with history once more.

export const actionTypes = {
  callActivity: 0,
  callActivityWithRetry: 1,
  callSubOrchestrator: 2,
  callSubOrchestratorWithRetry: 3,
  continueAsNew: 4,
  createTimer: 5,
  waitForExternalEvent: 6,
  callEntity: 7,
  callHttp: 8,
  signalEntity: 9,
  scheduledSignalEntity: 10,
  whenAny: 11,
  whenAll: 12,
  lockEntities: 13,
  releaseEntities: 14,
} as const;

/** The name under which a `callHttp` request appears in history. */
export const httpActivityName = "BuiltIn::HttpActivity";

/** An action as it came from the SDK: only `actionType` is known to be there. */
export type RawAction = Readonly<Record<string, unknown>> & { readonly actionType: number };

export class MalformedActionError extends Error {
  override readonly name = "MalformedActionError";
}

export function rawAction(value: unknown): RawAction {
  if (
    typeof value === "object" &&
    value !== null &&
    typeof (value as { actionType?: unknown }).actionType === "number"
  )
    return value as RawAction;
  throw new MalformedActionError("an action without a numeric actionType");
}

export function textField(action: RawAction, field: string): string {
  const value = action[field];
  if (typeof value !== "string" || value === "") throw malformed(action, field, "a non-empty string");
  return value;
}

export function optionalText(action: RawAction, field: string): string | undefined {
  const value = action[field];
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** A date given as Date object or ISO text, in epoch milliseconds. */
export function dateField(action: RawAction, field: string): number {
  const value = action[field];
  const ms =
    value instanceof Date ? value.getTime() : typeof value === "string" ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(ms)) throw malformed(action, field, "a date");
  return ms;
}

export function childActions(action: RawAction): readonly unknown[] {
  const value = action["compoundActions"];
  if (!Array.isArray(value)) throw malformed(action, "compoundActions", "an array");
  return value;
}

/** JSON text of a payload; null for undefined and for what JSON can't express. */
export function jsonText(value: unknown): string | null {
  if (value === undefined) return null;
  return JSON.stringify(value) ?? null;
}

export interface RetryPolicy {
  firstIntervalMs: number;
  maxAttempts: number;
  backoff: number;
  maxIntervalMs: number;
  timeoutMs: number;
}

const sixDaysMs = 6 * 24 * 3_600_000;

/** Defaults are those of the extension: factor 1, no interval above six days, no overall timeout. */
export function retryPolicy(action: RawAction): RetryPolicy {
  const options = action["retryOptions"];
  if (typeof options !== "object" || options === null) throw malformed(action, "retryOptions", "an object");
  const read = (field: string): number | undefined => {
    const value = (options as Record<string, unknown>)[field];
    return typeof value === "number" && Number.isFinite(value) ? value : undefined;
  };
  const firstIntervalMs = read("firstRetryIntervalInMilliseconds");
  const maxAttempts = read("maxNumberOfAttempts");
  if (firstIntervalMs === undefined || maxAttempts === undefined)
    throw malformed(action, "retryOptions", "first interval and number of attempts");
  return {
    firstIntervalMs,
    maxAttempts,
    backoff: read("backoffCoefficient") ?? 1,
    maxIntervalMs: read("maxRetryIntervalInMilliseconds") ?? sixDaysMs,
    timeoutMs: read("retryTimeoutInMilliseconds") ?? Number.POSITIVE_INFINITY,
  };
}

export interface HttpCall {
  method: string;
  uri: string;
  content: string | undefined;
  headers: Record<string, string>;
  polling: boolean;
  hasTokenSource: boolean;
}

export function httpCall(action: RawAction): HttpCall {
  const request = action["httpRequest"];
  if (typeof request !== "object" || request === null) throw malformed(action, "httpRequest", "an object");
  const { method, uri, content, headers, asynchronousPatternEnabled, tokenSource } = request as Record<
    string,
    unknown
  >;
  if (typeof method !== "string" || typeof uri !== "string")
    throw malformed(action, "httpRequest", "method and uri as strings");
  return {
    method,
    uri,
    content: typeof content === "string" ? content : undefined,
    headers: textHeaders(headers),
    polling: asynchronousPatternEnabled !== false,
    hasTokenSource: typeof tokenSource === "object" && tokenSource !== null,
  };
}

function textHeaders(value: unknown): Record<string, string> {
  if (typeof value !== "object" || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, text]): [string, string][] =>
      typeof text === "string" ? [[name, text]] : [],
    ),
  );
}

/** The entities of a lock request, in the order the SDK sorted them in. */
export function lockSet(action: RawAction): { name: string; key: string }[] {
  const value = action["lockSet"];
  if (!Array.isArray(value) || value.length === 0) throw malformed(action, "lockSet", "a list of entities");
  return value.map((entry: unknown) => {
    const { name, key } = (entry ?? {}) as { name?: unknown; key?: unknown };
    if (typeof name !== "string" || typeof key !== "string")
      throw malformed(action, "lockSet", "entities with name and key");
    return { name, key };
  });
}

function malformed(action: RawAction, field: string, wanted: string): MalformedActionError {
  return new MalformedActionError(`an action of type ${action.actionType} whose '${field}' is not ${wanted}`);
}
