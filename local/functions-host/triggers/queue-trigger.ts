// The queue trigger: one message, one invocation, with the metadata that the storage extension supplies. How messages are fetched and settled is
// the pump's business.
import type { DequeuedMessageItem } from "@azure/storage-queue";
import type { Clock } from "../../clock.ts";
import type { Logger } from "../../logger.ts";
import type { Random } from "../../random.ts";
import type { HostJson } from "../app/host-json.ts";
import type { HostedFunction } from "../app/hosted-functions.ts";
import { decodeMessage } from "../bindings/queue-binding.ts";
import type { StorageClients } from "../bindings/storage-clients.ts";
import { metadataOf, payloadMembers } from "../bindings/typed-values.ts";
import type { TypedData } from "../programming-model/rpc.ts";
import { queuePump, type QueuePump } from "./queue-pump.ts";
import type { RunFunction, TriggerEvent } from "./run-function.ts";

export interface QueueTriggerOptions {
  target: HostedFunction;
  run: RunFunction;
  clients: StorageClients;
  settings: HostJson["extensions"]["queues"];
  maxPollingIntervalMs: number;
  clock: Clock;
  random: Random;
  logger: Logger;
}

export async function queueTrigger(options: QueueTriggerOptions): Promise<QueuePump> {
  const { target, run, settings } = options;
  const name = queueNameOf(target);
  const service = await options.clients.queues(target.trigger["connection"]);
  return queuePump({
    ...options,
    queue: service.getQueueClient(name),
    poison: name.endsWith("-poison") ? undefined : service.getQueueClient(`${name}-poison`),
    handle: async (message) => (await run(target, messageEvent(message, settings.messageEncoding))).ok,
    batchSize: settings.batchSize,
    newBatchThreshold: settings.newBatchThreshold ?? Math.floor(settings.batchSize / 2),
    maxDequeueCount: settings.maxDequeueCount,
    visibilityTimeoutMs: settings.visibilityTimeout,
  });
}

/** Throws when the name is not one a queue can have ("Naming Queues and Metadata"). */
export function queueNameOf(target: HostedFunction): string {
  const name =
    typeof target.trigger["queueName"] === "string" ? target.trigger["queueName"].toLowerCase() : "";
  if (!/^(?!.*--)[a-z0-9](?:[a-z0-9-]{1,61})[a-z0-9]$/.test(name))
    throw new Error(`'${name}' is not a queue name (3 to 63 lower-case letters, digits and single hyphens)`);
  return name;
}

export function messageEvent(message: DequeuedMessageItem, encoding: "base64" | "none"): TriggerEvent {
  const bytes = decodeMessage(message.messageText, encoding);
  const text = bytes.toString("utf8");
  const data: TypedData = Buffer.from(text).equals(bytes) ? { string: text } : { bytes };
  const bindingData = {
    ...payloadMembers(text),
    QueueTrigger: text,
    Id: message.messageId,
    DequeueCount: message.dequeueCount,
    PopReceipt: message.popReceipt,
    InsertionTime: message.insertedOn.toISOString(),
    ExpirationTime: message.expiresOn.toISOString(),
    NextVisibleTime: message.nextVisibleOn.toISOString(),
  };
  return { data, bindingData, triggerMetadata: metadataOf(bindingData) };
}
