// XML bodies of Azure Files: "List Directories and Files", "List Shares", and the error body.
import type { Entry, Properties } from "../service/model.ts";

const declaration = '<?xml version="1.0" encoding="utf-8"?>';
// eslint-disable-next-line no-control-regex -- the characters that XML 1.0 cannot hold
const unprintable = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;

export function escapeXml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("\r", "&#xD;");
}

export function errorXml(code: string, message: string): string {
  return `${declaration}<Error><Code>${code}</Code><Message>${escapeXml(message)}</Message></Error>`;
}

function name(text: string): string {
  return unprintable.test(text)
    ? `<Name Encoded="true">${encodeURIComponent(text)}</Name>`
    : `<Name>${escapeXml(text)}</Name>`;
}

export interface Listing {
  readonly serviceEndpoint: string;
  readonly share: string;
  readonly path: string;
  readonly prefix: string;
  readonly marker: string;
  readonly maxResults: number | undefined;
  readonly include: ReadonlySet<string>;
  readonly entries: readonly Entry[];
  readonly next: string | undefined;
  readonly directory: Properties;
}

export function listingXml(listing: Listing): string {
  const { include } = listing;
  const items = listing.entries.map((entry) => {
    const tag = entry.kind === "file" ? "File" : "Directory";
    return `<${tag}><FileId>${entry.fileId}</FileId>${name(entry.name)}${entryProperties(entry, include)}</${tag}>`;
  });
  return [
    declaration,
    `<EnumerationResults ServiceEndpoint="${escapeXml(listing.serviceEndpoint)}" ShareName="${listing.share}" DirectoryPath="${escapeXml(listing.path)}">`,
    optional("Prefix", listing.prefix),
    optional("Marker", listing.marker),
    listing.maxResults === undefined ? "" : `<MaxResults>${listing.maxResults}</MaxResults>`,
    `<Entries>${items.join("")}</Entries>`,
    `<NextMarker>${escapeXml(listing.next ?? "")}</NextMarker>`,
    `<DirectoryId>${listing.directory.fileId}</DirectoryId>`,
    `</EnumerationResults>`,
  ].join("");
}

function entryProperties(entry: Entry, include: ReadonlySet<string>): string {
  const parts: string[] =
    entry.kind === "file" ? [`<Content-Length>${entry.sizeBytes}</Content-Length>`] : [];
  if (include.has("timestamps"))
    parts.push(
      `<CreationTime>${entry.createdAt.toISOString()}</CreationTime>`,
      `<LastAccessTime>${entry.accessedAt.toISOString()}</LastAccessTime>`,
      `<LastWriteTime>${entry.writtenAt.toISOString()}</LastWriteTime>`,
      `<ChangeTime>${entry.changedAt.toISOString()}</ChangeTime>`,
      `<Last-Modified>${entry.writtenAt.toUTCString()}</Last-Modified>`,
    );
  if (include.has("etag")) parts.push(`<Etag>${escapeXml(entry.etag)}</Etag>`);
  const attributes =
    include.has("attributes") &&
    `<Attributes>${entry.kind === "file" ? "Archive" : "Directory"}</Attributes>`;
  return `<Properties>${parts.join("")}</Properties>${attributes || ""}`;
}

export function sharesXml(o: {
  serviceEndpoint: string;
  prefix: string;
  marker: string;
  maxResults: number | undefined;
  withMetadata: boolean;
  withLeases: boolean;
  shares: readonly (Properties & { readonly name: string })[];
  next: string | undefined;
}): string {
  const items = o.shares.map((share) => {
    const metadata = Object.entries(share.metadata).map(
      ([key, value]) => `<${key}>${escapeXml(value)}</${key}>`,
    );
    return [
      `<Share><Name>${share.name}</Name><Properties>`,
      `<Last-Modified>${share.writtenAt.toUTCString()}</Last-Modified><Etag>${escapeXml(share.etag)}</Etag>`,
      `<Quota>${share.quotaGiB ?? defaultQuotaGiB}</Quota>`,
      `<EnabledProtocols>${share.protocol ?? "SMB"}</EnabledProtocols>`,
      o.withLeases ? "<LeaseStatus>unlocked</LeaseStatus><LeaseState>available</LeaseState>" : "",
      `</Properties>`,
      o.withMetadata ? `<Metadata>${metadata.join("")}</Metadata>` : "",
      `</Share>`,
    ].join("");
  });
  return [
    declaration,
    `<EnumerationResults ServiceEndpoint="${escapeXml(o.serviceEndpoint)}">`,
    optional("Prefix", o.prefix),
    optional("Marker", o.marker),
    o.maxResults === undefined ? "" : `<MaxResults>${o.maxResults}</MaxResults>`,
    `<Shares>${items.join("")}</Shares><NextMarker>${escapeXml(o.next ?? "")}</NextMarker></EnumerationResults>`,
  ].join("");
}

/** The quota of a share created without one, in a standard account without large file shares. */
export const defaultQuotaGiB = 5120;

function optional(tag: string, text: string): string {
  return text === "" ? "" : `<${tag}>${escapeXml(text)}</${tag}>`;
}
