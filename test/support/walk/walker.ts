// A random walk over the operations on jobs and clusters, with crashes in between, against a model: whatever happened,
// every answer must be one that the model allows. By its seed the walk is the same each time; what the service makes of
// it is not, because real processes run.
import { seededRandom } from "../../../local/random.ts";
import type { Random } from "../../../local/random.ts";
import type { CloudProcess } from "../cloud-process.ts";
import { apiOf } from "../raw-api.ts";
import type { Api, Reply } from "../raw-api.ts";
import { complaint, kinds } from "./model.ts";
import type { ClusterModel, JobModel, Kind, SeenJob } from "./model.ts";

const clusterNames = ["c1", "c2"];
export const experiments = ["e1", "e2"];
const mostJobs = 40;

export interface Walk {
  readonly clusters: Map<string, ClusterModel>;
  readonly jobs: Map<string, JobModel>;
  /** Times each kind of step was taken. */
  readonly taken: Map<string, number>;
  api(): Api;
  step(): Promise<void>;
  /** One request with a definite answer; asked again when the process died under it. */
  ask(method: string, path: string, body?: object): Promise<Reply>;
  seen(job: JobModel): Promise<SeenJob>;
  pathOf(job: JobModel): string;
  clusterPath(name: string): string;
}

export async function startWalk(cloud: CloudProcess, seed: number, crashEvery: number): Promise<Walk> {
  const random = seededRandom(seed);
  // Crashes are drawn apart, so that the steps are the same however often something is asked for; and after a number of
  // requests that is at most twice the usual, so that no walk is without one.
  const crashes = seededRandom(seed + 1);
  const requestsToCrash = () => 1 + below(crashes, 2 * crashEvery);
  let left = requestsToCrash();
  const clusters = new Map<string, ClusterModel>();
  const jobs = new Map<string, JobModel>();
  const taken = new Map<string, number>();
  let api = apiOf(await cloud.start());
  let numbered = 0;
  const restart = async (signal: NodeJS.Signals) => {
    await cloud.stop(signal);
    api = apiOf(await cloud.start());
  };
  const ask = async (method: string, path: string, body?: object): Promise<Reply> => {
    left -= 1;
    const dies = left === 0;
    if (dies) left = requestsToCrash();
    const answer = api.send(method, path, body).catch(() => undefined);
    if (dies) {
      note("kill -9");
      await new Promise((resolve) => setTimeout(resolve, crashes.next() * 40));
      await restart("SIGKILL");
    }
    const reply = await answer;
    if (reply === undefined) return ask(method, path, body);
    if (reply.status >= 500)
      throw new Error(`${method} ${path}: ${reply.status} ${JSON.stringify(reply.body)}`);
    return reply;
  };
  const note = (what: string) => taken.set(what, (taken.get(what) ?? 0) + 1);
  const pathOf = (job: JobModel) => `${api.workspace}/experiments/${job.experiment}/jobs/${job.name}`;
  const clusterPath = (name: string) => `${api.workspace}/clusters/${name}`;
  const seen = async (job: JobModel) => {
    const reply = await ask("GET", pathOf(job));
    if (reply.status !== 200) throw new Error(`${job.name}: ${reply.status} ${JSON.stringify(reply.body)}`);
    const found = (reply.body as { properties: SeenJob }).properties;
    const wrong = complaint(job, found);
    if (wrong !== undefined) throw new Error(`job ${job.name} (${job.kind}) ${wrong}: ${await story(job)}`);
    return found;
  };
  const story = async (job: JobModel) => {
    const { body } = await api.send("GET", `${pathOf(job)}/events?api-version=2026-11-01`);
    return JSON.stringify(body, undefined, 1);
  };
  const walk: Walk = { clusters, jobs, taken, api: () => api, ask, seen, pathOf, clusterPath, step };

  const steps: readonly (readonly [number, string, () => Promise<unknown>])[] = [
    [30, "submit", () => submit(walk, random, `j${(numbered += 1)}`)],
    [25, "look", () => onJob(walk, random, (job) => seen(job))],
    [8, "terminate", () => onJob(walk, random, (job) => terminate(walk, job))],
    [10, "delete job", () => onJob(walk, random, (job) => deleteJob(walk, job))],
    [8, "list", () => compareLists(walk, pick(random, experiments))],
    [8, "resize", () => onCluster(walk, random, (cluster) => resize(walk, random, cluster))],
    [1, "delete cluster", () => onCluster(walk, random, (cluster) => deleteCluster(walk, cluster))],
    [6, "create cluster", () => createCluster(walk, pick(random, clusterNames), 1 + below(random, 2))],
    [1, "stop and start", () => (random.next() < 10 / crashEvery ? restart("SIGTERM") : Promise.resolve())],
  ];
  async function step(): Promise<void> {
    let rest = random.next() * steps.reduce((sum, [weight]) => sum + weight, 0);
    const [, name, take] = steps.find(([weight]) => (rest -= weight) < 0) ?? steps[0] ?? [];
    if (name === undefined || take === undefined) return;
    note(name);
    await take();
  }
  await ask("PUT", api.workspace, { location: "local" });
  for (const experiment of experiments) await ask("PUT", `${api.workspace}/experiments/${experiment}`);
  return walk;
}

const below = (random: Random, limit: number) => Math.floor(random.next() * limit);

