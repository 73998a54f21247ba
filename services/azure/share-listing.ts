// "List Directories and Files" of Azure Files, one page. Microsoft's client reads an answer by a general reader of XML and then
// by a description of the whole service, which takes longer than everything else about a list of many files; the answer has
// one form and four members of interest. Requests are signed by a link that may list the share and no more.
import {
  RestError,
  createDefaultHttpClient,
  createHttpHeaders,
  createPipelineRequest,
} from "@azure/core-rest-pipeline";
import type { PageRequest } from "../state.ts";
import { patientPipeline, requestTimeoutMs } from "./patient-pipeline.ts";

export interface ShareEntry {
  readonly name: string;
  readonly isDirectory: boolean;
  readonly contentLength: number;
  /** ISO 8601. */
  readonly lastModified: string | undefined;
  readonly etag: string | undefined;
}

export interface ShareListing {
  readonly entries: readonly ShareEntry[];
  /** Empty: there is no more. */
  readonly continuation: string;
}

/** The first in which names that XML cannot hold arrive encoded. */
const storageVersion = "2021-12-02";
/** Of all listings: connections are kept from one page to the next. */
const pipeline = patientPipeline();
const httpClient = createDefaultHttpClient();

/** @throws RestError with the service's status and code. */
export async function listDirectory(
  directory: { readonly url: string; readonly signature: string; readonly isLoopback: boolean },
  { size, continuation }: PageRequest,
): Promise<ShareListing> {
  const url = new URL(`${directory.url}?${directory.signature}`);
  const asked = { restype: "directory", comp: "list", include: "Timestamps,Etag", maxresults: String(size) };
  for (const [name, value] of Object.entries({ ...asked, marker: continuation ?? "" }))
    if (value !== "") url.searchParams.set(name, value);
  const request = createPipelineRequest({
    method: "GET",
    url: url.href,
    allowInsecureConnection: directory.isLoopback,
    timeout: requestTimeoutMs,
    headers: createHttpHeaders({ accept: "application/xml", "x-ms-version": storageVersion }),
  });
  const response = await pipeline.sendRequest(httpClient, request);
  if (response.status === 200) return readListing(response.bodyAsText ?? "");
  const code = response.headers.get("x-ms-error-code");
  throw new RestError(
    `The file share answered ${response.status}${code === undefined ? "" : ` (${code})`}.`,
    {
      statusCode: response.status,
      ...(code === undefined ? {} : { code }),
    },
  );
}

/** What an answer lists. */
export function readListing(xml: string): ShareListing {
  const next = /<NextMarker>([^<]*)<\/NextMarker>/.exec(xml);
  if (next === null && !/<NextMarker\s*\/>/.test(xml)) throw new Error("Not a list of a file share.");
  const entries: ShareEntry[] = [];
  for (const [, kind, content = ""] of xml.matchAll(/<(File|Directory)>([^]*?)<\/\1>/g)) {
    const [, encoded, name = ""] = /<Name(?: Encoded="(true|false)")?>([^<]*)<\/Name>/.exec(content) ?? [];
    const length = /<Content-Length>(\d+)</.exec(content)?.[1];
    const modified = /<Last-Modified>([^<]*)</.exec(content)?.[1];
    const etag = /<Etag>([^<]*)</.exec(content)?.[1];
    entries.push({
      name: encoded === "true" ? decodeURIComponent(name) : unescaped(name),
      isDirectory: kind === "Directory",
      contentLength: Number(length ?? 0),
      etag: etag === undefined ? undefined : unescaped(etag),
      lastModified: modified === undefined ? undefined : new Date(modified).toISOString(),
    });
  }
  return { entries, continuation: unescaped(next?.[1] ?? "") };
}

const named: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

function unescaped(text: string): string {
  if (!text.includes("&")) return text;
  return text.replaceAll(
    /&(?:#x([\da-f]+)|#(\d+)|(\w+));/gi,
    (whole, hex?: string, decimal?: string, name?: string) => {
      if (name !== undefined) return named[name] ?? whole;
      return String.fromCodePoint(hex === undefined ? Number(decimal) : Number.parseInt(hex, 16));
    },
  );
}
