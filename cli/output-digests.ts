// The files of a job's output directories as they are in storage now, each with its SHA-256; nothing of them is kept here.
import { createHash } from "node:crypto";
import { Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Client } from "../client/client.ts";
import type { JobRef } from "../domain/shared/resource-id.ts";
import type { ReceiptResponse } from "../domain/receipt/wire.ts";
import { CommandError } from "./failure.ts";

type Files = ReceiptResponse["subject"];

export async function outputDigests(
  client: Client,
  job: JobRef,
  directories: readonly string[],
  send: typeof fetch,
): Promise<Files> {
  const found: Files[number][] = [];
  for (const directoryId of directories)
    for await (const { path, url } of filesBelow(client, job, directoryId, "."))
      found.push({ name: `${directoryId}/${path}`, digest: { sha256: await sha256Of(url, path, send) } });
  return found;
}

async function* filesBelow(
  client: Client,
  job: JobRef,
  directoryId: string,
  folder: string,
): AsyncGenerator<{ readonly path: string; readonly url: string }> {
  for await (const file of client.jobs.outputFiles(job, { directoryId, folder })) {
    const path = folder === "." ? file.name : `${folder}/${file.name}`;
    if (file.fileType === "directory") yield* filesBelow(client, job, directoryId, path);
    else if (file.downloadUrl !== undefined) yield { path, url: file.downloadUrl };
  }
}

async function sha256Of(url: string, path: string, send: typeof fetch): Promise<string> {
  const response = await send(url);
  if (!response.ok || response.body === null)
    throw new CommandError(`${path} could not be read: storage answered ${response.status}.`);
  const hash = createHash("sha256");
  const write = (chunk: Uint8Array, _encoding: string, done: () => void) => {
    hash.update(chunk);
    done();
  };
  await pipeline(Readable.fromWeb(response.body), new Writable({ write }));
  return hash.digest("hex");
}
