// Where the clouds' endpoints are: `{account}` templates, and the one rule about plain http — only loopback hosts may be
// reached without TLS, because bearer tokens and keys travel in headers.

const loopbackHosts = new Set(["localhost", "[::1]"]);

/** True for `http://` on a loopback host; throws for `http://` anywhere else. */
export function isLoopbackHttp(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  if (protocol === "https:") return false;
  if (loopbackHosts.has(hostname) || /^127(?:\.\d{1,3}){3}$/.test(hostname)) return true;
  throw new Error(`Refusing plain http to ${hostname}: use https, or a loopback address.`);
}

/** `https://{account}.blob.core.windows.net` + `mystore` → `https://mystore.blob.core.windows.net`, no trailing slash. */
export function endpointOf(template: string, account: string): string {
  return template.replaceAll("{account}", account).replace(/\/+$/, "");
}
