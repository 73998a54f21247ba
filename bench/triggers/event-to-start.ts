// From an event to its job: messages of a queue, uploads, and fire times, one after the other at odd moments on an idle local cloud.
// `decided`: the ledger says that the job is made; `runs`: its program has started on a node that is there.
// Run: npm run bench -- triggers [--events 20]
import { BlobServiceClient, StorageSharedKeyCredential } from "@azure/storage-blob";
import { QueueServiceClient, StorageSharedKeyCredential as QueueKey } from "@azure/storage-queue";
import { createClient } from "../../client/client.ts";
import { all } from "../../client/paging.ts";
import { parseIdOf } from "../../domain/shared/resource-id.ts";
import type { TriggerRef } from "../../domain/shared/resource-id.ts";
import type { FiringResponse } from "../../domain/trigger/wire.ts";
import { createCluster, noOpJob, pause, startBenchCloud } from "../api/support/bench-cloud.ts";
import { median, report } from "../durable/support/measure.ts";
import { percentile } from "../functions-host/support/load.ts";

const events = Number(process.argv[process.argv.indexOf("--events") + 1] || 20) || 20;
const bench = await startBenchCloud();
const { urls, token, subscriptionId, resourceGroup, storageAccount } = bench.cloud.description;
const client = createClient({ endpoint: urls.api, token });
const { name, key } = storageAccount;
const container = new BlobServiceClient(
  urls.blob,
  new StorageSharedKeyCredential(name, key),
).getContainerClient("data");
const queue = new QueueServiceClient(urls.queue, new QueueKey(name, key)).getQueueClient("work");

const refOf = (trigger: string): TriggerRef => ({
  kind: "trigger",
  subscriptionId,
  resourceGroup,
  workspace: "bench",
  trigger,
});

/** What happens, and by which word of its event its firing is known. */
interface Kind {
  readonly on: object;
  readonly happen: (index: number) => Promise<string>;
  readonly keyOf: (event: FiringResponse["properties"]["event"]) => string;
  /** When it happened, where the event itself says that. */
  readonly happenedAt?: (key: string) => number;
}

const kinds: Readonly<Record<string, Kind>> = {
  message: {
    on: { queueMessage: { queue: "work" } },
    happen: async () => (await queue.sendMessage("")).messageId,
    keyOf: (event) => String(event["id"]),
  },
  upload: {
    on: { blobCreated: { container: "data", path: "in/{file}.csv" } },
    happen: async (index) => {
      await container.getBlockBlobClient(`in/${index}.csv`).upload("row", 3);
      return `in/${index}.csv`;
    },
    keyOf: (event) => String(event["name"]),
  },
  fireTime: {
    on: { schedule: { cron: "*/7 * * * * *" } },
    happen: async () => {
      await pause(7_000);
      return "";
    },
    keyOf: (event) => String(event["time"]),
    happenedAt: (key) => Date.parse(key),
  },
};

async function measure(
  kind: string,
  { on, happen, keyOf, happenedAt }: Kind,
  cluster: string,
): Promise<void> {
  const ref = refOf(kind.toLowerCase());
  await client.triggers.create(ref, {
    properties: { on, overlap: "allow", action: { experiment: "e", job: noOpJob(cluster) } },
  });
  const happened = new Map<string, number>();
  for (let index = 0; index < events; index += 1) {
    const at = Date.now();
    happened.set(await happen(index), at);
    // Not in step with what looks for events.
    await pause(700 + ((index * 397) % 1_900));
  }
  const decided: number[] = [];
  const runs: number[] = [];
  for (const firing of await settled(ref)) {
    const { event, decisionTime, job } = firing.properties;
    const at = happenedAt?.(keyOf(event)) ?? happened.get(keyOf(event));
    if (at === undefined || job === undefined) continue;
    decided.push(Date.parse(decisionTime) - at);
    runs.push((await startOf(job.id)) - at);
  }
  await client.triggers.delete(ref);
  for (const [what, values] of [
    ["decided", decided],
    ["runs", runs],
  ] as const) {
    report({ name: `${kind}: ${what}, median of ${values.length}`, value: median(values), unit: "ms" });
    const target = what === "decided" ? { target: { atMost: 5_000 } } : {};
    report({ name: `${kind}: ${what}, p95`, value: percentile(values, 0.95), unit: "ms", ...target });
  }
}

/** Those that happened, when each is decided; of a schedule more may come meanwhile, and a late look skips all but the last. */
async function settled(ref: TriggerRef): Promise<readonly FiringResponse[]> {
  for (;;) {
    const found = (await all(client.triggers.firings(ref))).toReversed().slice(0, events);
    if (found.length === events && found.every(({ properties }) => properties.decision !== "waiting"))
      return found.filter(({ properties }) => properties.decision === "started");
    await pause(200);
  }
}

async function startOf(id: string): Promise<number> {
  for (;;) {
    const { properties } = await client.jobs.get(parseIdOf("job", id));
    const { startTime } = properties.executionInfo ?? {};
    if (typeof startTime === "string") return Date.parse(startTime);
    await pause(100);
  }
}

try {
  await container.create();
  await queue.create();
  const cluster = await createCluster(bench, 4);
  for (const [kind, what] of Object.entries(kinds)) await measure(kind, what, cluster);
} finally {
  await bench.dispose();
}
