// A local cloud for measuring: a workspace, an experiment, a cluster, and a client with kept-alive connections.
import { Agent, request } from "node:http";
import { startLocal } from "../../../local/start.ts";
import type { LocalCloud } from "../../../local/start.ts";

export interface Api {
  /** @throws Error for every status that is not 2xx. */
  call(method: string, path: string, body?: object): Promise<Reply>;
  close(): void;
}

export interface Reply {
  readonly properties: {
    readonly executionState: string;
    readonly nodeStateCounts: { readonly idleNodeCount: number };
  };
  readonly value: readonly Reply[];
  readonly nextLink?: string;
}

export interface BenchCloud {
  readonly cloud: LocalCloud;
  readonly api: Api;
  /** Path of the workspace. */
  readonly workspace: string;
  dispose(): Promise<void>;
}

export async function startBenchCloud(
  appSettings: Readonly<Record<string, string>> = {},
  data = "temporary",
): Promise<BenchCloud> {
  const cloud = await startLocal({ data, appSettings });
  const { subscriptionId, resourceGroup } = cloud.description;
  const api = connect(cloud);
  const workspace = `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.BatchAI/workspaces/bench`;
  await api.call("PUT", workspace, { location: "local" });
  await api.call("PUT", `${workspace}/experiments/e`);
  return {
    cloud,
    api,
    workspace,
    async dispose() {
      api.close();
      await cloud.dispose();
    },
  };
}

function connect({ description }: LocalCloud): Api {
  const agent = new Agent({ keepAlive: true, maxSockets: 30 });
  return {
    close: () => agent.destroy(),
    call: (method, path, body) =>
      new Promise((resolve, reject) => {
        const text = body === undefined ? "" : JSON.stringify(body);
        const url = `${description.urls.api}${path}${path.includes("?") ? "&" : "?"}api-version=2018-05-01`;
        const headers = {
          authorization: `Bearer ${description.token}`,
          "content-type": "application/json",
          "content-length": Buffer.byteLength(text),
        };
        const outgoing = request(url, { agent, method, headers }, (incoming) => {
          let answer = "";
          incoming.setEncoding("utf8").on("data", (chunk: string) => (answer += chunk));
          incoming.on("end", () => {
            const status = incoming.statusCode ?? 0;
            if (status >= 200 && status < 300) resolve(JSON.parse(answer === "" ? "{}" : answer) as Reply);
            else reject(new Error(`${method} ${path}: ${status} ${answer}`));
          });
        });
        outgoing.on("error", reject);
        outgoing.end(text);
      }),
  };
}

/** Creates a cluster and waits for its nodes. @returns its id. */
export async function createCluster(
  { api, workspace }: BenchCloud,
  nodes: number,
  name = `c${nodes}`,
): Promise<string> {
  const id = `${workspace}/clusters/${name}`;
  await api.call("PUT", id, {
    properties: {
      vmSize: "STANDARD_DS1_V2",
      scaleSettings: { manual: { targetNodeCount: nodes } },
      userAccountSettings: { adminUserName: "ada", adminUserPassword: "Correct-horse-7" },
    },
  });
  for (;;) {
    const { properties } = await api.call("GET", id);
    if (properties.nodeStateCounts.idleNodeCount === nodes) return id;
    await pause(50);
  }
}

/** A job that does nothing; its logs stay on the node, so that no share has a part in the figures. */
export function noOpJob(clusterId: string, commandLine = "true"): object {
  return {
    properties: {
      cluster: { id: clusterId },
      nodeCount: 1,
      stdOutErrPathPrefix: "/tmp",
      customToolkitSettings: { commandLine },
    },
  };
}

export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Does `work` for 0…count−1, `lanes` at a time. */
export async function inLanes(
  count: number,
  lanes: number,
  work: (index: number) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  const lane = async () => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

/** Number of the experiment's jobs that are in one of the states. */
export async function countJobs({ api, workspace }: BenchCloud, states: readonly string[]): Promise<number> {
  let found = 0;
  let path: string | undefined = `${workspace}/experiments/e/jobs`;
  while (path !== undefined) {
    const page: Reply = await api.call("GET", path);
    found += page.value.filter(({ properties }) => states.includes(properties.executionState)).length;
    path = page.nextLink?.slice(new URL(page.nextLink).origin.length);
  }
  return found;
}
