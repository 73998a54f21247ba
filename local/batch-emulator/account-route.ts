// Which account a request is for. In Azure the host says it; here also the account's own port, and on the emulator's own address
// the name in a SharedKey signature. The management plane names the account in the path.
import { isIP } from "node:net";
import { isManagement } from "./protocol/wire.ts";
import type { RequestHead } from "./protocol/wire.ts";

/** `usual`: the account of the listener; on its own port ("own") an added account takes all of its data plane. */
export function accountRoute<T>(
  request: RequestHead,
  usual: T,
  find: (name: string) => T | undefined,
  port: "shared" | "own" = "shared",
): T {
  const name = isManagement(request.rawPath)
    ? /\/batchAccounts\/+([^/]+)/i.exec(request.rawPath)?.[1]
    : port === "own"
      ? undefined
      : (nameInHost(request) ?? nameInSignature(request));
  return (name === undefined ? undefined : find(name.toLowerCase())) ?? usual;
}

/** `NAME.REGION.batch.azure.com`. */
function nameInHost({ headers }: RequestHead): string | undefined {
  const host = (headers.host ?? "").replace(/:\d+$/, "");
  return host.includes(".") && isIP(host) === 0 ? host.split(".")[0] : undefined;
}

function nameInSignature({ headers }: RequestHead): string | undefined {
  return /^sharedkey\s+([^:\s]+):/i.exec(headers.authorization ?? "")?.[1];
}
