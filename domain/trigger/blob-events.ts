// Events of Event Grid about blobs ("Azure Blob Storage as an Event Grid source"). One upload can raise several: only operations
// that commit content count.
import { z } from "zod";

export const committing = ["PutBlob", "PutBlockList", "CopyBlob", "FlushWithClose", "SftpCommit"];

const Event = z.object({
  id: z.string().min(1),
  eventType: z.literal("Microsoft.Storage.BlobCreated"),
  subject: z.string(),
  data: z.object({
    api: z.string(),
    eTag: z.string().min(1),
    contentLength: z.int().min(0).default(0),
  }),
});

export interface BlobWritten {
  readonly container: string;
  /** Of the delivery. */
  readonly id: string;
  readonly event: {
    readonly kind: "blobCreated";
    readonly name: string;
    readonly etag: string;
    readonly size: number;
    readonly api: string;
  };
}

/** Undefined for what is no such event, or committed nothing. */
export function readBlobEvent(text: string): BlobWritten | undefined {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return undefined;
  }
  const read = Event.safeParse(Array.isArray(body) ? body[0] : body);
  if (!read.success) return undefined;
  const { id, subject, data } = read.data;
  const [, container, name] =
    /^\/blobServices\/default\/containers\/([^/]+)\/blobs\/(.+)$/s.exec(subject) ?? [];
  if (container === undefined || name === undefined || !committing.includes(data.api)) return undefined;
  const { api, contentLength: size } = data;
  return {
    container,
    id,
    event: { kind: "blobCreated", name, etag: data.eTag.replaceAll('"', ""), size, api },
  };
}
