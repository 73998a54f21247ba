// Azurite behind a proxy that writes down what is asked of it, and a key vault of one secret that does the same.
import { Agent, createServer, request } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { startStorage } from "../app/storage.ts";
import type { Plane, SentRequest } from "./data-actions.ts";

export interface RecordedRequest extends SentRequest {
  /** Of the answer; 0 while there is none. */
  status: number;
}

export interface RecordedStorage {
  /** With `{account}`. */
  readonly templates: Readonly<Record<"blob" | "queue" | "table", string>>;
  /** With `{vault}`. */
  readonly vaultTemplate: string;
  readonly requests: readonly RecordedRequest[];
  dispose(): Promise<void>;
}

export async function recordedStorage(): Promise<RecordedStorage> {
  const azurite = await startStorage();
  const requests: RecordedRequest[] = [];
  const agent = new Agent({ keepAlive: true });
  const note = (plane: Plane, { method = "", url = "", headers }: IncomingMessage, body: Buffer) => {
    const { pathname, searchParams: query } = new URL(url, "http://any");
    const path = decodeURIComponent(pathname).replace(/^\/[^/]+\/?/, "");
    const sent: RecordedRequest = {
      plane,
      method,
      path,
      query,
      headers: new Map(Object.entries(headers).map(([name, value = ""]) => [name, String(value)])),
      body: body.toString("latin1"),
      status: 0,
    };
    requests.push(sent);
    return sent;
  };
  const through = (plane: "blob" | "queue" | "table", target: string) =>
    listening((incoming, reply) => {
      const parts: Buffer[] = [];
      incoming.on("data", (part: Buffer) => parts.push(part));
      incoming.on("end", () => {
        const body = Buffer.concat(parts);
        const sent = note(plane, incoming, body);
        const { method, url, headers } = incoming;
        const { hostname, port } = new URL(target);
        const outgoing = request({ hostname, port, agent, method, path: url, headers }, (answer) => {
          sent.status = answer.statusCode ?? 502;
          reply.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
          answer.pipe(reply);
        });
        outgoing.once("error", () => reply.destroy());
        outgoing.end(body);
      });
    });
  const [blob, queue, table, vault] = await Promise.all([
    through("blob", azurite.blobUrl),
    through("queue", azurite.queueUrl),
    through("table", azurite.tableUrl),
    listening((incoming, reply) => {
      note("vault", incoming, Buffer.alloc(0));
      reply.setHeader("content-type", "application/json");
      reply.end(JSON.stringify({ value: "from the vault" }));
    }),
  ]);
  return {
    templates: {
      blob: `${blob.url}/{account}`,
      queue: `${queue.url}/{account}`,
      table: `${table.url}/{account}`,
    },
    vaultTemplate: `${vault.url}/{vault}`,
    requests,
    async dispose() {
      agent.destroy();
      await Promise.all([blob, queue, table, vault].map((server) => server.close()));
      await azurite.dispose();
    },
  };
}

async function listening(answer: (incoming: IncomingMessage, reply: ServerResponse) => void) {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
