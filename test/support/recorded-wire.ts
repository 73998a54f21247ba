// A proxy before the local cloud that keeps what passed: for tests of what a genuine client sends and gets. It hands on the
// client's Host header, so that the links in answers lead back through it.
import { createServer, request as httpRequest } from "node:http";
import type { IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";

export interface Exchange {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly status: number;
  readonly sent: IncomingHttpHeaders;
  readonly got: IncomingHttpHeaders;
  readonly body: string;
}

export interface RecordedWire {
  readonly url: string;
  readonly exchanges: readonly Exchange[];
  /** What passes while `work` is done. */
  during(work: () => Promise<unknown>): Promise<readonly Exchange[]>;
  dispose(): Promise<void>;
}

export async function recordWire(target: string): Promise<RecordedWire> {
  const exchanges: Exchange[] = [];
  const server = createServer((incoming, outgoing) => {
    const { method = "", url: path = "", headers } = incoming;
    const onward = httpRequest(new URL(path, target), { method, headers }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => chunks.push(chunk));
      answer.on("end", () => {
        const body = Buffer.concat(chunks);
        const status = answer.statusCode ?? 0;
        exchanges.push({ method, path, status, sent: headers, got: answer.headers, body: body.toString() });
        outgoing.writeHead(status, answer.headers);
        outgoing.end(body);
      });
    });
    onward.on("error", (error) => outgoing.destroy(error));
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    exchanges,
    async during(work) {
      const before = exchanges.length;
      await work();
      return exchanges.slice(before);
    },
    async dispose() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** No client knows 201, and a request that is wrong is no trouble of the server. */
export function forbiddenStatuses(wire: RecordedWire): readonly string[] {
  return wire.exchanges
    .filter(({ status }) => status === 201 || status >= 500 || status < 200)
    .map(({ method, path, status }) => `${method} ${path}: ${status}`);
}
