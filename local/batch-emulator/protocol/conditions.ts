// Conditional requests. The service's ETags are unquoted; quoted ones are accepted. Source: "Batch Status and Error
// Codes": 412 ConditionNotMet on writes, 304 on reads, 400 for several condition headers.
import { BatchFault } from "../service/account/fault.ts";
import { etagOf } from "../service/account/versions.ts";
import type { Call } from "./wire.ts";

const names = ["if-match", "if-none-match", "if-modified-since", "if-unmodified-since"] as const;

interface Versioned {
  readonly version: number;
  readonly modifiedAt: number;
}

/** Throws when a condition header says that the request must not go on. */
export function checkConditions(call: Call, entity: Versioned | undefined, read: boolean): void {
  const { headers } = call.request;
  const given = names.filter((name) => headers[name] !== undefined);
  if (given.length === 0) return;
  if (given.length > 1)
    throw new BatchFault(
      400,
      "MultipleConditionHeadersNotSupported",
      "Multiple condition headers are not supported.",
    );
  const [name] = given;
  if (name !== undefined && !holds(name, String(headers[name]), entity))
    throw notMet(read && isNegative(name));
}

const isNegative = (name: string) => name === "if-none-match" || name === "if-modified-since";

function notMet(asNotModified: boolean): BatchFault {
  return new BatchFault(
    asNotModified ? 304 : 412,
    "ConditionNotMet",
    "The condition specified using HTTP conditional header(s) is not met.",
  );
}

function holds(name: (typeof names)[number], text: string, entity: Versioned | undefined): boolean {
  if (name === "if-match" || name === "if-none-match") {
    const tags = text.split(",").map((tag) =>
      tag
        .trim()
        .replace(/^W\//, "")
        .replace(/^"(.*)"$/, "$1"),
    );
    const matches = entity !== undefined && (tags.includes("*") || tags.includes(etagOf(entity.version)));
    return name === "if-match" ? matches : !matches;
  }
  const since = Date.parse(text);
  if (Number.isNaN(since) || entity === undefined) return true;
  const modified = Math.floor(entity.modifiedAt / 1000) * 1000;
  return name === "if-modified-since" ? modified > since : modified <= since;
}

/** ETag and Last-Modified of an entity. */
export function versionHeaders(entity: Versioned): Record<string, string> {
  return { etag: etagOf(entity.version), "last-modified": new Date(entity.modifiedAt).toUTCString() };
}
