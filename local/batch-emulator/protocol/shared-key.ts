// Verifies SharedKey signatures of the Batch service. Quirks, established with genuine clients: the raw encoded path is
// signed, query values are signed decoded, their names keep their case, the first of equal names wins; clients disagree
// on an absent Content-Length ("" or "0"), so both are accepted. Source: "Authenticate requests to the Azure Batch service".
import { createHmac, timingSafeEqual } from "node:crypto";
import { BatchFault } from "../service/account/fault.ts";
import type { RequestHead } from "./wire.ts";

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

export function stringToSign(
  request: RequestHead,
  account: string,
  contentLength: string | undefined,
): string {
  const header = (name: string) => String(request.headers[name] ?? "");
  const lines = signedHeaders.map((name) =>
    name === "content-length" && contentLength !== undefined ? contentLength : header(name),
  );
  const ocp = Object.keys(request.headers)
    .filter((name) => name.startsWith("ocp-"))
    .sort()
    .map((name) => `${name}:${header(name).trim()}\n`)
    .join("");
  const query = [...request.query]
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([name, value]) => `\n${name}:${value}`)
    .join("");
  return `${[request.method, ...lines].join("\n")}\n${ocp}/${account}${request.rawPath}${query}`;
}

const denied = () =>
  new BatchFault(
    403,
    "AuthenticationFailed",
    "Server failed to authenticate the request. Make sure the value of Authorization header is formed correctly including the signature.",
  );

/** Throws unless the header is a good signature by one of the account's keys (base64). */
export function verifySharedKey(
  request: RequestHead,
  credentials: string,
  account: { readonly name: string; readonly keys: readonly string[] },
): void {
  const colon = credentials.lastIndexOf(":");
  if (colon < 1)
    throw new BatchFault(
      400,
      "InvalidAuthenticationInfo",
      "The authentication information is not provided in the correct format.",
    );
  const name = credentials.slice(0, colon);
  if (name.toLowerCase() !== account.name.toLowerCase()) throw denied();
  const given = Buffer.from(credentials.slice(colon + 1), "base64");
  // Signed before it is read: without a body some clients sign 0, some nothing.
  const lengths = Number(request.headers["content-length"] ?? 0) === 0 ? [undefined, "", "0"] : [undefined];
  for (const length of lengths) {
    const text = stringToSign(request, name, length);
    for (const key of account.keys) {
      const expected = createHmac("sha256", Buffer.from(key, "base64")).update(text, "utf8").digest();
      if (given.length === expected.length && timingSafeEqual(given, expected)) return;
    }
  }
  throw denied();
}

/** "ocp-date" (or Date) must be near the present. */
export function checkDate(request: RequestHead, now: number, skewMs: number): void {
  if (skewMs === 0) return;
  const date = Date.parse(String(request.headers["ocp-date"] ?? request.headers.date ?? ""));
  if (Number.isNaN(date) || Math.abs(date - now) > skewMs) throw denied();
}
