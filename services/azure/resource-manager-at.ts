// Passes requests on to an Azure Resource Manager: the real one, or the local cloud's.
import { AppError } from "../../domain/shared/errors.ts";
import type { PassedRequest, ResourceManager } from "../resource-manager.ts";
import { isLoopbackHttp } from "./endpoints.ts";

const answerDeadlineMs = 60_000;
/** What clients act on; the rest is about the connection, or the other side's own. */
const passedBack = ["content-type", "location", "azure-asyncoperation", "retry-after", "etag"];

/** @throws Error for plain http anywhere but on a loopback address. */
export function resourceManagerAt(endpoint: string): ResourceManager {
  const base = endpoint.replace(/\/+$/, "");
  isLoopbackHttp(base);
  return {
    async pass(request) {
      const response = await send(base, request).catch((cause: unknown) => {
        throw new AppError("ServiceUnavailable", "Azure Resource Manager could not be reached.", { cause });
      });
      const headers = passedBack.flatMap((name) => {
        const value = response.headers.get(name);
        return value === null ? [] : [[name, value] as const];
      });
      const body = new Uint8Array(await response.arrayBuffer());
      return { status: response.status, headers: Object.fromEntries(headers), body };
    },
  };
}

function send(base: string, { method, path, origin, authorization, headers, body }: PassedRequest) {
  const { protocol, host } = new URL(origin);
  return fetch(`${base}${path}`, {
    method,
    redirect: "manual",
    signal: AbortSignal.timeout(answerDeadlineMs),
    headers: {
      ...headers,
      authorization,
      "x-forwarded-proto": protocol.slice(0, -1),
      "x-forwarded-host": host,
    },
    ...(body === undefined ? {} : { body: Buffer.from(body) }),
  });
}
