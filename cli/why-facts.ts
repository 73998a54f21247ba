// What `why` looks at: the job, its cluster, the jobs that share that, its events and attempts, and the end of its standard error. What may not be
// read, or is gone, is left out; the job itself must be there.
import { ApiError } from "../client/api-error.ts";
import type { Client } from "../client/client.ts";
import { outputTail } from "../client/output-tail.ts";
import { all } from "../client/paging.ts";
import { clusterNow } from "../domain/job/wire.ts";
import type { Facts, NeighbourFacts } from "../domain/diagnosis/facts.ts";
import { sameId } from "../domain/shared/resource-id.ts";
import type { ClusterRef, JobRef } from "../domain/shared/resource-id.ts";
import type { Context } from "./command.ts";

const lastBytes = 16_384;

export async function whyFacts(client: Client, ref: JobRef, context: Context): Promise<Facts> {
  const job = await client.jobs.get(ref);
  const cluster = clusterNow(job.properties);
  const isQueued = job.properties.executionState === "queued";
  const [found, neighbours, changes, errorOutput, attempts] = await Promise.all([
    client.clusters.find(cluster),
    isQueued ? neighboursOf(client, ref, cluster) : [],
    orNothing(() => all(client.events(ref))),
    job.properties.executionState === "failed" ? lastErrorOutput(client, ref, context) : undefined,
    orNothing(() => client.jobs.attempts(ref)),
  ]);
  return {
    name: job.name,
    creationTime: job.properties.creationTime,
    job: job.properties,
    clusterName: cluster.cluster,
    cluster: found?.properties,
    neighbours,
    changes: (changes ?? []).map(({ properties }) => properties),
    errorOutput,
    attempts,
    now: new Date(context.now()),
  };
}

/** The jobs of the workspace that use the cluster and have not ended. */
async function neighboursOf(client: Client, ref: JobRef, cluster: ClusterRef): Promise<NeighbourFacts[]> {
  const { subscriptionId, resourceGroup, workspace } = ref;
  const experiments = await all(
    client.experiments.list({ kind: "workspace", subscriptionId, resourceGroup, workspace }),
  );
  const found: NeighbourFacts[] = [];
  for (const { name: experiment } of experiments)
    for await (const { name, properties } of client.jobs.list({
      kind: "experiment",
      subscriptionId,
      resourceGroup,
      workspace,
      experiment,
    })) {
      const { executionState, nodeCount, schedulingPriority, creationTime } = properties;
      const isIt = name === ref.job && experiment.toLowerCase() === ref.experiment.toLowerCase();
      const isOver = executionState === "succeeded" || executionState === "failed";
      if (isIt || isOver || !sameId(clusterNow(properties), cluster)) continue;
      found.push({ name, executionState, nodeCount, schedulingPriority, creationTime });
    }
  return found;
}

async function lastErrorOutput(client: Client, ref: JobRef, context: Context): Promise<string | undefined> {
  return orNothing(async () => {
    const place = { directoryId: "stdouterr", name: "stderr.txt" };
    const tail = outputTail(client, ref, place, context.fetch, { lastBytes });
    const bytes = await tail.read();
    return bytes.length === 0 ? undefined : new TextDecoder().decode(bytes);
  });
}

/** What helps, and need not be there. */
async function orNothing<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof ApiError || (error instanceof Error && error.name === "UnreachableError"))
      return undefined;
    throw error;
  }
}
