import { command } from "../../command.ts";
import { CommandError } from "../../failure.ts";
import { hint } from "../../hints.ts";
import { required, text, wholeNumber } from "../../options.ts";
import { clusterColumns } from "../../output/columns.ts";
import { printing, printOne } from "../../output/print.ts";
import { clusterRef, inWorkspace, openService } from "../../service.ts";
import { adminOf } from "../../spec/admin.ts";
import { clusterSpec } from "../../spec/cluster-spec.ts";
import { readSpec } from "../../spec/read-spec.ts";
import { accountOf, storageOptions } from "../../spec/storage-options.ts";

export const clusterCreate = command({
  examples: [
    "cluster create -w lab -n nodes -s STANDARD_D2S_V3 -t 2",
    "cluster create -w lab -n nodes -f cluster.json",
    "cluster create -w lab -n nodes -s STANDARD_NC4AS_T4_V3 --min 0 --max 4 --vm-priority lowpriority",
  ],
  options: {
    ...inWorkspace,
    name: required(text("-n, --name <name>", "its name")),
    file: text("-f, --config-file <file>", "cluster.json; options come before what it says"),
    vmSize: text("-s, --vm-size <size>", "such as STANDARD_D2S_V3"),
    target: wholeNumber("-t, --target <nodes>", "how many nodes"),
    min: wholeNumber("--min <nodes>", "least, where it scales by itself"),
    max: wholeNumber("--max <nodes>", "most"),
    priority: text("--vm-priority <kind>", "dedicated or lowpriority"),
    image: text("-i, --image <image>", "UbuntuLTS, UbuntuDSVM or publisher:offer:sku:version"),
    subnet: text("--subnet <id>", "ARM id of a subnet"),
    userName: text("-u, --user-name <name>", "who may log in to the nodes (default: batchai)"),
    sshKey: text("-k, --ssh-key <key>", "public key, or its file (default: yours in ~/.ssh)"),
    password: text("-p, --password <password>", "password; a key is better"),
    setupTask: text("--setup-task <command>", "what each node runs first"),
    setupTaskOutput: text("--setup-task-output <path>", "where the logs of that go"),
    ...storageOptions,
    ...printing,
  },
  async run(given, context) {
    const service = await openService(given, context);
    const ref = clusterRef(service, given, given.name);
    const account = accountOf(given, service);
    const file =
      given.file === undefined ? undefined : await readSpec(given.file, context.directory, account);
    const spec = clusterSpec(file, given, account, await adminOf(given, file, context));
    if ((await service.client.clusters.find(ref)) !== undefined)
      throw new CommandError(`There is a cluster '${given.name}' already; delete it, or take another name.`);
    printOne(await service.client.clusters.create(ref, spec), clusterColumns, given, context);
    hint(context, `job create -w ${ref.workspace} -e EXPERIMENT -n JOB -c ${given.name} -f job.json`);
  },
});
