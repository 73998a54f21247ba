// An HTTP proxy in front of one service of the cloud, which does to some answers what networks and busy services do. What it does to which
// request, its seed says. What the nodes fetch by signed links passes as it is: Azure's own agent has retries that the emulated one has not.
import { Agent, createServer, request } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { seededRandom } from "../../../local/random.ts";

export const faults = [
  "late",
  "resetBefore",
  /** The service did what it was asked for, and nobody hears of it. */
  "resetAfter",
  "throttled",
  "unavailable",
  /** The connection breaks in the middle of the answer. */
  "brokenOff",
  /** Half an answer that says it is whole. */
  "cut",
  /** 200 and a page of something in between; questions only. */
  "foreign",
  /** What was answered to the same question before. */
  "stale",
  /** For some seconds every connection is reset. */
  "silence",
] as const;
type Fault = (typeof faults)[number];

export interface FaultProxy {
  readonly url: string;
  /** Until it is known, nobody is answered. */
  target: string | undefined;
  /** Of 1: how many requests something happens to. */
  share: number;
  /** How often each happened. */
  readonly happened: Map<Fault, number>;
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
}

const longestLateMs = 300;
const silenceMs = 4_000;
const silenceShare = 0.02;
const mostRemembered = 200;

/** @param signed requests by signed links are not spared. */
export async function faultProxy(
  seed: number,
  { only = faults, signed = false }: { readonly only?: readonly Fault[]; readonly signed?: boolean } = {},
): Promise<FaultProxy> {
  const random = seededRandom(seed);
  const agent = new Agent({ keepAlive: true });
  const happened = new Map<Fault, number>();
  const earlier = new Map<string, Answer>();
  let silentUntil = 0;
  const usual = only.filter((fault) => fault !== "silence");
  const choose = (): Fault | undefined => {
    if (Date.now() < silentUntil) return "resetBefore";
    if (random.next() >= proxy.share) return undefined;
    if (only.includes("silence") && random.next() < silenceShare) return "silence";
    return usual[Math.floor(random.next() * usual.length)];
  };
  const server = createServer((incoming, outgoing) => {
    void serve(incoming, outgoing).catch(() => outgoing.destroy());
  });
  async function serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const body = await read(incoming);
    const { target } = proxy;
    if (target === undefined) return void outgoing.writeHead(503).end();
    const isSigned = !signed && /[?&]sig=/.test(incoming.url ?? "");
    const fault = isSigned ? undefined : choose();
    if (fault !== undefined) happened.set(fault, (happened.get(fault) ?? 0) + 1);
    if (fault === "silence") silentUntil = Date.now() + silenceMs;
    if (fault === "silence" || fault === "resetBefore") return void incoming.socket.destroy();
    if (fault === "throttled") return void outgoing.writeHead(429, { "retry-after": "1" }).end();
    if (fault === "unavailable") return void outgoing.writeHead(503, { "retry-after": "1" }).end("busy");
    if (fault === "foreign" && incoming.method === "GET")
      return void outgoing.writeHead(200, { "content-type": "text/html" }).end("<html>Please log in</html>");
    const key = `${incoming.method} ${incoming.url}`;
    const before = earlier.get(key);
    const answer = await forward(agent, target, incoming, body);
    if (incoming.method === "GET" && answer.status === 200 && !isSigned) {
      if (earlier.size >= mostRemembered) earlier.clear();
      earlier.set(key, answer);
    }
    if (fault === "late") await new Promise((resolve) => setTimeout(resolve, random.next() * longestLateMs));
    if (fault === "resetAfter") return void incoming.socket.destroy();
    if (fault === "stale" && before !== undefined) return give(outgoing, before);
    const half = answer.body.subarray(0, Math.floor(answer.body.length / 2));
    if (fault === "brokenOff" && half.length > 0) {
      outgoing.writeHead(answer.status, withLength(answer, answer.body));
      outgoing.write(half, () => incoming.socket.destroy());
      return;
    }
    give(outgoing, fault === "cut" && half.length > 0 ? { ...answer, body: half } : answer);
  }
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const proxy: FaultProxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    target: undefined,
    share: 0,
    happened,
    async close() {
      agent.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return proxy;
}

async function read(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function forward(agent: Agent, target: string, incoming: IncomingMessage, body: Buffer): Promise<Answer> {
  const { method, url = "/", headers } = incoming;
  const { "transfer-encoding": _, ...passed } = headers;
  return new Promise((resolve, reject) => {
    const outgoing = request(
      new URL(url, target),
      {
        agent,
        method,
        headers: { ...passed, ...(body.length === 0 ? {} : { "content-length": body.length }) },
      },
      (answer) => {
        read(answer).then(
          (text) => resolve({ status: answer.statusCode ?? 502, headers: answer.headers, body: text }),
          reject,
        );
      },
    );
    outgoing.once("error", reject);
    outgoing.end(body);
  });
}

function withLength({ headers }: Answer, body: Buffer): IncomingMessage["headers"] {
  const { "transfer-encoding": _, connection: __, "keep-alive": ___, ...rest } = headers;
  const between = { ...rest, via: "1.1 fault-proxy" };
  return body.length === 0 ? between : { ...between, "content-length": String(body.length) };
}

function give(outgoing: ServerResponse, answer: Answer): void {
  outgoing.writeHead(answer.status, withLength(answer, answer.body)).end(answer.body);
}
