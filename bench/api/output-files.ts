// listOutputFiles of a directory with many files on a share, page after page until there is none: its time must grow with the
// number of files, not with its square. Run: npm run bench -- api/output-files [--files 16000]
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
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
  for (const count of [files / 8, files / 2, files]) {
    await mkdir(folder, { recursive: true });
    await inLanes(count, 30, (index) => writeFile(join(folder, `epoch-${index}.txt`), ""));
    let pages = 0;
    let listed = 0;
    const ms = await timed(async () => {
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
    const target = count === 16_000 ? { target: { atMost: 3_000 } } : {};
    report({ name: `list of ${count} files in ${pages} pages`, value: ms, unit: "ms", ...target });
  }
} finally {
  await bench.dispose();
}
