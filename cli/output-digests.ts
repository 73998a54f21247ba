// The files of a job's output directories as they are in storage now, each with its SHA-256 or its size; nothing of them is kept here.
import { createHash } from "node:crypto";
import { ApiError } from "../client/api-error.ts";
import type { Client } from "../client/client.ts";
import type { ReceiptResponse } from "../domain/receipt/wire.ts";
import type { JobRef } from "../domain/shared/resource-id.ts";
import type { Context } from "./command.ts";
import { sourceOutputs } from "./copy/outputs.ts";

type Files = ReceiptResponse["subject"];

/** Bytes of each file, by the names of receipts; none of directories on no mount, which nobody can look at. */
export async function outputSizes(
  client: Pick<Client, "jobs">,
  job: JobRef,
  directories: readonly string[],
  send: Context["fetch"],
): Promise<ReadonlyMap<string, number>> {
  const found = new Map<string, number>();
  for (const directoryId of directories)
    try {
      for await (const file of sourceOutputs(client, job, { directoryId, path: "" }, send).files())
        found.set(`${directoryId}/${file.path}`, file.sizeBytes);
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== "OutputDirectoryNotOnMount") throw error;
    }
  return found;
}

export async function outputDigests(
  client: Pick<Client, "jobs">,
  job: JobRef,
  directories: readonly string[],
  send: Context["fetch"],
): Promise<Files> {
  const found: Files[number][] = [];
  for (const directoryId of directories)
    for await (const { path, open } of sourceOutputs(client, job, { directoryId, path: "" }, send).files()) {
      const hash = createHash("sha256");
      for await (const chunk of await open()) hash.update(chunk as Uint8Array);
      found.push({ name: `${directoryId}/${path}`, digest: { sha256: hash.digest("hex") } });
    }
  return found;
}
