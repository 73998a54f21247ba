import { ClusterRequest } from "../../../domain/cluster/schema.ts";
import { command } from "../../command.ts";
import { CommandError } from "../../failure.ts";
import { hint } from "../../hints.ts";
import { flag, required, text, wholeNumber } from "../../options.ts";
import { clusterColumns } from "../../output/columns.ts";
import { printing, printOne } from "../../output/print.ts";
import { clusterRef, inWorkspace, openService, workspaceRef } from "../../service.ts";
import { adminOf, adminOptions } from "../../spec/admin.ts";
import { clusterSpec } from "../../spec/cluster-spec.ts";
import { readSpec } from "../../spec/read-spec.ts";
import { makeAutoStorage, withAutoStorage } from "../../spec/auto-storage.ts";
import { accountOf, fileServerRefOf, storageOptions } from "../../spec/storage-options.ts";

export const clusterCreate = command({
  examples: [
    "cluster create -w lab -n nodes -s STANDARD_D2S_V3 -t 2",
    "cluster create -w lab -n nodes -f cluster.json",
    "cluster create -w lab -n nodes -s STANDARD_NC4AS_T4_V3 --min 0 --max 4 --vm-priority lowpriority",
  ],
  options: {
    ...inWorkspace,
    name: required(text("-n, --name <name>", "its name")),
    file: text("-f, --config-file <file>", "cluster.json or .yaml; options come before what it says"),
    vmSize: text("-s, --vm-size <size>", "such as STANDARD_D2S_V3"),
    target: wholeNumber("-t, --target <nodes>", "how many nodes"),
    min: wholeNumber("--min <nodes>", "least, where it scales by itself"),
    max: wholeNumber("--max <nodes>", "most"),
    priority: text("--vm-priority <kind>", "dedicated or lowpriority"),
    image: text("-i, --image <image>", "UbuntuLTS, UbuntuDSVM or publisher:offer:sku:version"),
    customImage: text("--custom-image <id>", "ARM id of an image; --image says what it was made from"),
    subnet: text("--subnet <id>", "ARM id of a subnet"),
    ...adminOptions,
    setupTask: text("--setup-task <command>", "what each node runs first"),
    setupTaskOutput: text("--setup-task-output <path>", "where the logs of that go"),
    autoStorage: flag(
      "--use-auto-storage",
      "make and mount a share at autoafs and a container at autobfs, in the storage account named here",
    ),
    ...storageOptions,
    ...printing,
  },
  async run(given, context) {
    const service = await openService(given, context);
    const ref = clusterRef(service, given, given.name);
    const account = accountOf(given, service);
    const file =
      given.file === undefined ? undefined : await readSpec(given.file, context, account, ClusterRequest);
    const admin = await adminOf(given, file?.properties["userAccountSettings"], context);
    const workspace = workspaceRef(service, given);
    const asked = clusterSpec(file, given, account, admin, workspace);
    if (given.fileServer !== undefined)
      await service.client.fileServers.get(fileServerRefOf(given.fileServer, workspace));
    if ((await service.client.clusters.find(ref)) !== undefined)
      throw new CommandError(`There is a cluster '${given.name}' already; delete it, or take another name.`);
    const spec = given.autoStorage ? withAutoStorage(asked, await makeAutoStorage(account)) : asked;
    const send = () => service.client.clusters.create(ref, spec);
    await printOne(await (file?.sending(send) ?? send()), clusterColumns, given, context);
    hint(context, `job create -w ${ref.workspace} -e EXPERIMENT -n JOB -c ${given.name} -f job.json`);
  },
});
