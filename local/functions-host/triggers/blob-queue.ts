// The blob trigger's inner queue: one message per blob version to be run, on azure-webjobs-blobtrigger-<host id>, shared by all functions. Counting
// attempts and setting aside after five is the pump's; running a version once is the receipts'.
import type { DequeuedMessageItem } from "@azure/storage-queue";
import { z } from "zod";
import type { Clock } from "../../clock.ts";
import type { Logger } from "../../logger.ts";
import type { Random } from "../../random.ts";
import type { HostedFunction } from "../app/hosted-functions.ts";
import { decodeMessage, encodeMessage, send } from "../bindings/queue-binding.ts";
import type { StorageClients } from "../bindings/storage-clients.ts";
import { metadataOf } from "../bindings/typed-values.ts";
import type { BlobPathPattern } from "./blob-path-pattern.ts";
import type { BlobReceipts, BlobVersion } from "./blob-receipts.ts";
import { queuePump } from "./queue-pump.ts";
import type { RunFunction } from "./run-function.ts";
import type { TriggerListener } from "./trigger-listener.ts";

const BlobMessage = z.object({
  FunctionId: z.string(),
  BlobType: z.string(),
  ContainerName: z.string(),
  BlobName: z.string(),
  ETag: z.string(),
});

export interface BlobFunction {
  readonly target: HostedFunction;
  readonly pattern: BlobPathPattern;
}

export interface BlobQueue extends TriggerListener {
  /** Queues a version unless it has a receipt already. */
  offer(version: BlobVersion): Promise<void>;
}

export interface BlobQueueOptions {
  functions: readonly BlobFunction[];
  run: RunFunction;
  clients: StorageClients;
  receipts: BlobReceipts;
  hostId: string;
  clock: Clock;
  random: Random;
  logger: Logger;
  maxDegreeOfParallelism: number;
  poisonBlobThreshold: number;
  maxPollingIntervalMs: number;
}

export async function blobQueue(options: BlobQueueOptions): Promise<BlobQueue> {
  const { receipts } = options;
  const queues = await options.clients.queues(undefined);
  const running: Running = new Map();
  const queue = queues.getQueueClient(`azure-webjobs-blobtrigger-${options.hostId}`);
  await queue.createIfNotExists();
  const pump = queuePump({
    ...options,
    queue,
    poison: queues.getQueueClient("webjobs-blobtrigger-poison"),
    handle: (message) => handle(options, running, message),
    batchSize: Math.min(32, options.maxDegreeOfParallelism),
    newBatchThreshold: Math.floor(options.maxDegreeOfParallelism / 2),
    maxDequeueCount: options.poisonBlobThreshold,
    visibilityTimeoutMs: 0,
  });
  return {
    ...pump,
    async offer(version) {
      if ((await receipts.state(version)) !== "none") return;
      const message: z.infer<typeof BlobMessage> = {
        FunctionId: `Host.Functions.${version.functionName}`,
        BlobType: "BlockBlob",
        ContainerName: version.container,
        BlobName: version.blobName,
        ETag: version.etag,
      };
      await send(queue, encodeMessage(JSON.stringify({ Type: "BlobTrigger", ...message }), "base64"));
      await receipts.mark(version, "queued");
      pump.wake();
    },
  };
}

/** Versions that are being run. Event and scan can each queue one before either has its receipt. */
type Running = Map<string, Promise<boolean>>;

/** True when there is nothing more to do for this message. */
async function handle(
  options: BlobQueueOptions,
  running: Running,
  item: DequeuedMessageItem,
): Promise<boolean> {
  try {
    const message = BlobMessage.parse(JSON.parse(decodeMessage(item.messageText, "base64").toString("utf8")));
    const name = message.FunctionId.replace(/^Host\.Functions\./, "");
    const found = options.functions.find(({ target }) => target.name === name);
    if (!found) return true;
    const version: BlobVersion = {
      functionName: name,
      container: message.ContainerName,
      blobName: message.BlobName,
      etag: message.ETag,
    };
    return await onceAtATime(running, version, () => runVersion(options, found, version));
  } catch (error) {
    options.logger.error("blob.messageFailed", { reason: (error as Error).message });
    return false;
  }
}

/** A second message of a version that is being run has the first one's end: after a success there is nothing left to do. */
async function onceAtATime(
  running: Running,
  version: BlobVersion,
  run: () => Promise<boolean>,
): Promise<boolean> {
  const key = JSON.stringify([version.functionName, version.container, version.blobName, version.etag]);
  const current = running.get(key) ?? run();
  running.set(key, current);
  try {
    return await current;
  } finally {
    running.delete(key);
  }
}

async function runVersion(
  options: BlobQueueOptions,
  found: BlobFunction,
  version: BlobVersion,
): Promise<boolean> {
  if ((await options.receipts.state(version)) === "completed") return true;
  const service = await options.clients.blobs(found.target.trigger["connection"]);
  const blob = service.getContainerClient(version.container).getBlobClient(version.blobName);
  const properties = await blob.getProperties().catch((error: { statusCode?: number }) => {
    if (error.statusCode === 404) return undefined;
    throw error;
  });
  // Gone, or overwritten: the newer version has a message of its own.
  if (!properties || unquoted(properties.etag) !== version.etag) return true;
  const content = await blob.downloadToBuffer();
  const bindingData = {
    ...found.pattern.match(version.blobName),
    BlobTrigger: `${version.container}/${version.blobName}`,
    Uri: blob.url.split("?")[0],
    Properties: {
      ETag: properties.etag,
      LastModified: properties.lastModified,
      Length: properties.contentLength,
      ContentType: properties.contentType,
    },
    Metadata: properties.metadata ?? {},
  };
  const outcome = await options.run(found.target, {
    data: { bytes: content },
    bindingData,
    triggerMetadata: metadataOf(bindingData),
  });
  if (outcome.ok) await options.receipts.mark(version, "completed");
  return outcome.ok;
}

export function unquoted(etag: string | undefined): string {
  return (etag ?? "").replaceAll('"', "");
}
