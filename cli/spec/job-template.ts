// A job as template of many, as a file describes it, on the cluster and with the mounts that options name.
import { parseClusterId } from "../../domain/shared/resource-id.ts";
import { clusterRef, workspaceRef } from "../service.ts";
import type { Service, StorageAccount } from "../service.ts";
import { withMounts } from "./storage-options.ts";
import type { StorageGiven } from "./storage-options.ts";

export interface JobGiven extends StorageGiven {
  readonly workspace: string | undefined;
  readonly cluster: string | undefined;
}

type Json = Readonly<Record<string, unknown>>;

export async function withJobOptions(
  service: Service,
  given: JobGiven,
  account: StorageAccount | undefined,
  job: Json,
): Promise<Json> {
  const mountVolumes = withMounts(job["mountVolumes"], given, account, workspaceRef(service, given));
  const cluster = given.cluster === undefined ? undefined : await clusterId(service, given, given.cluster);
  return {
    ...job,
    ...(cluster === undefined ? {} : { cluster: { id: cluster } }),
    ...(mountVolumes === undefined ? {} : { mountVolumes }),
  };
}

async function clusterId(
  service: Service,
  given: Pick<JobGiven, "workspace">,
  cluster: string,
): Promise<string> {
  const ref = cluster.startsWith("/") ? parseClusterId(cluster) : clusterRef(service, given, cluster);
  return (await service.client.clusters.get(ref)).id;
}
