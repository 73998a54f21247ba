// Which addresses the emulator takes, and what answers at them.
import { randomBytes } from "node:crypto";
import { networkInterfaces } from "node:os";
import { afterEach, describe, expect, test } from "vitest";
import { checkListenAddress, isLoopback } from "../../../../local/batch-emulator/protocol/listen-address.ts";
import { accountKey, batchClient, underTest } from "../../../conformance/batch/emulator-under-test.ts";
import type { UnderTest } from "../../../conformance/batch/emulator-under-test.ts";

const strong = randomBytes(64).toString("base64");
const published = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";
const own = Object.values(networkInterfaces())
  .flatMap((list) => list ?? [])
  .find((one) => one.family === "IPv4" && !one.internal)?.address;

let t: UnderTest | undefined;
afterEach(async () => {
  await t?.emulator.dispose();
  t = undefined;
});

test("loopback addresses are known in all their spellings", () => {
  for (const address of ["127.0.0.1", "127.9.8.7", "::1", "::ffff:127.0.0.1", "localhost"])
    expect(isLoopback(address)).toBe(true);
  for (const address of ["0.0.0.0", "::", "10.0.0.4", "::ffff:10.0.0.4", "example.org", ""])
    expect(isLoopback(address)).toBe(false);
});

test("other machines are let in only with the flag and a key of their own that nobody can guess", () => {
  const check = (address: string, allowRemote: boolean, key: string) => () =>
    checkListenAddress({ address, allowRemote, accountKey: key });
  expect(check("127.0.0.1", false, "weak")).not.toThrow();
  expect(check("0.0.0.0", false, strong)).toThrow("--allow-remote");
  expect(check("0.0.0.0", true, Buffer.from("short").toString("base64"))).toThrow("at least 32 bytes");
  expect(check("0.0.0.0", true, published)).toThrow("at least 32 bytes");
  expect(check("0.0.0.0", true, strong)).not.toThrow();
});

test("an emulator that may not listen there does not start", async () => {
  await expect(underTest({ listenOn: "0.0.0.0", accountKey: strong })).rejects.toThrow("--allow-remote");
  await expect(underTest({ listenOn: "0.0.0.0", allowRemote: true, accountKey: published })).rejects.toThrow(
    "openssl rand",
  );
});

describe.skipIf(own === undefined)("with an address that other machines reach", () => {
  test("the API answers there with the key, the nodes' metadata do not", async () => {
    t = await underTest({ listenOn: "0.0.0.0", allowRemote: true, accountKey: strong });
    const { port } = t.emulator;
    expect(t.emulator.url).toBe(`http://127.0.0.1:${port}`);
    const url = `http://${own}:${port}`;
    expect(await batchClient(url, strong).pool.list()).toHaveLength(0);
    await expect(batchClient(url, accountKey).pool.list()).rejects.toMatchObject({ statusCode: 403 });
    const metadata = await fetch(`${url}/_node/any/metadata/versions`, { headers: { Metadata: "true" } });
    expect(metadata.status).toBe(403);
  });

  test("without being told so nothing answers there", async () => {
    t = await underTest();
    await expect(fetch(`http://${own}:${t.emulator.port}/pools`)).rejects.toThrow();
  });
});
