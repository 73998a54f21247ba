// HTTP streaming: bodies flow both ways through the library's own server.
import { connect } from "node:net";
import { beforeAll, expect, it } from "vitest";
import { startApp, until, type HostUnderTest } from "./host-under-test.ts";

let host: HostUnderTest;
beforeAll(async () => {
  host = await startApp("streaming");
});

it("an upload in chunks reaches the function", async () => {
  const chunk = new Uint8Array(100_000).fill(65);
  let left = 3;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (left-- > 0) controller.enqueue(chunk);
      else controller.close();
    },
  });
  const init: RequestInit & { duplex: "half" } = { method: "POST", body, duplex: "half" };
  const answer = await host.call("/api/count/me?q=1", init);
  expect(await answer.json()).toEqual({ bytes: 300_000, name: "me", url: `${host.url}/api/count/me?q=1` });
});

it("a download arrives piece by piece while the function still runs", async () => {
  const answer = await host.call("/api/drip");
  const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
  expect((await reader.read()).value).toBe("first");
  await host.call("/api/release");
  expect((await reader.read()).value).toBe("second");
  expect((await reader.read()).done).toBe(true);
});

it("a function that throws never answers its stream; the host sends the 500", async () => {
  expect((await host.call("/api/thrower")).status).toBe(500);
});

it("a function that returns nothing is a 204", async () => {
  expect((await host.call("/api/nothing")).status).toBe(204);
});

it("the library's server does not keep the host from stopping", async () => {
  const short = await startApp("streaming");
  await short.dispose();
  expect(await short.exited).toBeUndefined();
});

it("a client that goes away in the middle of its upload does not leave an invocation waiting for ever", async () => {
  const socket = connect(Number(new URL(host.url).port), "127.0.0.1");
  const head = [
    "POST /api/count/gone HTTP/1.1",
    "Host: x",
    "Transfer-Encoding: chunked",
    "",
    "5",
    "abcde",
    "",
  ];
  socket.end(head.join("\r\n"), () => socket.destroy());
  await until(() =>
    host.lines.find((line) => line.event === "function.failed" && line["function"] === "count"),
  );
  await host.idle();
});
