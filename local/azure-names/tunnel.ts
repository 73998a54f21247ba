// What a CONNECT request asks for, and what becomes of it: a local account's name ends here, an account's name of nobody is
// refused, because what was meant for the local cloud must not reach Azure; every other host is connected to as it is.
import { connect as connectTo } from "node:net";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { azureName } from "./names.ts";
import type { AzureName } from "./names.ts";

export type Destination =
  | { readonly kind: "local" }
  | { readonly kind: "elsewhere"; readonly host: string; readonly port: number }
  | { readonly kind: "refused"; readonly status: number; readonly reason: string };

/** `target`: the request's `HOST:PORT`. `isServed`: whether there is such an account, and its service. */
export function destinationOf(
  target: string | undefined,
  isServed: (name: AzureName) => boolean,
): Destination {
  const match = /^(\[[0-9a-f:.]+\]|[\w.-]+):(\d{1,5})$/i.exec(target ?? "");
  const [, host = "", digits = ""] = match ?? [];
  const port = Number(digits);
  if (match === null || port === 0 || port > 65_535)
    return { kind: "refused", status: 400, reason: "CONNECT wants HOST:PORT" };
  const name = azureName(host);
  if (name === undefined) return { kind: "elsewhere", host: host.replace(/^\[|\]$/g, ""), port };
  if (!isServed(name)) return { kind: "refused", status: 404, reason: whyNotServed(name) };
  if (port !== 443)
    return { kind: "refused", status: 400, reason: "Names of Azure are served here on port 443 only" };
  return { kind: "local" };
}

const whyNotServed = (name: AzureName) =>
  name.service === "batch"
    ? `There is no Batch account ${name.account} in ${name.region} here; make it in the management plane`
    : `There is no storage account ${name.account} with ${name.service} here; in a local cloud make it with az storage account create`;

/** Joins the client with that host for as long as both live. `opened` is told of the other socket, to end it with the listener. */
export function passThrough(
  client: Duplex,
  head: Buffer,
  { host, port }: { readonly host: string; readonly port: number },
  opened: (socket: Socket) => void,
): void {
  const other = connectTo(port, host);
  opened(other);
  other.once("connect", () => {
    client.write("HTTP/1.1 200 Connection Established\r\n\r\n");
    if (head.length > 0) other.write(head);
    other.pipe(client);
    client.pipe(other);
  });
  other.once("error", () => {
    if (other.connecting || other.bytesRead === 0) refuse(client, 502, `${host} cannot be reached`);
    else client.destroy();
  });
  client.once("error", () => other.destroy());
  client.once("close", () => other.destroy());
  other.once("close", () => client.end());
}

/** The reason stands in the status line: that is what clients show of a refused CONNECT. */
export function refuse(client: Duplex, status: number, reason: string): void {
  client.end(`HTTP/1.1 ${status} ${reason}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`);
}
