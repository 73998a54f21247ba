import { expect, test } from "vitest";
import { createStorageAccess, urlFor } from "../../../../local/batch-emulator/agent/storage-access.ts";
import { manualClock } from "../../../../local/clock.ts";

const storage = createStorageAccess(
  { name: "ours", key: Buffer.alloc(64).toString("base64"), blobUrl: "http://127.0.0.1:10000/ours" },
  manualClock(),
  (name) => name === "second",
);

test.each([
  ["https://ours.blob.core.windows.net/box/a%20b?sig=x", "http://127.0.0.1:10000/ours/box/a%20b?sig=x"],
  ["https://second.blob.core.windows.net:443/box", "http://127.0.0.1:10000/second/box"],
  ["https://other.blob.core.windows.net/box", "https://other.blob.core.windows.net/box"],
  ["http://127.0.0.1:10000/ours/box", "http://127.0.0.1:10000/ours/box"],
  ["https://example.org/https://ours.blob.core.windows.net/box", undefined],
])("%s is reached at %s", (url, expected) => {
  expect(storage.local(url)).toBe(expected ?? url);
});

test("an identity signs for an account under the name that it has in Azure, too", async () => {
  const url = "https://ours.blob.core.windows.net/box/file";
  const signed = await urlFor({ identity: "/i" }, url, "read", storage);
  expect(signed).toMatch(/^http:\/\/127\.0\.0\.1:10000\/ours\/box\/file\?.*sig=/);
});
