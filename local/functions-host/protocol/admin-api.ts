// The host's own endpoints below /admin ("Functions host runtime REST API" as Core Tools and the portal use it): status, ping,
// function list, keys, and starting any non-HTTP function by hand. Everything but ping needs the master key.
import type { IncomingMessage, ServerResponse } from "node:http";
import { isNestedTooDeep } from "../../json-depth.ts";
import type { FailedFunction, HostedApp } from "../app/admission.ts";
import type { HostedFunction } from "../app/hosted-functions.ts";
import type { KeyStore } from "../store/keys.ts";
import type { RequestAddress } from "./http-data.ts";
import { answerEmpty, presentedKey } from "./function-endpoint.ts";
import { readBody } from "./request-body.ts";

export interface HostStatus {
  readonly id: string;
  readonly state: "Starting" | "Running" | "Stopping";
  readonly version: string;
  readonly processUptimeMs: number;
}

export interface AdminApiOptions {
  app: HostedApp;
  keys: KeyStore;
  requireKeys: boolean;
  bodyLimitBytes: number;
  status(): HostStatus;
  /** Starts a function with this text as its trigger's data; does not wait for it. Undefined when that is not possible. */
  startByHand(target: HostedFunction, input: string): Promise<string | undefined>;
}

export function answerJson(response: ServerResponse, status: number, body: unknown): void {
  const bytes = Buffer.from(JSON.stringify(body));
  response.writeHead(status, {
    "content-type": "application/json; charset=utf-8",
    "content-length": bytes.length,
  });
  response.end(bytes);
}

/** `parts`: the path's segments after `admin`. */
export async function serveAdmin(
  options: AdminApiOptions,
  request: IncomingMessage,
  response: ServerResponse,
  address: RequestAddress,
  parts: readonly string[],
): Promise<void> {
  const [area, name, detail] = parts.map((part) => part.toLowerCase());
  const method = request.method ?? "GET";
  if (area === "host" && name === "ping" && (method === "GET" || method === "POST"))
    return answerEmpty(response, 200);
  if (options.requireKeys && !options.keys.isMaster(presentedKey(request, address)))
    return answerEmpty(response, 401);
  if (area === "host" && method === "GET") return hostResource(options, response, address, name, detail);
  if (area === "functions") return functionResource(options, request, response, address, name, detail);
  answerEmpty(response, 404);
}

function hostResource(
  options: AdminApiOptions,
  response: ServerResponse,
  address: RequestAddress,
  name: string | undefined,
  detail: string | undefined,
): void {
  if (name === "status" && detail === undefined) {
    const { processUptimeMs, ...status } = options.status();
    return answerJson(response, 200, {
      ...status,
      versionDetails: status.version,
      platformVersion: "",
      instanceId: status.id,
      computerName: "localhost",
      processUptime: processUptimeMs,
      functionAppContentEditingState: "NotAllowed",
    });
  }
  if (name === "keys" && detail === undefined)
    return answerJson(response, 200, keyList(options.keys.hostKeys(), `${address.origin}/admin/host/keys`));
  answerEmpty(response, 404);
}

async function functionResource(
  options: AdminApiOptions,
  request: IncomingMessage,
  response: ServerResponse,
  address: RequestAddress,
  name: string | undefined,
  detail: string | undefined,
): Promise<void> {
  const { app } = options;
  const method = request.method ?? "GET";
  const describe = ({ name: functionName, trigger, inputs, outputs }: HostedFunction) =>
    describeFunction(functionName, [trigger, ...inputs, ...outputs], address.origin);
  const describeFailed = ({ metadata }: FailedFunction) =>
    describeFunction(metadata.name, namedBindings(metadata), address.origin);
  if (name === undefined)
    return method === "GET"
      ? answerJson(response, 200, [...app.functions.map(describe), ...app.failed.map(describeFailed)])
      : answerEmpty(response, 404);
  const target = app.functions.find((candidate) => candidate.name.toLowerCase() === name);
  const failed = app.failed.find((candidate) => candidate.metadata.name.toLowerCase() === name);
  if (detail === "status" && method === "GET") {
    const isDisabled = app.disabled.some((candidate) => candidate.toLowerCase() === name);
    return target || failed || isDisabled
      ? answerJson(response, 200, { isDisabled, ...(failed ? { errors: failed.errors } : {}) })
      : answerEmpty(response, 404);
  }
  if (failed && detail === undefined && method === "GET")
    return answerJson(response, 200, describeFailed(failed));
  if (!target) return answerEmpty(response, 404);
  if (detail === undefined && method === "GET") return answerJson(response, 200, describe(target));
  if (detail === "keys" && method === "GET")
    return answerJson(
      response,
      200,
      keyList(
        options.keys.functionKeys(target.name),
        `${address.origin}/admin/functions/${target.name}/keys`,
      ),
    );
  if (detail === undefined && method === "POST") return startByHand(options, request, response, target);
  answerEmpty(response, 404);
}

async function startByHand(
  options: AdminApiOptions,
  request: IncomingMessage,
  response: ServerResponse,
  target: HostedFunction,
): Promise<void> {
  const body = await readBody(request, options.bodyLimitBytes, true);
  if (body.kind === "aborted") return;
  if (body.kind === "tooLarge") return answerEmpty(response, 413);
  let input: unknown;
  try {
    const text = body.bytes?.toString("utf8") ?? "{}";
    if (isNestedTooDeep(text)) return answerJson(response, 400, { message: "The body is nested too deep." });
    const content: unknown = JSON.parse(text);
    input = typeof content === "object" && content !== null && "input" in content ? content.input : "";
  } catch {
    return answerJson(response, 400, { message: 'The body must be JSON: { "input": "…" }.' });
  }
  const refusal = await options.startByHand(
    target,
    typeof input === "string" ? input : JSON.stringify(input ?? ""),
  );
  return refusal === undefined ? answerEmpty(response, 202) : answerJson(response, 400, { message: refusal });
}

function keyList(keys: Readonly<Record<string, string>>, href: string): unknown {
  return {
    keys: Object.entries(keys).map(([name, value]) => ({ name, value })),
    links: [{ rel: "self", href }],
  };
}

const namedBindings = ({ bindings }: FailedFunction["metadata"]) =>
  Object.entries(bindings).map(([name, binding]) => ({ ...binding, name }));

function describeFunction(name: string, bindings: readonly unknown[], origin: string): unknown {
  return {
    name,
    href: `${origin}/admin/functions/${name}`,
    isDisabled: false,
    language: "node",
    config: { name, bindings },
  };
}
