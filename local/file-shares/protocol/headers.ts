// Headers of Azure Files in both directions: ranges, metadata, content headers, properties. Anything a client sends
// that would change the meaning of a request and is not served here is refused by name.
import type { PathMetadata } from "../store/share-metadata.ts";
import type { Properties } from "../service/model.ts";
import { FileShareError } from "../service/errors.ts";
import { leaseHeaders } from "./api-version.ts";
import { type ShareRequest, header } from "./request.ts";

const contentHeaders = [
  "cache-control",
  "content-disposition",
  "content-encoding",
  "content-language",
  "content-md5",
  "content-type",
] as const;
const largestFileBytes = 4 * 2 ** 40;

export interface ByteRange {
  readonly start: number;
  /** Inclusive; undefined: to the end. */
  readonly end: number | undefined;
}

/** `x-ms-range` wins over `Range`; only `bytes=N-` and `bytes=N-M` exist in Azure Files. */
export function parseRange(request: ShareRequest): ByteRange | undefined {
  const text = header(request, "x-ms-range") ?? header(request, "range");
  if (text === undefined) return undefined;
  const match = /^bytes=(\d{1,15})-(\d{1,15})?$/.exec(text.trim());
  if (match?.[1] === undefined)
    throw new FileShareError("InvalidHeaderValue", "Range must be bytes=N- or bytes=N-M.");
  const start = Number(match[1]);
  const end = match[2] === undefined ? undefined : Number(match[2]);
  if (end !== undefined && end < start)
    throw new FileShareError("InvalidHeaderValue", "The range ends before it starts.");
  return { start, end };
}

export function parseMetadata(request: ShareRequest): Record<string, string> {
  const metadata: Record<string, string> = {};
  for (const name of Object.keys(request.headers)) {
    if (!name.startsWith("x-ms-meta-")) continue;
    const key = name.slice("x-ms-meta-".length);
    if (!/^[A-Za-z_][A-Za-z0-9_]{0,127}$/.test(key))
      throw new FileShareError("InvalidHeaderValue", `'${key}' cannot be the name of metadata.`);
    metadata[key] = header(request, name) ?? "";
  }
  return metadata;
}

/** The metadata of a new file or directory; parts that were not sent are left out. */
export function parsePathMetadata(request: ShareRequest): Omit<PathMetadata, "inode"> {
  const metadata = parseMetadata(request);
  const headers: Record<string, string> = {};
  for (const name of contentHeaders) {
    const value = header(request, `x-ms-${name}`);
    if (value !== undefined && value !== "") headers[name] = value;
  }
  return {
    ...(Object.keys(metadata).length > 0 ? { metadata } : {}),
    ...(Object.keys(headers).length > 0 ? { headers } : {}),
  };
}

export function parseSize(request: ShareRequest, name: string): number | undefined {
  const text = header(request, name);
  if (text === undefined) return undefined;
  if (!/^\d{1,15}$/.test(text) || Number(text) > largestFileBytes)
    throw new FileShareError("InvalidHeaderValue", `${name} must be a number of bytes up to 4 TiB.`);
  return Number(text);
}

export function parseQuota(request: ShareRequest): Pick<PathMetadata, "quotaGiB"> {
  const text = header(request, "x-ms-share-quota");
  if (text === undefined) return {};
  if (!/^\d{1,6}$/.test(text) || Number(text) < 1 || Number(text) > 102_400)
    throw new FileShareError("InvalidHeaderValue", "x-ms-share-quota must be 1 to 102400 GiB.");
  return { quotaGiB: Number(text) };
}

/** "Create Share". */
export function parseProtocol(request: ShareRequest): Pick<PathMetadata, "protocol"> {
  const text = header(request, "x-ms-enabled-protocols") ?? "SMB";
  if (!/^(SMB|NFS)$/i.test(text))
    throw new FileShareError("InvalidHeaderValue", "x-ms-enabled-protocols must be SMB or NFS.");
  return text.toUpperCase() === "NFS" ? { protocol: "NFS" } : {};
}

const unsupported: readonly (readonly [name: string, allowed: RegExp, what: string])[] = [
  ["x-ms-copy-source", /^$/, "Copying"],
  ["x-ms-file-permission-key", /^$/, "A permission key"],
  ["x-ms-file-permission", /^(inherit|preserve)$/i, "A security descriptor"],
  ["x-ms-file-change-time", /^$/, "Setting the change time"],
  ["x-ms-file-creation-time", /^(now|preserve)$/i, "Setting the creation time"],
  ["x-ms-file-last-write-time", /^(now|preserve)$/i, "Setting the last write time"],
  ["x-ms-file-attributes", /^(none|archive|directory|preserve)?$/i, "Setting file attributes"],
  ["x-ms-structured-body", /^$/, "A structured body"],
  ["x-ms-source-authorization", /^$/, "Reading from another place"],
];

/** Refuses headers that ask for what this service does not do. */
export function refuseUnsupportedHeaders(request: ShareRequest): void {
  for (const [name, allowed, what] of unsupported) {
    const value = header(request, name);
    if (value !== undefined && !allowed.test(value))
      throw new FileShareError("FeatureNotSupported", `${what} (${name}) is not served.`);
  }
  if (header(request, "x-ms-lease-id") !== undefined)
    throw new FileShareError("LeaseNotPresentWithFileOperation");
}

/** Of an answer that tells what is there: "Get File Properties". */
export function propertyHeaders(properties: Properties): Record<string, string> {
  const headers = { ...commonHeaders(properties), "x-ms-server-encrypted": "false" };
  for (const [name, value] of Object.entries(properties.metadata))
    Object.assign(headers, { [`x-ms-meta-${name}`]: value });
  return headers;
}

/** Of an answer to who made or changed it, who gets no metadata back: "Create File". */
export const changedHeaders = (properties: Properties): Record<string, string> => ({
  ...commonHeaders(properties),
  "x-ms-request-server-encrypted": "false",
});

function commonHeaders(properties: Properties): Record<string, string> {
  return {
    etag: properties.etag,
    "last-modified": properties.writtenAt.toUTCString(),
    "x-ms-file-attributes": properties.kind === "file" ? "Archive" : "Directory",
    "x-ms-file-creation-time": properties.createdAt.toISOString(),
    "x-ms-file-last-write-time": properties.writtenAt.toISOString(),
    "x-ms-file-change-time": properties.changedAt.toISOString(),
    "x-ms-file-id": properties.fileId,
  };
}

export function fileHeaders(request: ShareRequest, properties: Properties): Record<string, string> {
  return {
    ...propertyHeaders(properties),
    "content-type": "application/octet-stream",
    ...properties.headers,
    ...leaseHeaders(request, "file"),
    "accept-ranges": "bytes",
  };
}
