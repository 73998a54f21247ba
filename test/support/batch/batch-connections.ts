// Every way in which a Batch client reaches the emulator: the genuine client and ours, with a shared key and with a bearer
// token, over http and https.
import { readFileSync } from "node:fs";
import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { BatchServiceClient, BatchSharedKeyCredentials } from "@azure/batch";
import { createDefaultHttpClient } from "@azure/core-rest-pipeline";
import type { HttpClient, PipelineRequest } from "@azure/core-rest-pipeline";
import { TokenCredentials } from "@azure/ms-rest-js";
import type { BatchEmulator } from "../../../local/batch-emulator/index.ts";
import { batchClient } from "../../../services/azure/batch/batch-client.ts";
import { batchTransport } from "../../../services/azure/batch/transport.ts";
import type { Batch } from "../../../services/batch.ts";
import { genuineBatch } from "./genuine-batch.ts";
import { sharedKeyAuthorization } from "./shared-key.ts";

export interface Secrets {
  /** Base64. */
  readonly key: string;
  readonly token: string;
}

export interface Connection {
  readonly client: "@azure/batch" | "our client";
  readonly credentials: "SharedKey" | "bearer";
  readonly scheme: "http" | "https";
}

export const connections: readonly Connection[] = (["@azure/batch", "our client"] as const).flatMap(
  (client) =>
    (["SharedKey", "bearer"] as const).flatMap((credentials) =>
      (["http", "https"] as const).map((scheme) => ({ client, credentials, scheme })),
    ),
);

export function connect(connection: Connection, emulator: BatchEmulator, secrets: Secrets): Batch {
  const { scheme } = connection;
  const url = scheme === "http" ? emulator.url : (emulator.tls?.url ?? "");
  const certificate = scheme === "http" ? "" : readFileSync(emulator.tls?.certificateFile ?? "", "utf8");
  return connection.client === "@azure/batch"
    ? genuineBatch(genuineClient(connection, url, certificate, secrets))
    : ourClient(connection, url, certificate, secrets);
}

function genuineClient(
  { credentials }: Connection,
  url: string,
  certificate: string,
  secrets: Secrets,
): BatchServiceClient {
  const credential =
    credentials === "SharedKey"
      ? new BatchSharedKeyCredentials("devbatch", secrets.key)
      : new TokenCredentials(secrets.token);
  const agentSettings = { http: new HttpAgent(), https: new HttpsAgent({ ca: certificate }) };
  return new BatchServiceClient(credential, url, {
    noRetryPolicy: true,
    ...(certificate === "" ? {} : { agentSettings }),
  });
}

/** The app signs in with tokens only; its requests are signed with the key here, on their way to the socket. */
function ourClient({ credentials }: Connection, url: string, certificate: string, secrets: Secrets): Batch {
  const inner = createDefaultHttpClient();
  const httpClient: HttpClient = {
    sendRequest(request) {
      if (certificate !== "") request.tlsSettings = { ca: certificate };
      if (credentials === "SharedKey") sign(request, secrets.key);
      return inner.sendRequest(request);
    },
  };
  const tokens = { token: () => Promise.resolve(secrets.token) };
  return batchClient(batchTransport({ endpoint: url, tokens, httpClient, retryDelayMs: 1 }));
}

function sign(request: PipelineRequest, key: string): void {
  const { headers, body } = request;
  headers.set("ocp-date", new Date().toUTCString());
  if (typeof body === "string") headers.set("content-length", String(Buffer.byteLength(body)));
  const { method, url } = request;
  headers.set(
    "authorization",
    sharedKeyAuthorization({ method, url, headers: headers.toJSON() }, "devbatch", key),
  );
}
