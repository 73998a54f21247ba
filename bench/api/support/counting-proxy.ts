// A proxy that counts what passes, by verb and by the first part of the path that says whose it is.
import { Agent, createServer, request } from "node:http";
import type { AddressInfo } from "node:net";

export interface CountingProxy {
  readonly url: string;
  /** What passed since the last call, e.g. `GET batchai` → 12. */
  take(): ReadonlyMap<string, number>;
  dispose(): Promise<void>;
}

/** @param target `http://host:port`. @param ownerOf names what a path belongs to. */
export async function countingProxy(
  target: string,
  ownerOf: (path: string) => string,
): Promise<CountingProxy> {
  let counts = new Map<string, number>();
  const agent = new Agent({ keepAlive: true });
  const { hostname, port } = new URL(target);
  const server = createServer((incoming, reply) => {
    const what = `${incoming.method ?? ""} ${ownerOf(incoming.url ?? "")}`;
    counts.set(what, (counts.get(what) ?? 0) + 1);
    const { method, url: path, headers } = incoming;
    const outgoing = request({ hostname, port, agent, method, path, headers }, (answer) => {
      reply.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
      answer.pipe(reply);
    });
    outgoing.once("error", () => reply.destroy());
    incoming.pipe(outgoing);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    take() {
      const taken = counts;
      counts = new Map();
      return taken;
    },
    dispose: () =>
      new Promise((resolve) => {
        agent.destroy();
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
