// A blob container in memory behind real HTTP, with just what staging and uploading ask: get, list with prefix and
// marker (two names a page), put, and a `sig` that must be right.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface BlobFake {
  readonly url: string;
  /** `?sig=…` that is accepted. */
  readonly sas: string;
  readonly blobs: Map<string, string>;
  readonly headers: Map<string, string | undefined>;
  /** Answers to give instead, one per request for the blob. */
  readonly failures: Map<string, number[]>;
  close(): Promise<void>;
}

export async function blobFake(): Promise<BlobFake> {
  const blobs = new Map<string, string>();
  const headers = new Map<string, string | undefined>();
  const failures = new Map<string, number[]>();
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "", "http://fake");
    const answer = (status: number, body = "", type = "application/octet-stream") =>
      response.writeHead(status, { "content-type": type, "x-ms-error-code": `Status${status}` }).end(body);
    const [, , container, ...rest] = url.pathname.split("/");
    const name = decodeURIComponent(rest.join("/"));
    if (url.searchParams.get("sig") !== "right") return answer(403);
    if (container !== "box") return answer(404);
    const failure = failures.get(name)?.shift();
    if (failure) return answer(failure);
    if (url.searchParams.get("comp") === "list")
      return answer(200, list(blobs, url.searchParams), "application/xml");
    if (request.method === "PUT") {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        blobs.set(name, Buffer.concat(chunks).toString());
        headers.set(name, request.headers["x-ms-blob-content-type"]?.toString());
        answer(201);
      });
      return;
    }
    const blob = blobs.get(name);
    return blob === undefined ? answer(404) : answer(200, blob);
  });
  server.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/account/box`,
    sas: "?sig=right",
    blobs,
    headers,
    failures,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function list(blobs: Map<string, string>, query: URLSearchParams): string {
  const names = [...blobs.keys()].filter((name) => name.startsWith(query.get("prefix") ?? "")).sort();
  const from = Number(query.get("marker") ?? 0);
  const page = names.slice(from, from + 2);
  const escape = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  const items = page.map((name) => `<Blob><Name>${escape(name)}</Name><Properties/></Blob>`).join("");
  const next = from + 2 < names.length ? String(from + 2) : "";
  return `<?xml version="1.0"?><EnumerationResults ServiceEndpoint="http://fake/" ContainerName="box"><Blobs>${items}</Blobs><NextMarker>${next}</NextMarker></EnumerationResults>`;
}
