// Sends a fuzzed request as it is, signed with the account's key unless a mutation gave it other credentials.
import { request as httpRequest } from "node:http";
import type { Agent, IncomingHttpHeaders } from "node:http";
import { accountKey } from "../../conformance/batch/emulator-under-test.ts";
import { sharedKeyAuthorization } from "../../support/batch/shared-key.ts";
import { Raw } from "./mutations.ts";
import type { FuzzRequest } from "./valid-requests.ts";

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

const answerWithinMs = 20_000;

/** Undefined when no HTTP client could send the request; rejects when there is no answer in time. */
export function send(
  url: string,
  agent: Agent,
  request: FuzzRequest,
  nowMs: number,
): Promise<Answer | undefined> {
  const query = request.query.map(([name, value]) => `${encode(name)}=${encode(value)}`).join("&");
  const path = `/${request.segments.join("/")}${query === "" ? "" : `?${query}`}`;
  const body = request.body instanceof Raw ? request.body.text : textOf(request.body);
  const headers: Record<string, string> = {
    "ocp-date": new Date(nowMs).toUTCString(),
    ...(body === undefined
      ? {}
      : { "content-type": "application/json", "content-length": String(Buffer.byteLength(body)) }),
    ...request.headers,
  };
  headers["authorization"] ??= request.management
    ? "Bearer good"
    : sharedKeyAuthorization(
        { method: request.method, url: `${url}${path}`, headers },
        "devbatch",
        accountKey,
      );
  return new Promise((resolve, reject) => {
    let outgoing;
    try {
      outgoing = httpRequest(`${url}`, { method: request.method, path, headers, agent });
    } catch {
      return resolve(undefined);
    }
    outgoing.setTimeout(answerWithinMs, () =>
      outgoing.destroy(new Error(`no answer: ${request.method} ${path}`)),
    );
    outgoing.on("error", reject);
    outgoing.on("response", (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text: Buffer.concat(chunks).toString("utf8"),
        }),
      );
    });
    outgoing.end(body);
  });
}

/** As encodeURIComponent, but leaves what is encoded already. */
const encode = (text: string) =>
  encodeURIComponent(text.toWellFormed()).replace(/%25([0-9a-fA-F]{2})/g, "%$1");

const textOf = (body: unknown) => (body === undefined ? undefined : JSON.stringify(body));
