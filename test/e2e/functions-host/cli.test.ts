// `batchai host`: the built command line as a child process.
import { expect, it } from "vitest";
import { fixture } from "../../local/functions-host/host-under-test.ts";
import { spawnCli, startCli } from "./running-cli.ts";

it("prints one JSON line, then ready, serves the app with storage of its own, and ends with 0 on a signal", async () => {
  const { child, ended, told } = await startCli(fixture("durable-esm"), "--port", "0", "--data", "memory");
  expect(Object.keys(told).sort()).toEqual([
    "certificate",
    "httpsUrl",
    "masterKey",
    "storageConnectionString",
    "url",
  ]);
  expect(told.storageConnectionString).toContain("BlobEndpoint=http://127.0.0.1:");
  const answer = await fetch(`${told.url}/wait/one`, { method: "POST", body: '{"value":3}' });
  expect(await answer.json()).toBe(6);
  child.kill("SIGTERM");
  expect(await ended).toBe(0);
});

it("says what is wrong with an app and exits with 1", async () => {
  const { ended, complaint } = spawnCli(fixture("broken-nothing"), "--port", "0", "--data", "memory");
  expect(await ended).toBe(1);
  expect(complaint()).toContain('No file matches "main"');
});

it("says what is wrong with a command line and exits with 2", async () => {
  const { ended, complaint } = spawnCli("--port", "many", fixture("durable-esm"));
  expect(await ended).toBe(2);
  expect(complaint()).toMatch(/--port[^]*It takes a whole number[^]*See: batchai host --help/);
});
