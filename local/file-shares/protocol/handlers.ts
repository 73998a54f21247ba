// One function per operation: reads headers and query, calls the service once, answers. No rule about files lives here.
import { createHash } from "node:crypto";
import type { ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import type { Place, Properties, ShareService } from "../service/model.ts";
import { FileShareError } from "../service/errors.ts";
import { knowsLeases, leaseHeaders } from "./api-version.ts";
import {
  fileHeaders,
  parseMetadata,
  parsePathMetadata,
  parseProtocol,
  parseQuota,
  parseRange,
  parseSize,
  changedHeaders,
  propertyHeaders,
} from "./headers.ts";
import type { OperationName } from "./operations.ts";
import { type ShareRequest, header } from "./request.ts";
import { renameSource } from "./rename-source.ts";
import { sasResponseHeaders } from "./sas.ts";
import { defaultQuotaGiB, listingXml, sharesXml } from "./xml.ts";

/** The largest range one request may write ("Put Range"). */
const largestWriteBytes = 4 * 2 ** 20;
const mostResults = 5000;
/** Characters that Azure refuses in names that clients make; a job's own files may carry them all the same. */
// eslint-disable-next-line no-control-regex -- control characters are what is refused
const refusedInNames = /["\\:|<>*?\u0000-\u001f\u007f]/;

type Handler = (o: {
  service: ShareService;
  request: ShareRequest;
  place: Place;
  response: ServerResponse;
  endpoint: string;
}) => Promise<void>;

export const handlers: Readonly<Record<OperationName, Handler>> = {
  async listShares({ service, request, response, endpoint }) {
    const page = parsePage(request);
    const all = (await service.listShares(request.account)).filter(
      (share) => share.name.startsWith(page.prefix) && share.name > page.marker,
    );
    const shares = all.slice(0, page.maxResults);
    const next = all.length > shares.length ? shares.at(-1)?.name : undefined;
    const withMetadata = parseInclude(request).has("metadata");
    const { prefix, marker, asked } = page;
    const withLeases = knowsLeases(request, "share");
    const told = { serviceEndpoint: endpoint, prefix, marker, maxResults: asked, withMetadata, withLeases };
    xml(response, sharesXml({ ...told, shares, next }));
  },
  async createShare({ service, request, place, response }) {
    const metadata = {
      ...parsePathMetadata(request),
      ...parseQuota(request),
      ...parseProtocol(request),
    };
    reply(response, 201, tags(await service.createShare(place.account, place.share, metadata)));
  },
  async getShareProperties({ service, request, place, response }) {
    const properties = await service.properties(place, "share");
    reply(response, 200, {
      ...metadataHeaders(properties),
      "x-ms-share-quota": String(properties.quotaGiB ?? defaultQuotaGiB),
      ...leaseHeaders(request, "share"),
      "x-ms-access-tier": "TransactionOptimized",
      "x-ms-enabled-protocols": properties.protocol ?? "SMB",
    });
  },
  async setShareProperties({ service, request, place, response }) {
    reply(response, 200, tags(await service.change(place, "share", parseQuota(request))));
  },
  async setShareMetadata({ service, request, place, response }) {
    reply(response, 200, tags(await service.change(place, "share", { metadata: parseMetadata(request) })));
  },
  async deleteShare({ service, place, response }) {
    await service.deleteShare(place.account, place.share);
    reply(response, 202, {});
  },
  async createDirectory({ service, request, place, response }) {
    if (place.segments.length === 0) throw new FileShareError("ResourceAlreadyExists");
    checkNewName(place);
    reply(response, 201, changedHeaders(await service.createDirectory(place, parsePathMetadata(request))));
  },
  async getDirectoryProperties({ service, place, response }) {
    reply(response, 200, propertyHeaders(await service.properties(place, "directory")));
  },
  async setDirectoryMetadata({ service, request, place, response }) {
    reply(
      response,
      200,
      tags(await service.change(place, "directory", { metadata: parseMetadata(request) })),
    );
  },
  async deleteDirectory({ service, place, response }) {
    await service.deleteDirectory(place);
    reply(response, 202, {});
  },
  async listFilesAndDirectories({ service, request, place, response, endpoint }) {
    const page = parsePage(request);
    const listed = await service.list(place, page);
    const { prefix, marker, asked } = page;
    xml(
      response,
      listingXml({
        serviceEndpoint: endpoint,
        share: place.share,
        path: place.segments.join("/"),
        prefix,
        marker,
        maxResults: asked,
        include: parseInclude(request),
        ...listed,
      }),
    );
  },
  renameDirectory: (o) => rename("directory", o),
  renameFile: (o) => rename("file", o),
  async createFile({ service, request, place, response }) {
    if ((header(request, "x-ms-type") ?? "").toLowerCase() !== "file")
      throw new FileShareError("MissingRequiredHeader", "x-ms-type must be file.");
    const size = parseSize(request, "x-ms-content-length");
    if (size === undefined)
      throw new FileShareError("MissingRequiredHeader", "x-ms-content-length is required.");
    const bodyBytes = Number(header(request, "content-length") ?? 0);
    if (bodyBytes > 0)
      throw new FileShareError("FeatureNotSupported", "Creating a file with its content is not served.");
    checkNewName(place);
    reply(response, 201, changedHeaders(await service.createFile(place, size, parsePathMetadata(request))));
  },
  getFile,
  async getFileProperties({ service, request, place, response }) {
    const properties = await service.properties(place, "file");
    reply(response, 200, {
      ...fileHeaders(request, properties),
      "x-ms-type": "File",
      ...sasResponseHeaders(request),
      "content-length": String(properties.sizeBytes),
    });
  },
  async setFileProperties({ service, request, place, response }) {
    const sizeBytes = parseSize(request, "x-ms-content-length");
    const { headers } = parsePathMetadata(request);
    const change = { ...(headers ? { headers } : {}), ...(sizeBytes === undefined ? {} : { sizeBytes }) };
    reply(response, 200, changedHeaders(await service.change(place, "file", change)));
  },
  async setFileMetadata({ service, request, place, response }) {
    reply(response, 200, tags(await service.change(place, "file", { metadata: parseMetadata(request) })));
  },
  putRange,
  async listRanges({ service, request, place, response }) {
    const { sizeBytes, ...properties } = await service.properties(place, "file");
    const range = parseRange(request);
    const start = range?.start ?? 0;
    const end = Math.min(range?.end ?? Infinity, sizeBytes - 1);
    const items = start <= end ? `<Range><Start>${start}</Start><End>${end}</End></Range>` : "";
    xml(response, `<?xml version="1.0" encoding="utf-8"?><Ranges>${items}</Ranges>`, {
      ...tags(properties),
      "x-ms-content-length": String(sizeBytes),
    });
  },
  async deleteFile({ service, place, response }) {
    await service.deleteFile(place);
    reply(response, 202, {});
  },
};

async function getFile({ service, request, place, response }: Parameters<Handler>[0]): Promise<void> {
  const range = parseRange(request);
  const { handle, properties } = await service.read(place);
  try {
    const { sizeBytes } = properties;
    const start = range?.start ?? 0;
    if (range !== undefined && start >= sizeBytes) throw new FileShareError("InvalidRange");
    const end = Math.min(range?.end ?? Infinity, sizeBytes - 1);
    const headers: Record<string, string> = {
      ...fileHeaders(request, properties),
      ...sasResponseHeaders(request),
      "content-length": String(end - start + 1),
    };
    if (range !== undefined) headers["content-range"] = `bytes ${start}-${end}/${sizeBytes}`;
    response.writeHead(range === undefined ? 200 : 206, headers);
    if (end < start) return void response.end();
    await pipeline(handle.createReadStream({ start, end, autoClose: false }), response);
  } finally {
    await handle.close();
  }
}

async function putRange({ service, request, place, response }: Parameters<Handler>[0]): Promise<void> {
  const range = parseRange(request);
  if (range?.end === undefined)
    throw new FileShareError("InvalidHeaderValue", "x-ms-range must be bytes=N-M.");
  const length = range.end - range.start + 1;
  const mode = (header(request, "x-ms-write") ?? "").toLowerCase();
  const announced = Number(header(request, "content-length") ?? NaN);
  if (mode === "clear") {
    if (announced > 0) throw new FileShareError("InvalidHeaderValue", "Clearing a range takes no body.");
    return reply(response, 201, tags(await service.writeRange(place, range.start, length, undefined)));
  }
  if (mode !== "update")
    throw new FileShareError("InvalidHeaderValue", "x-ms-write must be update or clear.");
  if (Number.isNaN(announced)) throw new FileShareError("MissingContentLengthHeader");
  if (length > largestWriteBytes) throw new FileShareError("RequestBodyTooLarge");
  if (announced !== length)
    throw new FileShareError("InvalidHeaderValue", "The range and Content-Length differ.");
  const bytes = await readBody(request, length);
  const expected = header(request, "content-md5");
  const md5 = createHash("md5").update(bytes).digest("base64");
  if (expected !== undefined && expected !== md5) throw new FileShareError("Md5Mismatch");
  const properties = await service.writeRange(place, range.start, length, bytes);
  reply(response, 201, { ...tags(properties), "content-md5": md5, "x-ms-request-server-encrypted": "false" });
}

async function readBody(request: ShareRequest, length: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let received = 0;
  for await (const chunk of request.incoming as AsyncIterable<Buffer>) {
    received += chunk.length;
    chunks.push(chunk);
  }
  if (received !== length) throw new FileShareError("RequestIncomplete");
  return Buffer.concat(chunks);
}

async function rename(
  kind: "file" | "directory",
  { service, request, place, response }: Parameters<Handler>[0],
): Promise<void> {
  checkNewName(place);
  const { place: from } = renameSource(request);
  const replace = header(request, "x-ms-file-rename-replace-if-exists") === "true";
  reply(response, 200, changedHeaders(await service.rename(from, place, kind, replace)));
}

function parsePage(request: ShareRequest) {
  const text = request.query.get("maxresults");
  if (text !== undefined && (!/^\d{1,9}$/.test(text) || Number(text) === 0))
    throw new FileShareError("InvalidQueryParameterValue", "maxresults must be a positive number.");
  const asked = text === undefined ? undefined : Number(text);
  return {
    prefix: request.query.get("prefix") ?? "",
    marker: request.query.get("marker") ?? "",
    asked,
    maxResults: Math.min(asked ?? mostResults, mostResults),
  };
}

/** `permissionkey` adds nothing, because no file has one here. */
const includable = ["timestamps", "etag", "attributes", "metadata", "permissionkey", "snapshots", "deleted"];

function parseInclude(request: ShareRequest): ReadonlySet<string> {
  const asked = (request.query.get("include") ?? "")
    .toLowerCase()
    .split(",")
    .map((one) => one.trim())
    .filter((one) => one !== "");
  for (const one of asked)
    if (!includable.includes(one))
      throw new FileShareError("InvalidQueryParameterValue", `include=${one} is unknown.`);
  return new Set(asked);
}

function checkNewName(place: Place): void {
  for (const segment of place.segments)
    if (segment.length > 255 || refusedInNames.test(segment)) throw new FileShareError("InvalidResourceName");
}

function tags(properties: Pick<Properties, "etag" | "writtenAt">): Record<string, string> {
  return { etag: properties.etag, "last-modified": properties.writtenAt.toUTCString() };
}

function metadataHeaders(properties: Properties): Record<string, string> {
  const metadata = Object.entries(properties.metadata).map(
    ([name, value]) => [`x-ms-meta-${name}`, value] as const,
  );
  return { ...tags(properties), ...Object.fromEntries(metadata) };
}

function reply(response: ServerResponse, status: number, headers: Record<string, string>): void {
  response.writeHead(status, { "content-length": "0", ...headers }).end();
}

function xml(response: ServerResponse, body: string, headers: Record<string, string> = {}): void {
  response
    .writeHead(200, {
      ...headers,
      "content-type": "application/xml",
      "content-length": Buffer.byteLength(body),
    })
    .end(body);
}
