import { FileServerRequest } from "../../../domain/file-server/schema.ts";
import { command } from "../../command.ts";
import { CommandError } from "../../failure.ts";
import { hint } from "../../hints.ts";
import { required, text, wholeNumber } from "../../options.ts";
import { fileServerColumns } from "../../output/columns.ts";
import { printing, printOne } from "../../output/print.ts";
import { fileServerRef, inWorkspace, openService } from "../../service.ts";
import { adminOf, adminOptions } from "../../spec/admin.ts";
import { fileServerSpec } from "../../spec/file-server-spec.ts";
import { isObject, readSpec } from "../../spec/read-spec.ts";

export const fileServerCreate = command({
  examples: [
    "file-server create -w lab -n data -s STANDARD_DS2_V3 --disk-count 2 --disk-size 128",
    "file-server create -w lab -n data -f file-server.json",
  ],
  options: {
    ...inWorkspace,
    name: required(text("-n, --name <name>", "its name")),
    file: text("-f, --config-file <file>", "file-server.json or .yaml; options come before what it says"),
    vmSize: text("-s, --vm-size <size>", "such as STANDARD_DS2_V3"),
    diskCount: wholeNumber("--disk-count <number>", "how many disks"),
    diskSize: wholeNumber("--disk-size <gigabytes>", "of each disk"),
    caching: text("--caching-type <kind>", "none, readonly or readwrite"),
    sku: text("--storage-sku <sku>", "Premium_LRS (default) or Standard_LRS"),
    subnet: text("--subnet <id>", "ARM id of a subnet"),
    ...adminOptions,
    ...printing,
  },
  async run(given, context) {
    const service = await openService(given, context);
    const ref = fileServerRef(service, given, given.name);
    const file =
      given.file === undefined
        ? undefined
        : await readSpec(given.file, context, service.storage, FileServerRequest);
    const ssh = file?.properties["sshConfiguration"];
    const known = isObject(ssh) ? ssh["userAccountSettings"] : undefined;
    const spec = fileServerSpec(file, given, await adminOf(given, known, context));
    if ((await service.client.fileServers.find(ref)) !== undefined)
      throw new CommandError(
        `There is a file server '${given.name}' already; delete it, or take another name.`,
      );
    const send = () => service.client.fileServers.create(ref, spec);
    await printOne(await (file?.sending(send) ?? send()), fileServerColumns, given, context);
    hint(context, `cluster create -w ${ref.workspace} -n CLUSTER -s SIZE -t 1 --nfs ${given.name}`);
  },
});
