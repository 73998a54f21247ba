// cluster.json and job.json as they were written in 2018: read, placeholders of the storage account filled in.
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { usageError } from "../failure.ts";
import type { StorageAccount } from "../service.ts";

type Json = Record<string, unknown>;
export interface Spec {
  readonly properties: Readonly<Json>;
}

/** @throws CommandError with `file:line:column` of what is no JSON. */
export async function readSpec(
  file: string,
  directory: string,
  storage: Pick<StorageAccount, "name" | "key"> | undefined,
): Promise<Spec> {
  const value = filled(await parsedFile(file, directory), placeholders(storage), file);
  if (!isObject(value) || !isObject(value["properties"]))
    throw usageError(`${file}: expected an object with 'properties', as az batchai reads it.`);
  return { properties: value["properties"] };
}

/** A file of JSON as it is. */
export async function readJson(file: string, directory: string): Promise<Json> {
  const value = await parsedFile(file, directory);
  if (!isObject(value)) throw usageError(`${file}: expected an object.`);
  return value;
}

async function parsedFile(file: string, directory: string): Promise<unknown> {
  const text = await readFile(resolve(directory, file), "utf8").catch((cause: unknown) => {
    throw usageError(`${file} cannot be read: ${(cause as Error).message}`);
  });
  return parsedJson(text.replace(/^\uFEFF/, ""), file);
}

/** The placeholders of a spec that was not read from a file. */
export function fillSpec({ properties }: Spec, storage: Pick<StorageAccount, "name" | "key">): Spec {
  return { properties: filled(properties, placeholders(storage), "the job") as Json };
}

function parsedJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const { message } = error as Error;
    throw usageError(`${file}${placeOf(message, text)}: this is not JSON. ${message}`);
  }
}

/** `:7:14`, where the engine says at which character it stopped. */
function placeOf(message: string, text: string): string {
  const position = /at position (\d+)/.exec(message)?.[1];
  const end =
    position === undefined ? (/end of JSON/.test(message) ? text.length : undefined) : Number(position);
  if (end === undefined) return "";
  const before = text.slice(0, end).split("\n");
  return `:${before.length}:${(before.at(-1) ?? "").length + 1}`;
}

const accountPlaceholder = "<AZURE_BATCHAI_STORAGE_ACCOUNT>";
const keyPlaceholder = "<AZURE_BATCHAI_STORAGE_KEY>";

function placeholders(
  storage: Pick<StorageAccount, "name" | "key"> | undefined,
): ReadonlyMap<string, string | undefined> {
  return new Map([
    [accountPlaceholder, storage?.name],
    [keyPlaceholder, storage?.key],
  ]);
}

function filled(value: unknown, values: ReadonlyMap<string, string | undefined>, file: string): unknown {
  if (typeof value === "string") return filledText(value, values, file);
  if (Array.isArray(value)) return value.map((item: unknown) => filled(item, values, file));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, filled(item, values, file)]));
}

function filledText(text: string, values: ReadonlyMap<string, string | undefined>, file: string): string {
  let out = text;
  for (const [placeholder, value] of values) {
    if (!out.includes(placeholder)) continue;
    if (value === undefined)
      throw usageError(
        `${file} holds ${placeholder}: name the account with --storage-account-name and --storage-account-key, or set AZURE_BATCHAI_STORAGE_ACCOUNT and AZURE_BATCHAI_STORAGE_KEY.`,
      );
    out = out.replaceAll(placeholder, value);
  }
  return out;
}

export function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