function pick<Item>(random: Random, items: readonly Item[]): Item {
  return items[below(random, items.length)] as Item;
}

async function onJob(walk: Walk, random: Random, act: (job: JobModel) => Promise<unknown>): Promise<void> {
  if (walk.jobs.size > 0) await act(pick(random, [...walk.jobs.values()]));
}

async function onCluster(walk: Walk, random: Random, act: (cluster: ClusterModel) => Promise<unknown>) {
  if (walk.clusters.size > 0) await act(pick(random, [...walk.clusters.values()]));
}

function expectStatus(reply: Reply, ...allowed: number[]): void {
  if (!allowed.includes(reply.status))
    throw new Error(`expected ${allowed.join(" or ")}, got ${reply.status} ${JSON.stringify(reply.body)}`);
}

async function submit(walk: Walk, random: Random, name: string): Promise<void> {
  if (walk.clusters.size === 0) return;
  if (walk.jobs.size >= mostJobs) return onJob(walk, random, (job) => deleteJob(walk, job));
  const cluster = pick(random, [...walk.clusters.values()]);
  const kind = pick(random, Object.keys(kinds) as Kind[]);
  const nodeCount = 1 + below(random, 2);
  const experiment = pick(random, experiments);
  const job: JobModel = { experiment, name, kind, nodeCount, cluster, terminated: false };
  const reply = await walk.ask("PUT", walk.pathOf(job), {
    properties: {
      cluster: { id: walk.clusterPath(cluster.name) },
      nodeCount,
      schedulingPriority: pick(random, ["low", "normal", "high"]),
      stdOutErrPathPrefix: "$AZ_BATCHAI_MOUNT_ROOT/files",
      customToolkitSettings: { commandLine: kinds[kind].command },
      secrets: random.next() < 0.3 ? [{ name: "TOKEN", value: "hidden" }] : [],
    },
  });
  if (cluster.target > 0 && nodeCount > cluster.target) return expectStatus(reply, 400);
  expectStatus(reply, 200, 202);
  walk.jobs.set(`${experiment}/${name}`, job);
}

export async function terminate(walk: Walk, job: JobModel): Promise<void> {
  job.terminated = true;
  expectStatus(await walk.ask("POST", `${walk.pathOf(job)}/terminate`), 200, 202);
}

async function deleteJob(walk: Walk, job: JobModel): Promise<void> {
  expectStatus(await walk.ask("DELETE", walk.pathOf(job)), 202, 204);
  await gone(walk, walk.pathOf(job));
  walk.jobs.delete(`${job.experiment}/${job.name}`);
}

async function compareLists(walk: Walk, experiment: string): Promise<void> {
  const reply = await walk.ask("GET", `${walk.api().workspace}/experiments/${experiment}/jobs`);
  expectStatus(reply, 200);
  const found = (reply.body as { value: { name: string }[] }).value.map(({ name }) => name).sort();
  const known = [...walk.jobs.values()].filter((job) => job.experiment === experiment);
  const expected = known.map(({ name }) => name).sort();
  if (JSON.stringify(found) !== JSON.stringify(expected))
    throw new Error(`the list of ${experiment} is ${found.join()}, expected ${expected.join()}`);
}

export async function createCluster(walk: Walk, name: string, nodes: number): Promise<void> {
  if (walk.clusters.has(name)) return;
  const { name: accountName, key: accountKey } = walk.api().storageAccount;
  const share = {
    accountName,
    azureFileUrl: `https://${accountName}.file.core.windows.net/walk`,
    credentials: { accountKey },
    relativeMountPath: "files",
  };
  const reply = await walk.ask("PUT", walk.clusterPath(name), {
    properties: {
      vmSize: "STANDARD_DS1_V2",
      scaleSettings: { manual: { targetNodeCount: nodes } },
      userAccountSettings: { adminUserName: "ada", adminUserPassword: "Correct-horse-7" },
      nodeSetup: { mountVolumes: { azureFileShares: [share] } },
    },
  });
  expectStatus(reply, 200, 202);
  walk.clusters.set(name, { name, target: nodes, deleted: false, cutJobs: false });
}

async function resize(walk: Walk, random: Random, cluster: ClusterModel): Promise<void> {
  const options = ["requeue", "terminate", "waitforjobcompletion"] as const;
  await resizeTo(walk, cluster, below(random, 4), pick(random, options));
}

export async function resizeTo(
  walk: Walk,
  cluster: ClusterModel,
  nodes: number,
  option: string,
): Promise<void> {
  if (option === "terminate") cluster.cutJobs = true;
  const manual = { targetNodeCount: nodes, nodeDeallocationOption: option };
  const reply = await walk.ask("PATCH", walk.clusterPath(cluster.name), {
    properties: { scaleSettings: { manual } },
  });
  expectStatus(reply, 200);
  cluster.target = nodes;
}

async function deleteCluster(walk: Walk, cluster: ClusterModel): Promise<void> {
  cluster.deleted = true;
  expectStatus(await walk.ask("DELETE", walk.clusterPath(cluster.name)), 202, 204);
  await gone(walk, walk.clusterPath(cluster.name));
  walk.clusters.delete(cluster.name);
}

export async function gone(walk: Walk, path: string): Promise<void> {
  const deadline = Date.now() + 60_000;
  while ((await walk.ask("GET", path)).status !== 404) {
    if (Date.now() > deadline) throw new Error(`${path} does not go away`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
