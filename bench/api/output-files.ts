// listOutputFiles of a directory with many files on a share, page after page until there is none: its time must grow with the
// number of files, not with its square. Beside it: the same pages read by Microsoft's client alone, which is where most of the
// time goes, and the processor time, which a busy machine leaves as it is. Run: npm run bench -- api/output-files [--files 16000]
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ShareServiceClient, StorageSharedKeyCredential } from "@azure/storage-file-share";
import { report, timed } from "../durable/support/measure.ts";
import { inLanes, startBenchCloud } from "./support/bench-cloud.ts";
import type { Reply } from "./support/bench-cloud.ts";

const files = Number(process.argv[process.argv.indexOf("--files") + 1] || 16_000) || 16_000;
const bench = await startBenchCloud();
try {
  const { api, workspace, cloud } = bench;
  const { name, key } = cloud.description.storageAccount;
  const cluster = `${workspace}/clusters/empty`;
  await api.call("PUT", cluster, {
    properties: {
      vmSize: "STANDARD_D1_V2",
      scaleSettings: { manual: { targetNodeCount: 0 } },
      userAccountSettings: { adminUserName: "ada", adminUserPassword: "Correct-horse-7" },
    },
  });
  // It waits for nodes that never come; its directory is there all the same.
  const job = `${workspace}/experiments/e/jobs/writer`;
  await api.call("PUT", job, {
    properties: {
      cluster: { id: cluster },
      nodeCount: 1,
      stdOutErrPathPrefix: "$AZ_BATCHAI_JOB_MOUNT_ROOT/files",
      customToolkitSettings: { commandLine: "true" },
      mountVolumes: {
        azureFileShares: [
          {
            accountName: name,
            azureFileUrl: `https://${name}.file.core.windows.net/results`,
            credentials: { accountKey: key },
            relativeMountPath: "files",
          },
        ],
      },
    },
  });
  const made = await api.call("GET", job);
  const segment = (made.properties as unknown as { jobOutputDirectoryPathSegment: string })
    .jobOutputDirectoryPathSegment;
  const folder = join(dirname(cloud.cloudFile), "shares", name, "results", segment, "stdouterr");
  const share = new ShareServiceClient(
    cloud.description.urls.file,
    new StorageSharedKeyCredential(name, key),
  ).getShareClient("results");
  for (const count of [files / 8, files / 2, files]) {
    await mkdir(folder, { recursive: true });
    await inLanes(count, 30, (index) => writeFile(join(folder, `epoch-${index}.txt`), ""));
    let pages = 0;
    let listed = 0;
    const byService = await costOf(async () => {
      let path: string | undefined = `${job}/listOutputFiles?outputdirectoryid=stdouterr&maxresults=1000`;
      while (path !== undefined) {
        const page: Reply = await api.call("POST", path);
        pages += 1;
        listed += page.value.length;
        const next: URL | undefined = page.nextLink === undefined ? undefined : new URL(page.nextLink);
        next?.searchParams.delete("api-version");
        path = next && next.pathname + next.search;
      }
    });
    if (listed !== count) throw new Error(`${listed} of ${count} files were listed`);
    let seen = 0;
    const byClient = await costOf(async () => {
      const directory = share.getDirectoryClient(`${segment}/stdouterr`);
      const all = directory.listFilesAndDirectories({ includeTimestamps: true });
      for await (const page of all.byPage({ maxPageSize: 1000 })) seen += page.segment.fileItems.length;
    });
    if (seen !== count) throw new Error(`${seen} of ${count} files were listed by the client`);
    const target = count === 16_000 ? { target: { atMost: 3_000 } } : {};
    const told = `list of ${count} files in ${pages} pages`;
    report({ name: told, value: byService.ms, unit: "ms", ...target, note: spent(byService) });
    report({ name: "  the storage client's own", value: byClient.ms, unit: "ms", note: spent(byClient) });
    report({ name: "  ratio of processor times", value: byService.cpuMs / byClient.cpuMs, unit: "" });
  }
} finally {
  await bench.dispose();
}

/** Processor time is of this process: API, shares and whoever asks; not Azurite. */
async function costOf(work: () => Promise<void>): Promise<{ ms: number; cpuMs: number }> {
  const before = process.cpuUsage();
  const ms = await timed(work);
  const { user, system } = process.cpuUsage(before);
  return { ms, cpuMs: (user + system) / 1000 };
}

function spent({ cpuMs }: { cpuMs: number }): string {
  return `${cpuMs.toFixed(0)} ms of processor time`;
}
