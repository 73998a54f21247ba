import { Readable } from "node:stream";
import { expect, test } from "vitest";
import { listen } from "../../../../local/batch-emulator/protocol/listener.ts";

test("a body that ends before its promised length breaks the connection instead of keeping the client waiting", async () => {
  const reply = {
    status: 200,
    headers: { "content-length": "10" },
    body: Readable.from([Buffer.from("abc")]),
  };
  const listener = await listen(() => Promise.resolve(reply), {
    port: 0,
    address: "127.0.0.1",
    maxRequestBytes: 1000,
  });
  const response = await fetch(`${listener.url}/file`);
  await expect(response.text()).rejects.toThrow();
  await listener.close();
});
