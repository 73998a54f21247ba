// Blobs and queues of a storage account, in memory. A message that was received is hidden from others until its time is up.
import type { ReceivedMessage, StorageEvents, WrittenBlob } from "../../../services/storage-events.ts";

const hiddenMs = 60_000;

interface Message {
  readonly id: string;
  readonly text: string;
  visibleAt: number;
}

export function memoryStorageEvents(now: () => number) {
  const containers = new Map<string, Map<string, WrittenBlob>>();
  const queues = new Map<string, Map<string, Message>>();
  let count = 0;
  const service: StorageEvents = {
    async *blobs(container, prefix) {
      for (const blob of [...(containers.get(container)?.values() ?? [])])
        if (blob.name.startsWith(prefix)) yield blob;
    },
    async receive(queue) {
      const visible = [...(queues.get(queue)?.values() ?? [])].filter(({ visibleAt }) => visibleAt <= now());
      return visible.slice(0, 32).map((message): ReceivedMessage => {
        message.visibleAt = now() + hiddenMs;
        return { id: message.id, text: message.text, receipt: String(message.visibleAt) };
      });
    },
    async remove(queue, { id }) {
      queues.get(queue)?.delete(id);
    },
  };
  return {
    service,
    /** @returns the ETag. */
    upload(container: string, name: string, size = 10): string {
      const etag = `0x${(count += 1).toString(16)}`;
      const blobs = containers.get(container) ?? new Map<string, WrittenBlob>();
      containers.set(container, blobs);
      const modifiedAt = new Date(Math.floor(now() / 1000) * 1000).toISOString();
      blobs.set(name, { name, etag, size, modifiedAt });
      return etag;
    },
    send(queue: string, text: string): string {
      const id = `message-${(count += 1)}`;
      const messages = queues.get(queue) ?? new Map<string, Message>();
      queues.set(queue, messages);
      messages.set(id, { id, text, visibleAt: 0 });
      return id;
    },
    left: (queue: string) => queues.get(queue)?.size ?? 0,
  };
}
