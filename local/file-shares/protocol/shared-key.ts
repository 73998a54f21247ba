// Shared Key authorization ("Authorize with Shared Key", Blob, Queue and File services from version 2009-09-19 on).
import { createHmac, timingSafeEqual } from "node:crypto";
import { type ShareRequest, header } from "./request.ts";

const signedHeaders = [
  "content-encoding",
  "content-language",
  "content-length",
  "content-md5",
  "content-type",
  "date",
  "if-modified-since",
  "if-match",
  "if-none-match",
  "if-unmodified-since",
  "range",
];

/** True when `Authorization: SharedKey <account>:<signature>` was made with the account's key. */
export function sharedKeyMatches(request: ShareRequest, key: string): boolean {
  const given = /^SharedKey ([a-z0-9]{3,24}):([A-Za-z0-9+/=]{44})$/.exec(
    header(request, "authorization") ?? "",
  );
  if (given?.[1] !== request.account || given[2] === undefined) return false;
  const signature = given[2];
  // Two orders of header names exist among genuine clients: by character code, and with hyphens ignored at first.
  return [byCode, byWord].some((order) => equal(sign(stringToSign(request, order), key), signature));
}

export function sign(text: string, key: string): string {
  return createHmac("sha256", Buffer.from(key, "base64")).update(text, "utf8").digest("base64");
}

export function equal(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one), Buffer.from(other)];
  return left.length === right.length && timingSafeEqual(left, right);
}

type Order = (one: string, other: string) => number;
const byCode: Order = (one, other) => (one < other ? -1 : one > other ? 1 : 0);
const byWord: Order = (one, other) =>
  byCode(one.replaceAll("-", ""), other.replaceAll("-", "")) || byCode(other, one);

function stringToSign(request: ShareRequest, order: Order): string {
  const standard = signedHeaders.map((name) => {
    const value = header(request, name) ?? "";
    return name === "content-length" && value === "0" ? "" : value;
  });
  const extensions = Object.keys(request.headers)
    .filter((name) => name.startsWith("x-ms-"))
    .sort(order)
    .map((name) => `${name}:${(header(request, name) ?? "").trim()}\n`);
  const parameters = [...request.allQuery]
    .sort(([one], [other]) => byCode(one, other))
    .map(([name, value]) => `\n${name}:${value}`);
  return [
    request.method,
    ...standard,
    `${extensions.join("")}/${request.account}${request.rawPath}${parameters.join("")}`,
  ].join("\n");
}
