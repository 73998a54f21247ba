// Genuine clients that know Azure's host names and nothing else: the proxy and the certificates come from the environment, as
// users are told to set them. Prints what it found as JSON.
import { BatchServiceClient, BatchSharedKeyCredentials } from "@azure/batch";
import { getDefaultProxySettings } from "@azure/ms-rest-js";
import {
  BlobServiceClient,
  BlobSASPermissions,
  ContainerSASPermissions,
  StorageSharedKeyCredential,
} from "@azure/storage-blob";

const { BATCH_ACCOUNT = "", BATCH_KEY = "", STORAGE_KEY = "" } = process.env;
const options = { noRetryPolicy: true, proxySettings: getDefaultProxySettings() };
const clientOf = (account, region) =>
  new BatchServiceClient(
    new BatchSharedKeyCredentials(account, BATCH_KEY),
    `https://${account}.${region}.batch.azure.com`,
    options,
  );
const batch = clientOf(BATCH_ACCOUNT, "westeurope");
const blobs = new BlobServiceClient(
  "https://devstorage.blob.core.windows.net",
  new StorageSharedKeyCredential("devstorage", STORAGE_KEY),
);

async function story() {
  const container = blobs.getContainerClient("names");
  await container.createIfNotExists();
  const input = container.getBlockBlobClient("in.txt");
  await input.upload("from Azure's name\n", 18);
  const expiresOn = new Date(Date.now() + 3_600_000);
  const httpUrl = await input.generateSasUrl({ permissions: BlobSASPermissions.parse("r"), expiresOn });
  const containerUrl = await container.generateSasUrl({
    permissions: ContainerSASPermissions.parse("rcwl"),
    expiresOn,
  });
  await batch.pool.add({
    id: "names",
    vmSize: "standard_d2s_v3",
    virtualMachineConfiguration: {
      imageReference: { publisher: "canonical", offer: "ubuntu-24_04-lts", sku: "server" },
      nodeAgentSKUId: "batch.node.ubuntu 24.04",
    },
    targetDedicatedNodes: 1,
  });
  for (const id of ["first", "second"]) await batch.job.add({ id, poolInfo: { poolId: "names" } });
  await batch.task.add("first", {
    id: "t",
    commandLine: "/bin/sh -c 'cp in.txt out.txt'",
    resourceFiles: [{ httpUrl, filePath: "in.txt" }],
    outputFiles: [
      {
        filePattern: "out.txt",
        destination: { container: { containerUrl, path: "out.txt" } },
        uploadOptions: { uploadCondition: "taskcompletion" },
      },
    ],
  });
  const page = await batch.job.list({ jobListOptions: { maxResults: 1, filter: "id ne 'other'" } });
  const rest = await batch.job.listNext(page.odatanextLink);
  let task;
  do task = await batch.task.get("first", "t");
  while (task.state !== "completed");
  const written = (await container.getBlobClient("out.txt").downloadToBuffer()).toString();
  const elsewhere = await clientOf(BATCH_ACCOUNT, "eastus")
    .pool.list()
    .then(
      () => "answered",
      (error) => error.message,
    );
  return {
    pages: [...page, ...rest].map((job) => job.id),
    next: page.odatanextLink,
    exitCode: task.executionInfo.exitCode,
    written,
    elsewhere,
  };
}

story().then(
  (found) => process.stdout.write(JSON.stringify(found)),
  (error) => process.stdout.write(JSON.stringify({ error: error.message, stack: error.stack })),
);
