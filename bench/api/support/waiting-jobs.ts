// Many jobs that wait for a cluster without nodes, so that nothing else goes on; and their rows straight from the table, to compare reads with.
import { AzureNamedKeyCredential, TableClient } from "@azure/data-tables";
import { inLanes, noOpJob } from "./bench-cloud.ts";
import type { BenchCloud } from "./bench-cloud.ts";

/** @returns the path of their list, and of their rows the table, the partition and all pages. */
export async function waitingJobs({ api, workspace, cloud }: BenchCloud, jobs: number) {
  const cluster = `${workspace}/clusters/empty`;
  await api.call("PUT", cluster, {
    properties: {
      vmSize: "STANDARD_DS1_V2",
      scaleSettings: { manual: { targetNodeCount: 0 } },
      userAccountSettings: { adminUserName: "ada", adminUserPassword: "Correct-horse-7" },
    },
  });
  const list = `${workspace}/experiments/e/jobs`;
  await inLanes(jobs, 30, (index) => api.call("PUT", `${list}/j${index}`, noOpJob(cluster)));

  const { storageAccount, urls, subscriptionId, resourceGroup } = cloud.description;
  const key = new AzureNamedKeyCredential(storageAccount.name, storageAccount.key);
  const table = new TableClient(urls.table, "batchai", key, { allowInsecureConnection: true });
  const partition = `${subscriptionId}|${resourceGroup}|bench`;
  const filter = `PartitionKey eq '${partition}' and RowKey ge 'job|e|' and RowKey lt 'job|e}'`;
  const pages = () => table.listEntities({ queryOptions: { filter } }).byPage({ maxPageSize: 1_000 });
  return { list, table, partition, pages };
}
