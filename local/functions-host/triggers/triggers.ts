// Sets every trigger that waits or polls: timers, queues, blobs. First checks all of them, so that whatever is wrong is said at once and before
// anything runs; then starts them together. What a trigger does lives in its own file.
import { availableParallelism } from "node:os";
import type { Clock } from "../../clock.ts";
import type { Logger } from "../../logger.ts";
import type { Random } from "../../random.ts";
import type { HostJson } from "../app/host-json.ts";
import type { FunctionProblem, HostedFunction } from "../app/hosted-functions.ts";
import type { Settings } from "../app/settings.ts";
import type { QueueNotices } from "../bindings/queue-notices.ts";
import type { StorageClients } from "../bindings/storage-clients.ts";
import type { Webhooks } from "../protocol/http-server.ts";
import type { KeyStore } from "../store/keys.ts";
import { parseBlobPath } from "./blob-path-pattern.ts";
import { blobQueue, type BlobFunction, type BlobQueue } from "./blob-queue.ts";
import { blobReceipts, type BlobReceipts } from "./blob-receipts.ts";
import { blobScanner } from "./blob-scanner.ts";
import { eventGridWebhook, isEventGrid } from "./event-grid-webhook.ts";
import { queueNameOf, queueTrigger } from "./queue-trigger.ts";
import type { RunFunction } from "./run-function.ts";
import { isMonitored, timerListener, timerSchedule } from "./timer.ts";
import { blobTimerStatus } from "./timer-status.ts";
import type { TriggerListener } from "./trigger-listener.ts";

export interface TriggerOptions {
  functions: readonly HostedFunction[];
  run: RunFunction;
  clients: StorageClients;
  settings: Settings;
  hostJson: HostJson;
  hostId: string;
  notices: QueueNotices;
  keys: KeyStore;
  requireKeys: boolean;
  clock: Clock;
  random: Random;
  logger: Logger;
}

export interface Triggers extends TriggerListener {
  readonly webhooks: Webhooks;
}

/** Azure polls ever more rarely, up to a minute, to spare the bill; development wants an answer. */
const developmentPollingMs = 1_000;

/** How often queues and containers are looked at when nothing happens: host.json's `queues.maxPollingInterval`. */
function pollingMs(options: TriggerOptions): number {
  return options.hostJson.extensions.queues.maxPollingInterval ?? developmentPollingMs;
}

interface TriggerCheck {
  readonly functions: readonly HostedFunction[];
  readonly clients: StorageClients;
  readonly settings: Settings;
  readonly nowMs: number;
}

/** Everything that is wrong with any trigger. Starts nothing. */
export function triggerProblems(options: TriggerCheck): FunctionProblem[] {
  const problems: FunctionProblem[] = [];
  for (const target of options.functions) {
    try {
      checkTrigger(target, options);
    } catch (error) {
      const { name, trigger } = target;
      const reason = `Function '${name}', binding '${trigger.name}' (${trigger.type}): ${(error as Error).message}.`;
      problems.push({ name, reason });
    }
  }
  return problems;
}

function checkTrigger(target: HostedFunction, options: TriggerCheck): void {
  if (target.kind === "timer") {
    const schedule = timerSchedule(target, options.settings["WEBSITE_TIME_ZONE"]);
    if (isMonitored(target, schedule, options.nowMs)) options.clients.check(undefined);
  }
  if (target.kind === "queue") queueNameOf(target);
  if (target.kind === "blob") {
    const { path, source } = target.trigger;
    if (typeof source === "string" && !/^(eventgrid|logsandcontainerscan)$/i.test(source))
      throw new Error(`the source '${source}' is not one of EventGrid, LogsAndContainerScan`);
    parseBlobPath(typeof path === "string" ? path : "");
    options.clients.check(undefined);
  }
}

export async function createTriggers(options: TriggerOptions): Promise<Triggers> {
  const { functions, clients } = options;
  const listeners: TriggerListener[] = [];
  const status = blobTimerStatus(clients, options.hostId);
  const timeZone = options.settings["WEBSITE_TIME_ZONE"];
  for (const target of functions) {
    if (target.kind === "timer") listeners.push(timerListener({ ...options, target, status, timeZone }));
    if (target.kind === "queue") {
      const settings = options.hostJson.extensions.queues;
      const pump = await queueTrigger({
        ...options,
        target,
        settings,
        maxPollingIntervalMs: pollingMs(options),
      });
      options.notices.onSent(queueNameOf(target), () => pump.wake());
      listeners.push(pump);
    }
  }
  const blobs = await blobTriggers(options);
  listeners.push(...blobs.listeners);
  return {
    webhooks: blobs.webhooks,
    busy: () => listeners.some((listener) => listener.busy()),
    async start() {
      await Promise.all(listeners.map((listener) => listener.start()));
    },
    async stop() {
      await Promise.all(listeners.map((listener) => listener.stop()));
    },
  };
}

async function blobTriggers(
  options: TriggerOptions,
): Promise<{ listeners: TriggerListener[]; webhooks: Webhooks }> {
  const functions: BlobFunction[] = options.functions
    .filter((target) => target.kind === "blob")
    .map((target) => ({ target, pattern: parseBlobPath(target.trigger["path"] as string) }));
  if (functions.length === 0) return { listeners: [], webhooks: new Map() };
  const receipts = await blobReceipts(options.clients, options.hostId);
  const { maxDegreeOfParallelism, poisonBlobThreshold } = options.hostJson.extensions.blobs;
  const queue = await blobQueue({
    ...options,
    functions,
    receipts,
    poisonBlobThreshold,
    maxPollingIntervalMs: pollingMs(options),
    maxDegreeOfParallelism: maxDegreeOfParallelism ?? 8 * availableParallelism(),
  });
  const scanners = await Promise.all(functions.map((found) => scannerOf(options, found, receipts, queue)));
  const mayCall = (key: string | undefined) =>
    !options.requireKeys || options.keys.opensExtension("blobs_extension", key);
  const webhook = eventGridWebhook({ functions, offer: (version) => queue.offer(version), mayCall });
  return { listeners: [queue, ...scanners], webhooks: new Map([["blobs", webhook]]) };
}

async function scannerOf(
  options: TriggerOptions,
  found: BlobFunction,
  receipts: BlobReceipts,
  queue: BlobQueue,
): Promise<TriggerListener> {
  const { target, pattern } = found;
  const { container } = pattern;
  // An event subscription says nothing of blobs that were there before it.
  const sinceMs = isEventGrid(target.trigger["source"])
    ? await receipts.listeningSince(target.name, container)
    : undefined;
  return blobScanner({
    ...options,
    pattern,
    sinceMs,
    functionName: target.name,
    service: await options.clients.blobs(target.trigger["connection"]),
    intervalMs: pollingMs(options),
    offer: (blobName, etag) => queue.offer({ functionName: target.name, container, blobName, etag }),
  });
}
