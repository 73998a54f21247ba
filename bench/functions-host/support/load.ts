// A small HTTP load generator: a number of lanes, each with one kept-alive connection and one request at a time.
import { Agent, request } from "node:http";

export interface Answer {
  readonly status: number;
  readonly body: string;
}

export function send(agent: Agent, url: string, body?: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = body === undefined ? {} : { "content-length": Buffer.byteLength(body) };
    const outgoing = request(
      url,
      { agent, method: body === undefined ? "GET" : "POST", headers },
      (incoming) => {
        let text = "";
        incoming.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
        incoming.on("end", () => resolve({ status: incoming.statusCode ?? 0, body: text }));
      },
    );
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

/** Requests per second over `ms` milliseconds; throws when an answer is not 200. */
export async function requestsPerSecond(url: string, lanes: number, ms: number): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: lanes });
  const start = performance.now();
  let count = 0;
  const lane = async () => {
    while (performance.now() - start < ms) {
      const { status } = await send(agent, url);
      if (status !== 200) throw new Error(`${url} answered ${status}`);
      count += 1;
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  const rate = (count / (performance.now() - start)) * 1000;
  agent.destroy();
  return rate;
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
