// Removes everything that a storage account of Azurite holds, as a client would.

/** Containers, queues and tables; the file shares are another service's. */
export async function emptyAccount(connectionString: string): Promise<void> {
  const { BlobServiceClient } = await import("@azure/storage-blob");
  const blobs = BlobServiceClient.fromConnectionString(connectionString);
  for await (const { name } of blobs.listContainers()) await blobs.deleteContainer(name);
  const { QueueServiceClient } = await import("@azure/storage-queue");
  const queues = QueueServiceClient.fromConnectionString(connectionString);
  for await (const { name } of queues.listQueues()) await queues.deleteQueue(name);
  const { TableServiceClient } = await import("@azure/data-tables");
  const tables = TableServiceClient.fromConnectionString(connectionString, { allowInsecureConnection: true });
  for await (const { name } of tables.listTables()) if (name !== undefined) await tables.deleteTable(name);
}
