// Submitting a job that a file describes: to a cluster that is there, with the mounts that options add.
import { JobRequest } from "../domain/job/schema.ts";
import type { JobResponse } from "../domain/job/wire.ts";
import { formatId, parseClusterId, workspaceOf } from "../domain/shared/resource-id.ts";
import type { JobRef } from "../domain/shared/resource-id.ts";
import type { Context, Given } from "./command.ts";
import { CommandError, usageError } from "./failure.ts";
import { text } from "./options.ts";
import { clusterRef, givenCluster, inExperiment } from "./service.ts";
import type { Service } from "./service.ts";
import { readSpec } from "./spec/read-spec.ts";
import { accountOf, fileServerRefOf, storageOptions, withMounts } from "./spec/storage-options.ts";

export const submission = {
  ...inExperiment,
  cluster: text("-c, --cluster <name>", "cluster by its name, or by its ARM id (default: $BATCHAI_CLUSTER)"),
  ...storageOptions,
};

/** @throws CommandError when there is a job of that name already. */
export async function submitJob(
  service: Service,
  ref: JobRef,
  given: Given<typeof submission> & { readonly file: string; readonly printed?: object },
  context: Context,
): Promise<JobResponse> {
  const account = accountOf(given, service);
  const workspace = workspaceOf(ref);
  const file = await readSpec(given.file, context, account, JobRequest);
  const { properties } = file;
  checkKind(properties, given.file);
  const named = givenCluster(service, given);
  const cluster = await service.client.clusters.get(
    named.startsWith("/") ? parseClusterId(named) : clusterRef(service, given, named),
  );
  const mountVolumes = withMounts(properties["mountVolumes"], given, account, workspace);
  if (given.fileServer !== undefined)
    await service.client.fileServers.get(fileServerRefOf(given.fileServer, workspace));
  const spec = {
    properties: {
      ...properties,
      ...given.printed,
      cluster: { id: cluster.id },
      ...(mountVolumes === undefined ? {} : { mountVolumes }),
    },
  };
  if ((await service.client.jobs.find(ref)) !== undefined)
    throw new CommandError(`${formatId(ref)} exists already; delete it, or take another name.`);
  return file.sending(() => service.client.jobs.create(ref, spec));
}

/** What has these members is of another kind. */
const others = { searchSpace: "a sweep", on: "a trigger", vmSize: "a cluster" } as const;

function checkKind(properties: Readonly<Record<string, unknown>>, file: string): void {
  for (const [member, kind] of Object.entries(others))
    if (properties[member] !== undefined)
      throw usageError(
        `${file} has properties.${member}: it is ${kind}, no job. See: batchai ${kind.split(" ")[1] ?? ""} create --help`,
      );
}
