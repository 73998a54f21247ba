// The genuine 2018 client, pointed at a local cloud, and the shapes that the tests share.
import armBatchAI from "@azure/arm-batchai";
import type { BatchAIManagementClient, BatchAIManagementModels } from "@azure/arm-batchai";
import { TokenCredentials } from "@azure/ms-rest-js";
import type { LocalCloud } from "../../local/start.ts";

type Credentials = ConstructorParameters<typeof BatchAIManagementClient>[0];
export type ClusterCreate = BatchAIManagementModels.ClusterCreateParameters;
export type FileServerCreate = BatchAIManagementModels.FileServerCreateParameters;
export type JobCreate = BatchAIManagementModels.JobCreateParameters;

/** All that is asked of a cloud: it may run in another process. */
export type Described = Pick<LocalCloud, "description">;

/**
 * With the client's default options, so that a service that makes it wait 30 s is found out.
 * @param more e.g. `baseUri` of a proxy, or a short `longRunningOperationRetryTimeout` where a failure is provoked: that is
 *   the one thing the service cannot tell this client before its first pause.
 */
export function batchAIClient(
  { description }: Described,
  more: { readonly baseUri?: string; readonly longRunningOperationRetryTimeout?: number } = {},
): BatchAIManagementClient {
  // The client carries an older copy of ms-rest-js whose types differ from this one's in name only.
  const credentials = new TokenCredentials(description.token) as unknown as Credentials;
  return new armBatchAI.BatchAIManagementClient(credentials, description.subscriptionId, {
    baseUri: description.urls.api,
    ...more,
  });
}

/** A cluster of `nodeCount` nodes with the share `share` mounted at `files`. */
export function clusterOf(cloud: Described, nodeCount: number, share = "results"): ClusterCreate {
  const { name, key } = cloud.description.storageAccount;
  return {
    vmSize: "STANDARD_DS1_V2",
    scaleSettings: { manual: { targetNodeCount: nodeCount } },
    userAccountSettings: { adminUserName: "ada", adminUserPassword: "Correct-horse-7" },
    nodeSetup: {
      mountVolumes: {
        azureFileShares: [
          {
            accountName: name,
            azureFileUrl: `https://${name}.file.core.windows.net/${share}`,
            credentials: { accountKey: key },
            relativeMountPath: "files",
          },
        ],
      },
    },
  };
}

/** A job that runs `commandLine` by the custom toolkit, its logs on the share. */
export function customJob(clusterId: string, commandLine: string, more: Partial<JobCreate> = {}): JobCreate {
  return {
    cluster: { id: clusterId },
    nodeCount: 1,
    stdOutErrPathPrefix: "$AZ_BATCHAI_MOUNT_ROOT/files",
    customToolkitSettings: { commandLine },
    ...more,
  };
}

export async function createShare(cloud: Described, share = "results"): Promise<void> {
  const { ShareServiceClient, StorageSharedKeyCredential } = await import("@azure/storage-file-share");
  const { name, key } = cloud.description.storageAccount;
  const service = new ShareServiceClient(
    cloud.description.urls.file,
    new StorageSharedKeyCredential(name, key),
  );
  await service.getShareClient(share).createIfNotExists();
}

/** Polls until `read` gives a value; the last resort where a real process is awaited. */
export async function until<T>(
  what: string,
  read: () => Promise<T | undefined>,
  withinMs = 60_000,
): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const value = await read();
    if (value !== undefined) return value;
    if (Date.now() > deadline) throw new Error(`gave up waiting for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
