// Small conversions between the worker's TypedData and what storage holds.
import { isNestedTooDeep } from "../../json-depth.ts";
import type { TypedData } from "../programming-model/rpc.ts";

/** As bytes: text in UTF-8, numbers as their digits. */
export function toBytes(value: TypedData): Buffer {
  if (value.bytes) return Buffer.from(value.bytes.buffer, value.bytes.byteOffset, value.bytes.byteLength);
  return Buffer.from(toText(value));
}

export function toText(value: TypedData): string {
  if (value.bytes) return Buffer.from(value.bytes).toString("utf8");
  return value.string ?? value.json ?? String(value.int ?? value.double ?? "");
}

/** The value as JSON, text that is not JSON as a string. */
export function toJson(value: TypedData): unknown {
  const text = toText(value);
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** Members of a JSON object payload, for binding expressions; nothing for any other text, or one that nests too deep to be used. */
export function payloadMembers(text: string): Record<string, unknown> {
  if (!text.trimStart().startsWith("{") || isNestedTooDeep(text)) return {};
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === "object" && parsed !== null ? (parsed as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** Trigger metadata as the worker receives it: text as string, everything else as JSON. */
export function metadataOf(data: Readonly<Record<string, unknown>>): Record<string, TypedData> {
  const metadata: Record<string, TypedData> = {};
  for (const [name, value] of Object.entries(data))
    if (value !== undefined)
      metadata[name] = typeof value === "string" ? { string: value } : { json: JSON.stringify(value) };
  return metadata;
}
