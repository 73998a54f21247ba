// The version of Azure Files that a request speaks, and what only newer ones may see: clients of before fail on properties
// that they do not know ("Versioning for Azure Storage", "Lease File", "Lease Share").
import { type ShareRequest, header } from "./request.ts";

export const newestVersion = "2026-04-06";
const leasesSince = { file: "2019-02-02", share: "2020-02-10" } as const;

/** Named by a header, else by the signature that the request is authorized by. */
function versionOf(request: ShareRequest): string {
  return header(request, "x-ms-version") ?? request.query.get("sv") ?? newestVersion;
}

export function knowsLeases(request: ShareRequest, of: keyof typeof leasesSince): boolean {
  return versionOf(request) >= leasesSince[of];
}

/** Nothing is leased here. */
export function leaseHeaders(request: ShareRequest, of: keyof typeof leasesSince): Record<string, string> {
  return knowsLeases(request, of) ? { "x-ms-lease-status": "unlocked", "x-ms-lease-state": "available" } : {};
}
