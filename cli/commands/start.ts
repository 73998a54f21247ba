// `batchai start`: runs the local cloud until Ctrl-C.
import { startLocal } from "../../local/start.ts";
import type { LocalCloudDescription } from "../../local/start.ts";
import { alignColumns } from "../output/table.ts";

export interface StartOptions {
  readonly data: string;
  readonly port: number;
  readonly fresh: boolean;
  /** Where lines go; one call a line. */
  readonly print: (line: string) => void;
  /** Resolves when the person wants it to stop. */
  readonly stopRequested: Promise<void>;
}

/** Resolves when everything has stopped; rejects when a part died by itself. */
export async function start(options: StartOptions): Promise<void> {
  const cloud = await startLocal({ data: options.data, apiPort: options.port, fresh: options.fresh });
  for (const line of describeCloud(cloud.description, cloud.cloudFile)) options.print(line);
  options.print("ready");
  const failure = await Promise.race([options.stopRequested.then(() => undefined), cloud.failed]);
  await cloud.dispose();
  if (failure) throw failure;
}

function describeCloud({ urls }: LocalCloudDescription, cloudFile: string): string[] {
  return alignColumns([
    ["API", urls.api, "Batch AI REST, api-version 2018-05-01"],
    ["API, TLS", urls.apiHttps, "the same, with a certificate of its own (see Details)"],
    ["Batch", urls.batch, "Azure Batch emulator: data plane and resource manager"],
    ["Blobs", urls.blob, "Azurite"],
    ["Queues", urls.queue, "Azurite"],
    ["Tables", urls.table, "Azurite"],
    ["Files", urls.file, "Azure Files over plain folders"],
    ["Details", cloudFile, "keys and a token, readable by you alone"],
  ]);
}
