// Finds new blob versions by listing a container now and then: what the real host does for `LogsAndContainerScan`, and the development substitute for
// Event Grid, which Azurite does not have. With `sinceMs` only blobs written since then count, as an event subscription would see them.
import type { BlobServiceClient } from "@azure/storage-blob";
import { delay, type Clock } from "../../clock.ts";
import type { Logger } from "../../logger.ts";
import { unquoted } from "./blob-queue.ts";
import type { BlobPathPattern } from "./blob-path-pattern.ts";
import type { TriggerListener } from "./trigger-listener.ts";

export interface BlobScannerOptions {
  functionName: string;
  pattern: BlobPathPattern;
  service: BlobServiceClient;
  /** Absent: every blob counts. */
  sinceMs: number | undefined;
  /** May be called again for a version that was offered before the last start. */
  offer(blobName: string, etag: string): Promise<void>;
  clock: Clock;
  logger: Logger;
  intervalMs: number;
}

export function blobScanner(options: BlobScannerOptions): TriggerListener {
  const { pattern, logger, functionName } = options;
  const stopped = new AbortController();
  let offered = new Map<string, string>();
  let scanning = false;
  let loop: Promise<void> | undefined;

  async function scan(): Promise<void> {
    const seen = new Map<string, string>();
    const container = options.service.getContainerClient(pattern.container);
    for await (const blob of container.listBlobsFlat(
      pattern.prefix === "" ? {} : { prefix: pattern.prefix },
    )) {
      if (stopped.signal.aborted) return;
      const etag = unquoted(blob.properties.etag);
      if (!pattern.match(blob.name) || !isNew(blob.properties.lastModified, options.sinceMs)) continue;
      if (offered.get(blob.name) !== etag) await options.offer(blob.name, etag);
      seen.set(blob.name, etag);
    }
    offered = seen;
  }

  async function scanForEver(): Promise<void> {
    while (!stopped.signal.aborted) {
      scanning = true;
      try {
        await scan();
      } catch (error) {
        if ((error as { statusCode?: number }).statusCode !== 404)
          logger.warn("blob.notScanned", {
            function: functionName,
            container: pattern.container,
            reason: (error as Error).message,
          });
      }
      scanning = false;
      await delay(options.clock, options.intervalMs, stopped.signal).catch(() => undefined);
    }
  }

  return {
    start() {
      loop = scanForEver();
      return Promise.resolve();
    },
    async stop() {
      stopped.abort();
      await loop;
    },
    busy: () => scanning,
  };
}

/** Last-Modified has whole seconds. */
function isNew(lastModified: Date, sinceMs: number | undefined): boolean {
  return sinceMs === undefined || lastModified.getTime() >= Math.floor(sinceMs / 1000) * 1000;
}
