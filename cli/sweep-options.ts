// What commands for sweeps have in common: which sweep, which trials, in what file it is described.
import type { Context } from "./command.ts";
import { required, text } from "./options.ts";
import { clusterRef, inExperiment, workspaceRef } from "./service.ts";
import type { Service } from "./service.ts";
import { isObject, readSpec } from "./spec/read-spec.ts";
import type { SpecFile } from "./spec/read-spec.ts";
import { accountOf, storageOptions, withMounts } from "./spec/storage-options.ts";
import type { StorageGiven } from "./spec/storage-options.ts";
import { parseClusterId } from "../domain/shared/resource-id.ts";
import { SweepRequest } from "../domain/sweep/spec.ts";
import { usageError } from "./failure.ts";

export const ofSweep = { ...inExperiment, name: required(text("-n, --name <name>", "its name")) };

export const trialQuery = {
  filter: text("--filter <comparisons>", "such as \"state eq 'failed' and params.LR lt 0.1\""),
  orderBy: text("--order-by <field>", 'such as value, "params.LR desc" or metrics.loss.min'),
};

export const sweepFile = {
  cluster: text("-c, --cluster <name>", "cluster of the trials, by its name or ARM id; before the file's"),
  file: required(text("-f, --config-file <file>", "sweep.json or .yaml")),
  ...storageOptions,
};

interface FileGiven extends StorageGiven {
  readonly workspace: string | undefined;
  readonly cluster: string | undefined;
  readonly file: string;
}

/** The sweep that a file describes, on the cluster and with the mounts that options name. */
export async function sweepSpec(service: Service, given: FileGiven, context: Context): Promise<SpecFile> {
  const account = accountOf(given, service);
  const { properties, sending } = await readSpec(given.file, context, account, SweepRequest);
  const { trial } = properties;
  if (!isObject(trial) || !isObject(trial["properties"]))
    throw usageError(`${given.file}: expected a job as template in properties.trial, with 'properties'.`);
  const job = trial["properties"];
  const mountVolumes = withMounts(job["mountVolumes"], given, account, workspaceRef(service, given));
  const cluster = given.cluster === undefined ? undefined : await clusterId(service, given, given.cluster);
  return {
    sending,
    properties: {
      ...properties,
      trial: {
        ...trial,
        properties: {
          ...job,
          ...(cluster === undefined ? {} : { cluster: { id: cluster } }),
          ...(mountVolumes === undefined ? {} : { mountVolumes }),
        },
      },
    },
  };
}

async function clusterId(
  service: Service,
  given: Pick<FileGiven, "workspace">,
  cluster: string,
): Promise<string> {
  const ref = cluster.startsWith("/") ? parseClusterId(cluster) : clusterRef(service, given, cluster);
  return (await service.client.clusters.get(ref)).id;
}
