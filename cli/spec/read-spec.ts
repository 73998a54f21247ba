// cluster.json and job.json as they were written in 2018, or the same in YAML: read, keys checked, placeholders of the storage account
// filled in.
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { z } from "zod";
import { ApiError } from "../../client/api-error.ts";
import type { Context } from "../command.ts";
import { usageError } from "../failure.ts";
import type { StorageAccount } from "../service.ts";
import { nearest } from "./nearest.ts";
import { readSpecText } from "./spec-text.ts";
import type { SpecText } from "./spec-text.ts";
import { unknownKeys } from "./unknown-keys.ts";

type Json = Record<string, unknown>;
export interface Spec {
  readonly properties: Readonly<Json>;
}

export interface SpecFile extends Spec {
  /** Does what sends the spec, and tells a refusal with the place in the file that the service means. */
  readonly sending: <T>(send: () => Promise<T>) => Promise<T>;
}

/**
 * @param schema of the request, whose keys are known; or which it is, by the properties
 * @throws CommandError with `file:line:column` of what is no JSON or YAML, or of a key that is nearly one of those that there are.
 */
export async function readSpec(
  file: string,
  context: Pick<Context, "directory" | "warn">,
  storage: Pick<StorageAccount, "name" | "key"> | undefined,
  schema: z.ZodType | ((properties: Readonly<Json>) => z.ZodType),
): Promise<SpecFile> {
  const spec = await parsedFile(file, context.directory);
  const value = filled(spec.value, placeholders(storage), file);
  const properties = isObject(value) ? value["properties"] : undefined;
  if (!isObject(value) || !isObject(properties))
    throw usageError(`${file}: expected an object with 'properties', as az batchai reads it.`);
  await checkKeys(value, spec, typeof schema === "function" ? schema(properties) : schema, context);
  return { properties, sending: (send) => withPlace(spec, send) };
}

async function checkKeys(
  value: Json,
  spec: SpecText,
  schema: z.ZodType,
  context: Pick<Context, "warn">,
): Promise<void> {
  for (const { path, known } of unknownKeys(schema, value)) {
    const key = String(path.at(-1));
    const place = await spec.placeOf(path);
    const meant = nearest(key, known);
    if (meant !== undefined) throw usageError(`${place}: there is no '${key}' here. Is '${meant}' meant?`);
    context.warn(`${place}: nothing reads '${key}'.`);
  }
}

async function withPlace<T>(spec: SpecText, send: () => Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 400 || error.target === undefined) throw error;
    const path = pathOf(error.target);
    // What an option said stands in no file.
    if (!isThere(spec.value, path)) throw error;
    const { status, code, message, target } = error;
    throw new ApiError(status, code, `${await spec.placeOf(path)}: ${message}`, target);
  }
}

/** `properties.outputDirectories[0].id` as the service names a member. */
function pathOf(target: string): (string | number)[] {
  return [...target.matchAll(/[^.[\]]+/g)].map(([step]) => (/^\d+$/.test(step) ? Number(step) : step));
}

/** What the service means stands in the file, or belongs into something that does. */
function isThere(value: unknown, path: readonly (string | number)[]): boolean {
  const [first, second] = path;
  if (first !== "properties" || second === undefined || !isObject(value)) return false;
  const properties = value[first];
  return isObject(properties) && second in properties;
}

/** A file of JSON or YAML as it is. */
export async function readJson(file: string, directory: string): Promise<Json> {
  const { value } = await parsedFile(file, directory);
  if (!isObject(value)) throw usageError(`${file}: expected an object.`);
  return value;
}

async function parsedFile(file: string, directory: string): Promise<SpecText> {
  const text = await readFile(resolve(directory, file), "utf8").catch((cause: unknown) => {
    throw usageError(`${file} cannot be read: ${(cause as Error).message}`);
  });
  return readSpecText(text, file);
}

/** The placeholders of a spec that was not read from a file. */
export function fillSpec({ properties }: Spec, storage: Pick<StorageAccount, "name" | "key">): Spec {
  return { properties: filled(properties, placeholders(storage), "the job") as Json };
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
