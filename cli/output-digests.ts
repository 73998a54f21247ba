// The files of a job's output directories as they are in storage now, each with its SHA-256; nothing of them is kept here.
import { createHash } from "node:crypto";
import type { Client } from "../client/client.ts";
import type { ReceiptResponse } from "../domain/receipt/wire.ts";
import type { JobRef } from "../domain/shared/resource-id.ts";
import type { Context } from "./command.ts";
import { sourceOutputs } from "./copy/outputs.ts";

type Files = ReceiptResponse["subject"];

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
