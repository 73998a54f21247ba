import { once } from "node:events";
import { createServer } from "node:http";
import type { RequestListener, Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { afterEach, describe, expect, it } from "vitest";
import { answerAfterCommit } from "../../../../local/storage/answer-after-commit.ts";

const servers: Server[] = [];
afterEach(() => servers.splice(0).forEach((server) => server.closeAllConnections()));

async function serve(listener: RequestListener, commit: () => Promise<void> | undefined): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  answerAfterCommit(server, commit);
  await once(server.listen(0, "127.0.0.1"), "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A commit that ends when the test says so. */
function pending() {
  let ends: { resolve: () => void; reject: (error: Error) => void } | undefined;
  const promise = new Promise<void>((resolve, reject) => (ends = { resolve, reject }));
  let asked: () => void = () => {};
  const begun = new Promise<void>((resolve) => (asked = resolve));
  const commit = () => {
    asked();
    return promise;
  };
  return { commit, begun, resolve: () => ends?.resolve(), reject: () => ends?.reject(new Error("full")) };
}

describe("an answer", () => {
  it("is sent at once when there is nothing to wait for", async () => {
    const url = await serve(
      (_request, response) => response.end("read"),
      () => undefined,
    );
    expect(await (await fetch(url)).text()).toBe("read");
  });

  it("waits, with its status, until what it tells is on disk", async () => {
    const disk = pending();
    const url = await serve((_request, response) => {
      response.statusCode = 201;
      response.write("first, ");
      response.end("second");
    }, disk.commit);
    let status = 0;
    const answer = fetch(url).then((response) => {
      status = response.status;
      return response.text();
    });
    await disk.begun;
    await new Promise((resolve) => setImmediate(resolve));
    expect(status).toBe(0);
    disk.resolve();
    expect(await answer).toBe("first, second");
    expect(status).toBe(201);
  });

  it("that is streamed goes on where it was held back", async () => {
    const disk = pending();
    const chunks = Array.from({ length: 50 }, (_, index) => `${index}`.padEnd(10_000));
    const url = await serve((_request, response) => void Readable.from(chunks).pipe(response), disk.commit);
    const answer = fetch(url).then((response) => response.text());
    await disk.begun;
    disk.resolve();
    expect(await answer).toBe(chunks.join(""));
  });

  it("is none when its change did not reach the disk", async () => {
    const disk = pending();
    const url = await serve((_request, response) => response.writeHead(201).end("made"), disk.commit);
    const answer = fetch(url);
    await disk.begun;
    disk.reject();
    await expect(answer).rejects.toThrow("fetch failed");
  });
});
