// A local cloud whose app and host reach storage and Batch through counting proxies. The app's requests, those of the
// nodes that fetch what was staged, and the host's own (timers, queues, locks) are told apart.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startLocal } from "../../../local/start.ts";
import { startBenchCloud } from "./bench-cloud.ts";
import type { BenchCloud } from "./bench-cloud.ts";
import { countingProxy } from "./counting-proxy.ts";

export type Counts = ReadonlyMap<string, number>;

export interface CountedCloud extends BenchCloud {
  /** Since the last call. */
  takeStorage(): Counts;
  takeBatch(): Counts;
}

/** Azurite's ports are those of the last start on the same folder, so that proxies can be made before it starts. */
export async function startCountedCloud(): Promise<CountedCloud> {
  const data = join(await mkdtemp(join(tmpdir(), "bench-api-")), "cloud");
  const first = await startLocal({ data });
  const { urls, storageAccount } = first.description;
  await first.dispose();
  const through = (origin: string, url: string) =>
    countingProxy(new URL(url).origin, (path) => `${origin} ${placeOf(path)}`);
  const app = { table: await through("app table", urls.table), blob: await through("app blob", urls.blob) };
  const host = {
    table: await through("host table", urls.table),
    blob: await through("host blob", urls.blob),
    queue: await through("host queue", urls.queue),
  };
  const batch = await countingProxy(urls.batch, (path) => path.split("?")[0]?.split("/")[1] ?? "");
  const proxies = [...Object.values(app), ...Object.values(host), batch];
  const endpoint = ({ url }: { url: string }) => `${url}/${storageAccount.name}`;
  const bench = await startBenchCloud(
    {
      BATCHAI_TABLE_ENDPOINT_TEMPLATE: `${app.table.url}/{account}`,
      BATCHAI_BLOB_ENDPOINT_TEMPLATE: `${app.blob.url}/{account}`,
      BATCHAI_BATCH_ENDPOINT: batch.url,
      BATCHAI_ARM_ENDPOINT: batch.url,
      AzureWebJobsStorage: [
        "DefaultEndpointsProtocol=http",
        `AccountName=${storageAccount.name}`,
        `AccountKey=${storageAccount.key}`,
        `BlobEndpoint=${endpoint(host.blob)}`,
        `QueueEndpoint=${endpoint(host.queue)}`,
        `TableEndpoint=${endpoint(host.table)}`,
      ].join(";"),
    },
    data,
  );
  return {
    ...bench,
    takeStorage: () => merged([...Object.values(app), ...Object.values(host)].map((proxy) => proxy.take())),
    takeBatch: () => batch.take(),
    async dispose() {
      await bench.dispose();
      await Promise.all(proxies.map((proxy) => proxy.dispose()));
      await rm(join(data, ".."), { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** The table or container of a path below the account. */
function placeOf(path: string): string {
  const [, , place = ""] = path.split("?")[0]?.split("/") ?? [];
  return place.replace(/\(.*/, "");
}

function merged(all: readonly Counts[]): Counts {
  return new Map(all.flatMap((counts) => [...counts]));
}

export const total = (counts: Counts): number => [...counts.values()].reduce((sum, count) => sum + count, 0);

export function byPlace(counts: Counts, per = 1): string {
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([what, count]) => `${what} ${(count / per).toFixed(per === 1 ? 0 : 2)}`)
    .join(", ");
}
