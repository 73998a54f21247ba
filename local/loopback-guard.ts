// Keeps web pages away from listeners that trust whoever reaches them on this machine. A page in a browser reaches loopback ports too:
// directly, then the browser says its Origin, or under a name of its own that it lets point here (DNS rebinding), then Host
// is that name. Programs send neither. Invariant: nothing of a refused request is read or acted on.

/** Why a request cannot come from a program of this machine; undefined when it can. */
export type ForeignRequest = "foreignHost" | "browserOrigin";

/** `host` and `origin`: the values of the headers of that name, as sent. A request without Host is HTTP/1.0: no browser sends one. */
export function foreignRequest(
  host: string | undefined,
  origin: string | undefined,
): ForeignRequest | undefined {
  if (host !== undefined && !isLoopbackHost(host)) return "foreignHost";
  return origin === undefined ? undefined : "browserOrigin";
}

/** `127.0.0.0/8`, `::1` and `localhost` with or without a port. */
function isLoopbackHost(host: string): boolean {
  const name = host.replace(/:\d{1,5}$/, "").toLowerCase();
  return name === "localhost" || name === "[::1]" || /^127(\.\d{1,3}){3}$/.test(name);
}

/** What a refused caller is told: the header at fault and what to do. */
export function refusalOf(reason: ForeignRequest): string {
  return reason === "foreignHost"
    ? "The Host header is not a name of this machine. Call this address as 127.0.0.1 or localhost."
    : "Requests of web pages (with an Origin header) are refused here.";
}
