// Signs a request for the Batch data plane as "Authenticate requests to the Azure Batch service" says. Written for tests,
// apart from the emulator's own verification, so that a mistake in one does not hide one in the other.
import { createHmac } from "node:crypto";

export interface ToSign {
  readonly method: string;
  /** Absolute. */
  readonly url: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
}

const standardHeaders = [
  ...["content-encoding", "content-language", "content-length", "content-md5", "content-type", "date"],
  ...["if-modified-since", "if-match", "if-none-match", "if-unmodified-since", "range"],
];

/** The value of the Authorization header. `key`: base64. */
export function sharedKeyAuthorization(request: ToSign, account: string, key: string): string {
  const [, target = "/"] = /^https?:\/\/[^/?]+([^#]*)/.exec(request.url) ?? [];
  const [path = "/", query = ""] = target.split("?", 2);
  const parameters = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(query))
    if (!parameters.has(name)) parameters.set(name, value);
  const batchHeaders = Object.entries(request.headers).filter(([name]) => name.startsWith("ocp-"));
  const lines = [
    request.method,
    ...standardHeaders.map((name) => request.headers[name] ?? ""),
    ...byName(batchHeaders).map(([name, value]) => `${name}:${value}`),
    `/${account}${path}`,
    ...byName([...parameters]).map(([name, value]) => `${name}:${value}`),
  ];
  const signature = createHmac("sha256", Buffer.from(key, "base64"))
    .update(lines.join("\n"))
    .digest("base64");
  return `SharedKey ${account}:${signature}`;
}

const byName = (entries: [string, string][]) => entries.sort(([a], [b]) => (a < b ? -1 : 1));
