// Shared access signatures: account SAS and service SAS of Azure Files ("Create an account SAS", "Create a service SAS"),
// recomputed from the account key exactly as Azure does. What cannot be checked here (stored access policies, user
// delegation keys) is refused, never ignored.
import { FileShareError } from "../service/errors.ts";
import type { ShareRequest } from "./request.ts";
import { equal, sign } from "./shared-key.ts";

/** What an operation asks of a signature. Letters: any one of them is enough. */
export interface Need {
  readonly level: "service" | "share" | "object";
  readonly accountPermissions: string;
  /** Absent: no service SAS can ever permit it. */
  readonly servicePermissions?: string;
}

const responseOverrides = ["rscc", "rscd", "rsce", "rscl", "rsct"];
/** Older signature formats differ; no client of the last ten years makes them. */
const oldestVersion = "2015-04-05";
const encryptionScopeSince = "2020-12-06";

/** Throws unless the query's signature permits the operation now. */
export function checkSas(request: ShareRequest, key: string, need: Need, nowMs: number): void {
  const value = (name: string) => request.query.get(name) ?? "";
  if (!/^\d{4}-\d\d-\d\d$/.test(value("sv")) || value("sv") < oldestVersion)
    throw new FileShareError("AuthenticationFailed", `sv must be a version from ${oldestVersion} on.`);
  const account = request.query.has("ss") || request.query.has("srt");
  const text = account ? accountText(request, value) : serviceText(request, value);
  if (!equal(sign(text, key), value("sig")))
    throw new FileShareError("AuthenticationFailed", "Signature did not match.");
  checkLifetime(value("st"), value("se"), nowMs);
  if (value("spr") === "https") throw new FileShareError("AuthorizationProtocolMismatch");
  checkAddress(value("sip"), request.remoteAddress);
  if (account) checkAccountScope(value, need);
  else permit(value("sp"), need.servicePermissions ?? "");
}

function accountText(request: ShareRequest, value: (name: string) => string): string {
  const names = ["sp", "ss", "srt", "st", "se", "sip", "spr", "sv"];
  if (value("sv") >= encryptionScopeSince) names.push("ses");
  return [request.account, ...names.map(value), ""].join("\n");
}

function serviceText(request: ShareRequest, value: (name: string) => string): string {
  if (request.query.has("skoid"))
    throw new FileShareError("AuthenticationFailed", "User delegation signatures are not supported here.");
  if (request.query.has("si"))
    throw new FileShareError("AuthenticationFailed", "Stored access policies are not supported here.");
  const { place } = request;
  const resource = value("sr");
  if (place === undefined || (resource !== "s" && resource !== "f"))
    throw new FileShareError("AuthenticationFailed", "sr must be s or f.");
  const path = resource === "s" ? [place.share] : [place.share, ...place.segments];
  return [
    ...["sp", "st", "se"].map(value),
    `/file/${request.account}/${path.join("/")}`,
    ...["si", "sip", "spr", "sv", ...responseOverrides].map(value),
  ].join("\n");
}

function checkLifetime(start: string, expiry: string, nowMs: number): void {
  const expiryMs = Date.parse(expiry);
  const startMs = start === "" ? -Infinity : Date.parse(start);
  if (Number.isNaN(expiryMs) || Number.isNaN(startMs))
    throw new FileShareError("AuthenticationFailed", "st or se is not a time.");
  if (nowMs < startMs || nowMs >= expiryMs)
    throw new FileShareError(
      "AuthenticationFailed",
      `Signature not valid in the specified time frame: Start [${start}] - Expiry [${expiry}] - Current [${new Date(nowMs).toISOString()}]`,
    );
}

function checkAddress(range: string, remote: string): void {
  if (range === "") return;
  const [from = NaN, to = from] = range.split("-").map(addressNumber);
  const address = addressNumber(remote.replace(/^::ffff:/, ""));
  if (!(address >= from && address <= to)) throw new FileShareError("AuthorizationSourceIPMismatch");
}

function addressNumber(text: string): number {
  const parts = text.split(".").map(Number);
  return parts.length === 4 ? parts.reduce((sum, part) => sum * 256 + part, 0) : NaN;
}

function checkAccountScope(value: (name: string) => string, need: Need): void {
  if (!value("ss").includes("f")) throw new FileShareError("AuthorizationServiceMismatch");
  const letter = { service: "s", share: "c", object: "o" }[need.level];
  if (!value("srt").includes(letter)) throw new FileShareError("AuthorizationResourceTypeMismatch");
  permit(value("sp"), need.accountPermissions);
}

function permit(given: string, wanted: string): void {
  if (![...wanted].some((letter) => given.includes(letter)))
    throw new FileShareError("AuthorizationPermissionMismatch");
}

/** The response headers that a service SAS dictates, by lower-case name. */
export function sasResponseHeaders(request: ShareRequest): Record<string, string> {
  const names = [
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-language",
    "content-type",
  ];
  const headers: Record<string, string> = {};
  for (const [index, parameter] of responseOverrides.entries()) {
    const value = request.query.get(parameter);
    const name = names[index];
    if (value !== undefined && name !== undefined && request.query.has("sig")) headers[name] = value;
  }
  return headers;
}
