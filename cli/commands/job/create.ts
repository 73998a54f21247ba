import { JobRequest } from "../../../domain/job/schema.ts";
import { formatId, parseClusterId } from "../../../domain/shared/resource-id.ts";
import { command } from "../../command.ts";
import { CommandError } from "../../failure.ts";
import { hint } from "../../hints.ts";
import { required, text } from "../../options.ts";
import { jobColumns } from "../../output/columns.ts";
import { printing, printOne } from "../../output/print.ts";
import { clusterRef, givenCluster, inExperiment, jobRef, openService, workspaceRef } from "../../service.ts";
import { readSpec } from "../../spec/read-spec.ts";
import { accountOf, fileServerRefOf, storageOptions, withMounts } from "../../spec/storage-options.ts";

export const jobCreate = command({
  examples: [
    "job create -w lab -e digits -n first -c nodes -f job.json",
    "job create -w lab -e digits -n first -c nodes -f job.json --afs-name results --afs-mount-path out",
    "job create -w lab -e digits -n first -c nodes -f job.yaml",
  ],
  options: {
    ...inExperiment,
    name: required(text("-n, --name <name>", "its name")),
    cluster: text(
      "-c, --cluster <name>",
      "cluster by its name, or by its ARM id (default: $BATCHAI_CLUSTER)",
    ),
    file: required(text("-f, --config-file <file>", "job.json or .yaml")),
    ...storageOptions,
    ...printing,
  },
  async run(given, context) {
    const service = await openService(given, context);
    const ref = jobRef(service, given, given.name);
    const account = accountOf(given, service);
    const workspace = workspaceRef(service, given);
    const file = await readSpec(given.file, context, account, JobRequest);
    const { properties } = file;
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
        cluster: { id: cluster.id },
        ...(mountVolumes === undefined ? {} : { mountVolumes }),
      },
    };
    if ((await service.client.jobs.find(ref)) !== undefined)
      throw new CommandError(`${formatId(ref)} exists already; delete it, or take another name.`);
    const job = await file.sending(() => service.client.jobs.create(ref, spec));
    await printOne(job, jobColumns, given, context);
    const place = `-w ${ref.workspace} -e ${ref.experiment}`;
    hint(context, `job file stream ${place} -j ${ref.job} -f stdout.txt`, `job wait ${place} -n ${ref.job}`);
  },
});
