// The service over plain HTTP, with every status as it is: for what no client would send or survive.
import { Agent, request } from "node:http";
import type { LocalCloud } from "../../local/start.ts";

export interface Reply {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

export interface Api {
  readonly workspace: string;
  readonly storageAccount: LocalCloud["description"]["storageAccount"];
  /** Rejects when the connection breaks. */
  send(method: string, path: string, body?: object): Promise<Reply>;
}

/** At most 30 connections, as the utilities of 2018 used. */
export function apiOf({ description }: Pick<LocalCloud, "description">, workspace = "walk"): Api {
  const agent = new Agent({ keepAlive: true, maxSockets: 30 });
  const { subscriptionId, resourceGroup, urls, token } = description;
  const headersOf = (text: string) => ({
    authorization: `Bearer ${token}`,
    "content-type": "application/json",
    "content-length": Buffer.byteLength(text),
  });
  return {
    storageAccount: description.storageAccount,
    workspace: `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.BatchAI/workspaces/${workspace}`,
    send: (method, path, body) =>
      new Promise((resolve, reject) => {
        const text = body === undefined ? "" : JSON.stringify(body);
        const version = path.includes("api-version=") ? "" : "api-version=2018-05-01";
        const url = `${urls.api}${path}${path.includes("?") ? "&" : "?"}${version}`;
        const outgoing = request(url, { agent, method, headers: headersOf(text) }, (incoming) => {
          let answer = "";
          incoming.setEncoding("utf8").on("data", (chunk: string) => (answer += chunk));
          incoming.once("error", reject);
          incoming.once("end", () =>
            resolve({
              status: incoming.statusCode ?? 0,
              body: answer === "" ? undefined : (JSON.parse(answer) as unknown),
              headers: incoming.headers,
            }),
          );
        });
        outgoing.once("error", reject);
        outgoing.end(text);
      }),
  };
}
