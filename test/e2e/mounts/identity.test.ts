// Containers mounted without a key, in the name of an identity of the cluster, through our own version of the API.
import { BlobServiceClient, StorageSharedKeyCredential } from "@azure/storage-blob";
import type { ContainerClient } from "@azure/storage-blob";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { LocalCloud } from "../../../local/start.ts";
import { startLocal } from "../../../local/start.ts";
import { clusterOf, createShare, customJob } from "../../support/batch-ai-client.ts";
import { labOf } from "../../support/mounts/lab.ts";
import type { Lab } from "../../support/mounts/lab.ts";

let cloud: LocalCloud;
let lab: Lab;
let container: ContainerClient;
const identity =
  "/subscriptions/s/resourceGroups/local/providers/Microsoft.ManagedIdentity/userAssignedIdentities/trainer";

beforeAll(async () => {
  cloud = await startLocal({ data: "temporary" });
  const { name, key } = cloud.description.storageAccount;
  const blobs = new BlobServiceClient(cloud.description.urls.blob, new StorageSharedKeyCredential(name, key));
  container = blobs.getContainerClient("digits");
  await container.create();
  await container.getBlockBlobClient("train/images.txt").upload("pixels", 6);
  await createShare(cloud);
  lab = await labOf(cloud);
});
afterAll(() => cloud.dispose());

it(
  "a cluster and its job mount, write and list with no key in any request",
  { timeout: 60_000 },
  async () => {
    const mount = (relativeMountPath: string) => ({
      accountName: cloud.description.storageAccount.name,
      containerName: "digits",
      identityReference: { resourceId: identity },
      relativeMountPath,
    });
    const { id } = await lab.cluster("named", {
      ...clusterOf(cloud, 1),
      nodeIdentities: [{ id: identity }],
      nodeSetup: { mountVolumes: { azureBlobFileSystems: [mount("data")] } },
    });
    const job = await lab.job("through", {
      ...customJob(
        id,
        "cat $AZ_BATCHAI_JOB_MOUNT_ROOT/own/train/images.txt | tee $AZ_BATCHAI_MOUNT_ROOT/data/copy.txt",
      ),
      stdOutErrPathPrefix: "$AZ_BATCHAI_MOUNT_ROOT/data/logs",
      mountVolumes: { azureBlobFileSystems: [mount("own")] },
    });
    expect(job).toMatchObject({ executionState: "succeeded" });
    expect((await container.getBlobClient("copy.txt").downloadToBuffer()).toString()).toBe("pixels");
    const files = "/experiments/trials/jobs/through/listOutputFiles?outputdirectoryid=stdouterr";
    const listed = await lab.send("POST", files, undefined, "2018-05-01");
    expect(listed).toMatchObject({ status: 400, body: { error: { code: "OutputDirectoryNotOnMount" } } });
  },
);
