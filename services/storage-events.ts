// What happens in the service's storage account, for triggers: blobs that are there, messages of queues.

export interface WrittenBlob {
  readonly name: string;
  readonly etag: string;
  readonly size: number;
  /** ISO 8601, whole seconds. */
  readonly modifiedAt: string;
}

export interface ReceivedMessage {
  readonly id: string;
  readonly text: string;
  /** For its removal. */
  readonly receipt: string;
}

export interface StorageEvents {
  /** Blobs of a container whose names begin with a prefix; none where there is no such container. */
  blobs(container: string, prefix: string): AsyncIterable<WrittenBlob>;
  /** Some messages, which nobody else receives for a minute; none where there is no such queue. */
  receive(queue: string): Promise<readonly ReceivedMessage[]>;
  remove(queue: string, message: ReceivedMessage): Promise<void>;
}
