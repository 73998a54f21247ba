// A client of the emulator as plain as can be, so that little of what is measured is its own: signed requests over
// connections that are kept.
import { createHmac } from "node:crypto";
import { Agent, request } from "node:http";

export const account = "devbatch";
export const accountKey = Buffer.from("bench").toString("base64");
const version = "api-version=2022-10-01.16.0";

export interface BenchClient {
  /** One request; rejects unless it succeeds. `query`: `&name=value` pairs, not encoded. */
  call(method: string, path: string, query?: string, body?: unknown): Promise<string>;
  /** Adds tasks in collections of 100, over as many requests at a time as there are connections. */
  addTasks(jobId: string, count: number, commandLine: string): Promise<void>;
  close(): void;
}

export function benchClient(url: string, connections = 1): BenchClient {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const call: BenchClient["call"] = (method, path, query = "", body) =>
    send(url, agent, method, path, query, body === undefined ? "" : JSON.stringify(body));
  return {
    call,
    async addTasks(jobId, count, commandLine) {
      let next = 0;
      const lane = async () => {
        while (next < count) {
          const first = next;
          next += 100;
          const length = Math.min(100, count - first);
          const value = Array.from({ length }, (_, index) => ({ id: `task-${first + index}`, commandLine }));
          await call("POST", `/jobs/${jobId}/addtaskcollection`, "", { value });
        }
      };
      await Promise.all(Array.from({ length: connections }, lane));
    },
    close: () => agent.destroy(),
  };
}

function send(
  url: string,
  agent: Agent,
  method: string,
  path: string,
  query: string,
  body: string,
): Promise<string> {
  const date = new Date().toUTCString();
  const type = body === "" ? "" : "application/json; odata=minimalmetadata";
  const length = body === "" ? "" : String(Buffer.byteLength(body));
  const pairs = `${version}${query}`.split("&").map((pair) => pair.split(/=(.*)/s) as [string, string]);
  const signed = pairs
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `\n${name}:${value}`)
    .join("");
  const text = `${[method, "", "", length, "", type, "", "", "", "", "", ""].join("\n")}\nocp-date:${date}\n/${account}${path}${signed}`;
  const signature = createHmac("sha256", Buffer.from(accountKey, "base64")).update(text).digest("base64");
  const target = `${url}${path}?${pairs.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("&")}`;
  const headers: Record<string, string> = {
    authorization: `SharedKey ${account}:${signature}`,
    "ocp-date": date,
    ...(body === "" ? {} : { "content-type": type, "content-length": length }),
  };
  return new Promise((resolve, reject) => {
    const outgoing = request(target, { method, agent, headers }, (response) => {
      let answer = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => (answer += chunk));
      response.on("end", () =>
        (response.statusCode ?? 500) < 300
          ? resolve(answer)
          : reject(new Error(`${response.statusCode} ${answer}`)),
      );
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}
