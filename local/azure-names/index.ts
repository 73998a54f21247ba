// Local accounts of Storage and Batch under the names that they have in Azure, for programs that know no other: an HTTP proxy
// on loopback that ends TLS for `ACCOUNT.blob.core.windows.net` and its kin itself, with a certificate made for them. A program
// needs HTTPS_PROXY and the certificate; nothing is installed, no resolver is changed.
import { mkdir, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { openCertificate } from "../certificate.ts";
import type { Clock } from "../clock.ts";
import { forwarding } from "./forward.ts";
import { type AzureName, type AzureService, wildcardHosts } from "./names.ts";
import { destinationOf, passThrough, refuse } from "./tunnel.ts";

export interface AzureNamesOptions {
  /** Where the certificate is kept. */
  readonly directory: string;
  /** PEM texts that programs behind the proxy are to trust besides: those of other local listeners. */
  readonly alsoTrusted: readonly string[];
  /** The ports of the services on 127.0.0.1; others are not served. */
  readonly services: Readonly<Partial<Record<AzureService, number>>>;
  /** Asked with every connection: accounts come and go. */
  hasAccount(name: AzureName): boolean;
  /** One that the certificate is for besides Azure's: a region can have any name here. */
  readonly region: string;
  /** 0: a free one. */
  readonly port: number;
  readonly clock: Clock;
}

export interface AzureNames {
  /** The value of HTTPS_PROXY. */
  readonly url: string;
  readonly port: number;
  /** PEM file of all certificates that a program behind the proxy trusts. */
  readonly certificates: string;
  dispose(): Promise<void>;
}

const trustFile = "trusted.pem";

/** Rejects with the listener's error, code EADDRINUSE included. */
export async function startAzureNames(o: AzureNamesOptions): Promise<AzureNames> {
  const subject = { name: "azure-names", hosts: wildcardHosts(o.region), addresses: [] };
  const { cert, key } = await openCertificate(o.directory, o.clock, subject);
  const certificates = join(o.directory, trustFile);
  await mkdir(o.directory, { recursive: true });
  await writeFile(certificates, [...o.alsoTrusted, cert].map((pem) => `${pem.trimEnd()}\n`).join(""));

  const forward = forwarding(o.services);
  // It never listens: the proxy hands it the connections whose names are ours.
  const secure = createTlsServer({ cert, key, requestTimeout: 0 }, forward.listener);
  const sockets = new Set<Duplex>();
  const remember = (socket: Duplex) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  };
  const proxy = createServer((_request, response) => {
    response.writeHead(501, { "content-type": "text/plain", connection: "close" });
    response.end("This proxy is for https: names of Azure are asked for with CONNECT (set HTTPS_PROXY).\n");
  });
  proxy.on("connect", (request, client: Duplex, head: Buffer) => {
    remember(client);
    client.on("error", () => client.destroy());
    const destination = destinationOf(
      request.url,
      (name) => o.services[name.service] !== undefined && o.hasAccount(name),
    );
    if (destination.kind === "refused") return refuse(client, destination.status, destination.reason);
    if (destination.kind === "elsewhere") return passThrough(client, head, destination, remember);
    client.write("HTTP/1.1 200 Connection Established\r\n\r\n");
    if (head.length > 0) client.unshift(head);
    secure.emit("connection", client as Socket);
  });
  await new Promise<void>((resolve, reject) => {
    proxy.once("error", reject);
    proxy.listen(o.port, "127.0.0.1", resolve);
  });
  const { port } = proxy.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    certificates,
    async dispose() {
      await new Promise<void>((resolve) => {
        proxy.close(() => resolve());
        for (const socket of sockets) socket.destroy();
        proxy.closeAllConnections();
      });
      forward.dispose();
    },
  };
}
