// Blobs and queues of the service's own storage account. Messages are read as the Functions host reads them: base64 where they are
// that, plain otherwise.
import type { TokenCredential } from "@azure/core-auth";
import type { QueueClient, QueueServiceClient } from "@azure/storage-queue";
import type { ReceivedMessage, StorageEvents } from "../storage-events.ts";
import { storageStatus } from "./blob-containers.ts";
import type { BlobAccess, StorageAccount } from "./blob-containers.ts";
import { endpointOf, isLoopbackHttp } from "./endpoints.ts";

/** "Get Messages": at most so many at once. */
const mostMessages = 32;
const hiddenSeconds = 60;

export function storageEvents(options: {
  readonly blobs: BlobAccess;
  readonly storage: StorageAccount;
  /** Of queue endpoints. */
  readonly template: string;
  readonly credential: TokenCredential;
}): StorageEvents {
  let service: Promise<QueueServiceClient> | undefined;
  const queueOf = async (name: string): Promise<QueueClient> =>
    (await (service ??= openQueues(options))).getQueueClient(name);
  return {
    async *blobs(name, prefix) {
      const container = await options.blobs.container(options.storage, name);
      try {
        for await (const { name: blob, properties } of container.listBlobsFlat({ prefix }))
          yield {
            name: blob,
            etag: properties.etag.replaceAll('"', ""),
            size: properties.contentLength ?? 0,
            modifiedAt: properties.lastModified.toISOString(),
          };
      } catch (error) {
        if (storageStatus(error) !== 404) throw error;
      }
    },
    async receive(name) {
      const queue = await queueOf(name);
      try {
        const { receivedMessageItems } = await queue.receiveMessages({
          numberOfMessages: mostMessages,
          visibilityTimeout: hiddenSeconds,
        });
        return receivedMessageItems.map(({ messageId, messageText, popReceipt }): ReceivedMessage => ({
          id: messageId,
          text: decoded(messageText),
          receipt: popReceipt,
        }));
      } catch (error) {
        if (storageStatus(error) === 404) return [];
        throw error;
      }
    },
    async remove(name, { id, receipt }) {
      try {
        await (await queueOf(name)).deleteMessage(id, receipt);
      } catch (error) {
        // Somebody else has it, or had it: the ledger knows the event.
        if (storageStatus(error) !== 404) throw error;
      }
    },
  };
}

async function openQueues({
  storage,
  template,
  credential,
}: Parameters<typeof storageEvents>[0]): Promise<QueueServiceClient> {
  const queues = await import("@azure/storage-queue");
  const endpoint = endpointOf(template, storage.name);
  isLoopbackHttp(endpoint);
  const key =
    storage.key === undefined ? credential : new queues.StorageSharedKeyCredential(storage.name, storage.key);
  return new queues.QueueServiceClient(endpoint, key, { retryOptions: { maxTries: 4 } });
}

/** Senders of the Functions world encode messages, Event Grid does, others do not. */
function decoded(text: string): string {
  if (text === "" || !/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text))
    return text;
  const bytes = Buffer.from(text, "base64");
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return text;
  }
}
