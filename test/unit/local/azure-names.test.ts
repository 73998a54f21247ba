import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, request } from "node:http";
import type { IncomingMessage, Server } from "node:http";
import { createServer as createTcpServer } from "node:net";
import type { AddressInfo, Server as TcpServer, Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect as connectTls } from "node:tls";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemClock } from "../../../local/clock.ts";
import { startAzureNames } from "../../../local/azure-names/index.ts";
import type { AzureNames } from "../../../local/azure-names/index.ts";
import { azureName, wildcardHosts } from "../../../local/azure-names/names.ts";
import type { AzureName } from "../../../local/azure-names/names.ts";
import { destinationOf } from "../../../local/azure-names/tunnel.ts";

const hasAccount = ({ account }: AzureName) => account === "ours";
const listening = async <T extends Server | TcpServer>(server: T) => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
};

describe("a name of Azure", () => {
  it("has the account and the service in it, in any case", () => {
    expect(azureName("ours.blob.core.windows.net")).toEqual({ account: "ours", service: "blob" });
    expect(azureName("OURS.File.core.windows.net")).toEqual({ account: "ours", service: "file" });
    expect(azureName("ours.westeurope.batch.azure.com")).toEqual({
      ...{ account: "ours", service: "batch", region: "westeurope" },
    });
  });

  it("is in the certificate for accounts of each service and region, a region of one's own too", () => {
    expect(wildcardHosts("atlantis")).toEqual(
      expect.arrayContaining([
        ...["*.blob.core.windows.net", "*.atlantis.batch.azure.com", "*.eastus.batch.azure.com"],
      ]),
    );
  });

  it.each([
    "ours.blob.core.windows.net.example",
    "a.ours.blob.core.windows.net",
    "ours.dfs.core.windows.net",
    "ours.batch.azure.com",
    "ours.batch.core.windows.net",
  ])("is not %s", (host) => expect(azureName(host)).toBeUndefined());
});

describe("a connection through the proxy", () => {
  it.each([
    ["ours.blob.core.windows.net:443", { kind: "local" }],
    ["other.blob.core.windows.net:443", { kind: "refused", status: 404 }],
    ["ours.eastus.batch.azure.com:443", { kind: "local" }],
    ["other.eastus.batch.azure.com:443", { kind: "refused", status: 404 }],
    ["ours.blob.core.windows.net:80", { kind: "refused", status: 400 }],
    ["example.org:8443", { kind: "elsewhere", host: "example.org", port: 8443 }],
    ["[::1]:443", { kind: "elsewhere", host: "::1", port: 443 }],
    ["example.org", { kind: "refused", status: 400 }],
    ["example.org:0", { kind: "refused", status: 400 }],
    ["example.org:65536", { kind: "refused", status: 400 }],
    ["a b:443", { kind: "refused", status: 400 }],
  ])("to %s is %j", (target, expected) => {
    expect(destinationOf(target, hasAccount)).toMatchObject(expected);
  });
});

describe("the proxy for names of Azure", () => {
  let folder: string;
  let names: AzureNames;
  let trusted: string;
  const seen: { url: string | undefined; rawHeaders: readonly string[]; body: string }[] = [];
  const storage = createServer((incoming, response) => {
    void text(incoming).then((body) => {
      seen.push({ url: incoming.url, rawHeaders: incoming.rawHeaders, body });
      response.writeHead(202, "Taken", ["X-Ms-Kept", "Yes", "ETag", '"1"']).end("stored");
    });
  });
  const elsewhere = createTcpServer((socket) => socket.pipe(socket));
  const refusing = createTcpServer();

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "azure-names-"));
    const port = await listening(storage);
    names = await startAzureNames({
      directory: folder,
      alsoTrusted: ["-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"],
      services: { blob: port, queue: port, table: port, batch: port },
      hasAccount,
      region: "westeurope",
      port: 0,
      clock: systemClock(),
    });
    trusted = await readFile(names.certificates, "utf8");
  });
  afterAll(async () => {
    await names.dispose();
    storage.close();
    storage.closeAllConnections();
    elsewhere.close();
    await rm(folder, { recursive: true, force: true });
  });

  const tunnel = (target: string) =>
    new Promise<{ answer: IncomingMessage; socket: Socket }>((resolve, reject) => {
      const sent = request({ host: "127.0.0.1", port: names.port, method: "CONNECT", path: target });
      sent.once("connect", (answer, socket) => resolve({ answer, socket }));
      sent.once("error", reject);
      sent.end();
    });

  it("hands a request to the service as it came, and its answer back", async () => {
    const host = "ours.blob.core.windows.net";
    const { answer, socket } = await tunnel(`${host}:443`);
    expect(answer.statusCode).toBe(200);
    const own = trusted.slice(trusted.lastIndexOf("-----BEGIN"));
    const secure = connectTls({ socket, servername: host, ca: own });
    const reply = await new Promise<IncomingMessage>((resolve, reject) => {
      const sent = request({
        createConnection: () => secure,
        method: "PUT",
        path: "/box/a%2Fb?comp=block&x=%20",
        headers: [
          "Host",
          host,
          "X-MS-Version",
          "2019-12-12",
          "Authorization",
          "SharedKey a:b",
          "Content-Length",
          "4",
        ],
      });
      sent.once("response", resolve);
      sent.once("error", reject);
      sent.end("body");
    });
    expect([reply.statusCode, reply.statusMessage, await text(reply)]).toEqual([202, "Taken", "stored"]);
    expect(reply.rawHeaders).toEqual(expect.arrayContaining(["X-Ms-Kept", "ETag"]));
    expect(seen).toEqual([
      {
        url: "/box/a%2Fb?comp=block&x=%20",
        body: "body",
        rawHeaders: expect.arrayContaining([host, "X-MS-Version", "SharedKey a:b"]) as string[],
      },
    ]);
    secure.destroy();
  });

  it("refuses a service that is not there, though the account is", async () => {
    expect((await tunnel("ours.file.core.windows.net:443")).answer.statusCode).toBe(404);
  });

  it("refuses the storage name of no account with a sentence that clients show", async () => {
    const { answer } = await tunnel("other.file.core.windows.net:443");
    expect(answer.statusCode).toBe(404);
    expect(answer.statusMessage).toContain("no storage account other");
  });

  it("connects to every other host as it is, and says which it cannot reach", async () => {
    const { answer, socket } = await tunnel(`127.0.0.1:${await listening(elsewhere)}`);
    expect(answer.statusCode).toBe(200);
    const echoed = new Promise((resolve) => socket.once("data", (bytes: Buffer) => resolve(String(bytes))));
    socket.write("echo");
    expect(await echoed).toBe("echo");
    socket.destroy();
    const closed = await listening(refusing);
    refusing.close();
    const { answer: failed } = await tunnel(`127.0.0.1:${closed}`);
    expect([failed.statusCode, failed.statusMessage]).toEqual([502, "127.0.0.1 cannot be reached"]);
  });

  it("is no proxy for plain http", async () => {
    expect((await fetch(`${names.url}/x`)).status).toBe(501);
  });

  it("lets its programs trust the other listeners too", () => {
    expect(trusted.match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
  });
});
