// A real Azurite in memory for one test file, stopped after it, with the clients that play the outside world.
import { fileURLToPath } from "node:url";
import { BlobServiceClient } from "@azure/storage-blob";
import { QueueServiceClient } from "@azure/storage-queue";
import { afterAll } from "vitest";
import { silentLogger } from "../../../local/logger.ts";
import { startAzurite } from "../../../local/storage/index.ts";

export interface StorageUnderTest {
  readonly connectionString: string;
  readonly blobs: BlobServiceClient;
  readonly queues: QueueServiceClient;
  put(container: string, name: string, text: string): Promise<string>;
  send(queue: string, text: string): Promise<void>;
  /** Texts waiting in a queue, decoded from base64. */
  waiting(queue: string): Promise<string[]>;
  names(container: string): Promise<string[]>;
}

export async function startStorage(): Promise<StorageUnderTest> {
  const azurite = await startAzurite({
    dataDirectory: "memory",
    account: { name: "hosttests", key: Buffer.from("a key for tests only").toString("base64") },
    logger: silentLogger,
    childFile: fileURLToPath(new URL("../../../dist/local/azurite.mjs", import.meta.url)),
  });
  afterAll(() => azurite.dispose());
  const { connectionString } = azurite;
  const blobs = BlobServiceClient.fromConnectionString(connectionString);
  const queues = QueueServiceClient.fromConnectionString(connectionString);
  return {
    connectionString,
    blobs,
    queues,
    async put(container, name, text) {
      const client = blobs.getContainerClient(container);
      await client.createIfNotExists();
      const { etag } = await client.getBlockBlobClient(name).upload(text, Buffer.byteLength(text));
      return etag ?? "";
    },
    async send(queue, text) {
      const client = queues.getQueueClient(queue);
      await client.createIfNotExists();
      await client.sendMessage(text);
    },
    async waiting(queue) {
      const client = queues.getQueueClient(queue);
      if (!(await client.exists())) return [];
      const { peekedMessageItems } = await client.peekMessages({ numberOfMessages: 32 });
      return peekedMessageItems.map((item) => Buffer.from(item.messageText, "base64").toString());
    },
    async names(container) {
      const client = blobs.getContainerClient(container);
      const found: string[] = [];
      if (await client.exists()) for await (const blob of client.listBlobsFlat()) found.push(blob.name);
      return found;
    },
  };
}
