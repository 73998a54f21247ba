// The nodes of a job or of a cluster, and who may log in to them: what `ssh`, `exec` and `port-forward` have in common.
import type { Client } from "../client/client.ts";
import { all } from "../client/paging.ts";
import { clusterNow } from "../domain/job/wire.ts";
import type { ClusterRef, JobRef } from "../domain/shared/resource-id.ts";
import { usageError } from "./failure.ts";
import { text } from "./options.ts";
import type { Session } from "./remote.ts";
import { clusterRef, inExperiment, jobRef } from "./service.ts";
import type { Service } from "./service.ts";

export const ofJobOrCluster = {
  ...inExperiment,
  job: text("-j, --job <name>", "nodes of this job"),
  cluster: text("-c, --cluster <name>", "nodes of this cluster"),
};

export interface JobOrCluster {
  readonly workspace: string | undefined;
  readonly experiment: string | undefined;
  readonly job: string | undefined;
  readonly cluster: string | undefined;
}

export function sessionOf(service: Service, given: JobOrCluster): Promise<Pick<Session, "user" | "nodes">> {
  if ((given.job === undefined) === (given.cluster === undefined))
    throw usageError("Whose node? Name a job with -j, or a cluster with -c.");
  return given.job === undefined
    ? nodesOfCluster(service.client, clusterRef(service, given, given.cluster ?? ""))
    : nodesOfJob(service.client, jobRef(service, given, given.job));
}

export async function nodesOfCluster(
  client: Client,
  ref: ClusterRef,
): Promise<Pick<Session, "user" | "nodes">> {
  const [nodes, { properties }] = await Promise.all([
    all(client.clusters.nodes(ref)),
    client.clusters.get(ref),
  ]);
  return { user: properties.userAccountSettings.adminUserName, nodes };
}

export async function nodesOfJob(client: Client, ref: JobRef): Promise<Pick<Session, "user" | "nodes">> {
  const [nodes, { properties }] = await Promise.all([all(client.jobs.nodes(ref)), client.jobs.get(ref)]);
  const cluster = await client.clusters.get(clusterNow(properties));
  return { user: cluster.properties.userAccountSettings.adminUserName, nodes };
}
