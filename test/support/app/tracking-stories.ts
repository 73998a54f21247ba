// Jobs whose scripts log to MLflow, and notebooks beside them, in the app's world.
import { subscriptionId } from "./app-world.ts";
import type { Answer } from "./app-world.ts";
import { experimentPath, startJob, workspacePath, worldWithCluster } from "./stories.ts";

type World = Awaited<ReturnType<typeof worldWithCluster>>;
export const jobPath = `${experimentPath}/jobs/j`;
export const own = "j1-e-j";
export const launchA = "on/a/mnt/out/mlflow/-/";
const mlflow = "api/2.0/mlflow";

interface Client {
  get(call: string, query?: Record<string, string>): Promise<Answer>;
  post(call: string, body?: object): Promise<Answer>;
  patch(call: string, body: object): Promise<Answer>;
}

export function clientAt(world: World, base: string, token = "role-submitter"): Client {
  const send = (method: string, call: string, body?: object) =>
    world.api(method, `${base}/${mlflow}/${call}`, { token, ...(body === undefined ? {} : { body }) });
  return {
    get: (call, query = {}) => send("GET", `${call}?${new URLSearchParams(query).toString()}`),
    post: (call, body = {}) => send("POST", call, body),
    patch: (call, body) => send("PATCH", call, body),
  };
}

export async function runningJob(properties: object = {}) {
  const world = await worldWithCluster();
  await startJob(world, jobPath, properties);
  const stored = await world.services.state.jobs.get({
    kind: "job",
    subscriptionId,
    resourceGroup: "rg",
    workspace: "w",
    experiment: "e",
    job: "j",
  });
  const token = world.services.jobTokens.issue(stored?.guid ?? "", 3_600_000);
  const script = (launch = launchA) =>
    clientAt(world, `${jobPath}/mlflow/${launch.replace(/\/$/, "")}`, token);
  return { world, token, script, notebook: clientAt(world, `${workspacePath}/mlflow`) };
}

export const create = (client: Client, body: object = {}) =>
  client.post("runs/create", { experiment_id: "e", start_time: 1, tags: [], ...body });
/** Partitions that hold something of what was logged; that something was written, retention forgets. */
export const tracked = (world: World) =>
  (JSON.parse(world.documents.dump()) as [string, [string, unknown][]][])
    .filter(([name]) => /^(runs|metrics|models)\|/.test(name))
    .filter(([, rows]) => rows.some(([row]) => !row.startsWith("changed|")))
    .map(([name]) => name);
export const valuesOf = (pairs: unknown): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    ((pairs ?? []) as readonly { key: string; value: unknown }[]).map(({ key, value }) => [key, value]),
  );
