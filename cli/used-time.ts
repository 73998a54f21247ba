// What the jobs of a workspace used, asked of the service job by job: attempts, the clusters they ran on, and who made them.
import type { Client } from "../client/client.ts";
import { all } from "../client/paging.ts";
import type { JobResponse } from "../domain/job/wire.ts";
import { formatId, parseClusterId, parseIdOf } from "../domain/shared/resource-id.ts";
import type { ClusterRef } from "../domain/shared/resource-id.ts";
import type { Machine, UsedBy } from "../domain/usage/cost.ts";

export const groupings = ["experiment", "cluster", "user", "job"] as const;
export type Grouping = (typeof groupings)[number];

const atOnce = 8;

export async function usedTime(
  client: Client,
  jobs: readonly JobResponse[],
  by: Grouping,
): Promise<readonly UsedBy[]> {
  const machines = new Map<string, Promise<Machine | undefined>>();
  const machineOf = (ref: ClusterRef) => {
    const id = formatId(ref).toLowerCase();
    const asked = machines.get(id) ?? client.clusters.find(ref).then((found) => found?.properties);
    machines.set(id, asked);
    return asked;
  };
  const left = jobs.values();
  const used: UsedBy[] = [];
  const worker = async () => {
    for (const job of left) used.push(...(await ofJob(client, job, by, machineOf)));
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return used;
}

async function ofJob(
  client: Client,
  { id, name, properties }: JobResponse,
  by: Grouping,
  machineOf: (ref: ClusterRef) => Promise<Machine | undefined>,
): Promise<UsedBy[]> {
  const ref = parseIdOf("job", id);
  const { nodeCount } = properties;
  const { value, omitted } = await client.jobs.attempts(ref);
  const user = by === "user" ? await makerOf(client, ref) : "";
  const nameIn = (cluster: ClusterRef) =>
    ({ experiment: ref.experiment, cluster: cluster.cluster, user, job: `${ref.experiment}/${name}` })[by];
  const attempts = await Promise.all(
    value.map(async (attempt) => {
      const cluster = parseClusterId(attempt.cluster ?? properties.cluster.id);
      return { name: nameIn(cluster), job: id, nodeCount, attempt, machine: await machineOf(cluster) };
    }),
  );
  const home = nameIn(parseClusterId(properties.cluster.id));
  const gone = { name: home, job: id, nodeCount, attempt: undefined, machine: undefined };
  return [...attempts, ...Array.from({ length: omitted }, () => gone)];
}

/** Who is named by the first event of a job; what the service itself made, such as trials, is its own. */
async function makerOf(client: Client, ref: Parameters<Client["jobs"]["get"]>[0]): Promise<string> {
  const [first] = await all(client.events(ref));
  return first === undefined ? "unknown" : (first.properties.actorName ?? first.properties.actor);
}
