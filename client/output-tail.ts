// Reads a growing file of a job's output, byte for byte, through the links of listOutputFiles: each read gives what came since the
// last one. Links that have expired are asked for anew. A log that began anew with another run of the job is read from its start.
import type { OutputFileResponse } from "../domain/job/wire.ts";
import type { JobRef } from "../domain/shared/resource-id.ts";
import type { Client } from "./client.ts";
import type { OutputPlace } from "./jobs.ts";
import { UnreachableError } from "./api-error.ts";

export interface OutputTail {
  /** What is new; empty while there is nothing, or no such file. Rejects with UnreachableError when storage does not answer. */
  read(): Promise<Uint8Array>;
  /** The file was there at some time. */
  isFound(): boolean;
}

/** Where a first read begins, when it is not the start of the file. */
export interface TailStart {
  /** So many bytes before the end that the file has then. */
  readonly lastBytes?: number | undefined;
  /** Epoch milliseconds: at the end that a file has which was not changed from then on. */
  readonly changedSince?: number | undefined;
}

const nothing = new Uint8Array();

export function outputTail(
  client: Pick<Client, "jobs">,
  job: JobRef,
  place: OutputPlace & { readonly name: string },
  send: typeof fetch = fetch,
  from: TailStart = {},
): OutputTail {
  let url: string | undefined;
  let offset: number | undefined;
  let isFound = false;
  const link = async () => {
    for await (const file of client.jobs.outputFiles(job, place))
      if (file.name === place.name) {
        offset ??= startIn(file, from);
        return file.downloadUrl;
      }
    return undefined;
  };
  const read = async (): Promise<Uint8Array> => {
    url ??= await link();
    if (url === undefined) return nothing;
    isFound = true;
    offset ??= 0;
    const { origin } = new URL(url);
    const response = await send(url, { headers: { range: `bytes=${offset}-` } }).catch((cause: unknown) => {
      throw new UnreachableError(origin, cause);
    });
    const bytes = new Uint8Array(await response.arrayBuffer());
    switch (response.status) {
      case 206:
        offset += bytes.length;
        return bytes;
      case 200: {
        const fresh = bytes.subarray(Math.min(offset, bytes.length));
        offset = bytes.length;
        return fresh;
      }
      case 416: {
        // Nothing behind the offset. The whole size, where it is told, may have become smaller.
        const size = /\/(\d+)$/.exec(response.headers.get("content-range") ?? "")?.[1];
        if (size === undefined || Number(size) >= offset) return nothing;
        offset = 0;
        return read();
      }
      case 403:
      case 404:
        url = undefined;
        return nothing;
      default:
        throw new UnreachableError(origin, new Error(`storage answered ${response.status}`));
    }
  };
  return { read, isFound: () => isFound };
}

function startIn(file: OutputFileResponse, { lastBytes, changedSince }: TailStart): number {
  if (lastBytes === undefined && changedSince === undefined) return 0;
  const { contentLength = 0, lastModified } = file.properties;
  const isOld =
    changedSince !== undefined && lastModified !== undefined && Date.parse(lastModified) < changedSince;
  return isOld ? contentLength : Math.max(0, contentLength - (lastBytes ?? contentLength));
}
