// `batchai cluster file list`: what the setup task wrote on each node. Members and columns are those of `az batchai`, which read the storage
// itself; here the service does, so that no key is needed.
import { all } from "../../../../client/paging.ts";
import { command } from "../../../command.ts";
import { required, text, wholeNumber } from "../../../options.ts";
import type { Columns } from "../../../output/print.ts";
import { printAll, printing } from "../../../output/print.ts";
import { clusterRef, inWorkspace, openService } from "../../../service.ts";

interface SetupFile {
  readonly name: string;
  readonly is_directory: boolean;
  readonly size: number | null;
  readonly download_url: string | null;
}

const columns: Columns<SetupFile> = [
  ["Name", ({ name }) => name],
  ["Is directory", ({ is_directory: isDirectory }) => (isDirectory ? "yes" : "no")],
  ["Size", ({ size }) => size ?? ""],
];

export const clusterFileList = command({
  examples: ["cluster file list -w lab -c nodes", "cluster file list -c nodes --query '[].name' -o tsv"],
  options: {
    ...inWorkspace,
    cluster: required(text("-c, --cluster <name>", "the cluster")),
    path: text("-p, --path <folder>", "folder below the logs", "."),
    expiry: wholeNumber("--expiry <minutes>", "how long the links are good", 60),
    ...printing,
  },
  async run(given, context) {
    const service = await openService(given, context);
    const place = { folder: given.path, linkMinutes: given.expiry };
    const found = await all(
      service.client.clusters.setupFiles(clusterRef(service, given, given.cluster), place),
    );
    const files = found.map(({ name, fileType, downloadUrl = null, properties }): SetupFile => {
      const isDirectory = fileType === "directory";
      const size = isDirectory ? null : (properties.contentLength ?? 0);
      return { name, is_directory: isDirectory, size, download_url: downloadUrl };
    });
    await printAll(files, columns, given, context);
  },
});
