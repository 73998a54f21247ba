import { formatId, parseClusterId } from "../../../domain/shared/resource-id.ts";
import { command } from "../../command.ts";
import { CommandError } from "../../failure.ts";
import { hint } from "../../hints.ts";
import { required, text } from "../../options.ts";
import { jobColumns } from "../../output/columns.ts";
import { printing, printOne } from "../../output/print.ts";
import { clusterRef, inExperiment, jobRef, openService } from "../../service.ts";
import { readSpec } from "../../spec/read-spec.ts";
import { accountOf, storageOptions, withMounts } from "../../spec/storage-options.ts";

export const jobCreate = command({
  examples: [
    "job create -w lab -e digits -n first -c nodes -f job.json",
    "job create -w lab -e digits -n first -c nodes -f job.json --afs-name results --afs-mount-path out",
  ],
  options: {
    ...inExperiment,
    name: required(text("-n, --name <name>", "its name")),
    cluster: required(text("-c, --cluster <name>", "cluster by its name, or by its ARM id")),
    file: required(text("-f, --config-file <file>", "job.json")),
    ...storageOptions,
    ...printing,
  },
  async run(given, context) {
    const service = await openService(given, context);
    const ref = jobRef(service, given, given.name);
    const account = accountOf(given, service);
    const { properties } = await readSpec(given.file, context.directory, account);
    const cluster = await service.client.clusters.get(
      given.cluster.startsWith("/")
        ? parseClusterId(given.cluster)
        : clusterRef(service, given, given.cluster),
    );
    const mountVolumes = withMounts(properties["mountVolumes"], given, account);
    const spec = {
      properties: {
        ...properties,
        cluster: { id: cluster.id },
        ...(mountVolumes === undefined ? {} : { mountVolumes }),
      },
    };
    if ((await service.client.jobs.find(ref)) !== undefined)
      throw new CommandError(`${formatId(ref)} exists already; delete it, or take another name.`);
    printOne(await service.client.jobs.create(ref, spec), jobColumns, given, context);
    const place = `-w ${ref.workspace} -e ${ref.experiment}`;
    hint(context, `job file stream ${place} -j ${ref.job} -f stdout.txt`, `job wait ${place} -n ${ref.job}`);
  },
});
