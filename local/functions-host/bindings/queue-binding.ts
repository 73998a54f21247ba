// Queue output bindings: a string or JSON value is one message, an array is one message per element. Text is base64 on the wire
// unless host.json says otherwise; a missing queue is created.
import type { QueueClient } from "@azure/storage-queue";
import type { NamedBinding } from "../app/hosted-functions.ts";
import type { TypedData } from "../programming-model/rpc.ts";
import type { StorageClients } from "./storage-clients.ts";
import { toBytes, toJson } from "./typed-values.ts";

export type MessageEncoding = "base64" | "none";

export function encodeMessage(content: Buffer | string, encoding: MessageEncoding): string {
  const bytes = typeof content === "string" ? Buffer.from(content) : content;
  return encoding === "base64" ? bytes.toString("base64") : bytes.toString("utf8");
}

/** What is not valid base64 is taken as plain text, so that messages of both kinds are understood. */
export function decodeMessage(text: string, encoding: MessageEncoding): Buffer {
  if (encoding === "none") return Buffer.from(text);
  const isBase64 = text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);
  return isBase64 ? Buffer.from(text, "base64") : Buffer.from(text);
}

/** Messages one output value stands for. */
export function messagesOf(value: TypedData): (Buffer | string)[] {
  if (value.json === undefined) return [toBytes(value)];
  const parsed = toJson(value);
  if (!Array.isArray(parsed)) return [value.json];
  return parsed.map((element: unknown) => (typeof element === "string" ? element : JSON.stringify(element)));
}

/** `queueName` is lower case and has its expressions resolved. */
export async function writeQueue(
  clients: StorageClients,
  binding: NamedBinding,
  queueName: string,
  value: TypedData,
  encoding: MessageEncoding,
): Promise<void> {
  const queue = (await clients.queues(binding["connection"])).getQueueClient(queueName);
  for (const message of messagesOf(value)) await send(queue, encodeMessage(message, encoding));
}

/** Creates the queue on demand. */
export async function send(queue: QueueClient, text: string): Promise<void> {
  try {
    await queue.sendMessage(text);
  } catch (error) {
    if ((error as { code?: string }).code !== "QueueNotFound") throw error;
    await queue.createIfNotExists();
    await queue.sendMessage(text);
  }
}
