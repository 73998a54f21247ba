// What `why` looks at: the job, its cluster, the jobs that share that, its events and attempts, and the end of its standard error. What may not be
// read, or is gone, is left out; the job itself must be there.
import { ApiError } from "../client/api-error.ts";
import type { Client } from "../client/client.ts";
import { outputTail } from "../client/output-tail.ts";
import { all } from "../client/paging.ts";
import type { Facts, NeighbourFacts } from "../domain/diagnosis/facts.ts";
import { errorOutputFile, jobFacts, neighbourOf, wantedFor } from "../domain/diagnosis/job-facts.ts";
import { clusterNow } from "../domain/job/wire.ts";
import type { JobResponse } from "../domain/job/wire.ts";
import type { JobRef } from "../domain/shared/resource-id.ts";
import type { Context } from "./command.ts";

export async function whyFacts(client: Client, ref: JobRef, context: Context): Promise<Facts> {
  const job = await client.jobs.get(ref);
  const wanted = wantedFor(job);
  const [cluster, neighbours, events, errorOutput, attempts] = await Promise.all([
    client.clusters.find(clusterNow(job.properties)),
    wanted.neighbours ? neighboursOf(client, ref, job) : [],
    orNothing(() => all(client.events(ref))),
    wanted.errorOutput ? lastErrorOutput(client, ref, context) : undefined,
    orNothing(() => client.jobs.attempts(ref)),
  ]);
  return jobFacts(job, { cluster, neighbours, events: events ?? [], errorOutput, attempts }, context.now());
}

/** The jobs of the workspace that use the cluster and have not ended. */
async function neighboursOf(client: Client, ref: JobRef, job: JobResponse): Promise<NeighbourFacts[]> {
  const { subscriptionId, resourceGroup, workspace } = ref;
  const experiments = await all(
    client.experiments.list({ kind: "workspace", subscriptionId, resourceGroup, workspace }),
  );
  const found: NeighbourFacts[] = [];
  for (const { name: experiment } of experiments)
    for await (const other of client.jobs.list({
      kind: "experiment",
      subscriptionId,
      resourceGroup,
      workspace,
      experiment,
    })) {
      const neighbour = neighbourOf(job, other);
      if (neighbour !== undefined) found.push(neighbour);
    }
  return found;
}

async function lastErrorOutput(client: Client, ref: JobRef, context: Context): Promise<string | undefined> {
  return orNothing(async () => {
    const { lastBytes, ...place } = errorOutputFile;
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
