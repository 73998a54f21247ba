// `npm run host`: the built command line as a child process.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { fixture } from "../../local/functions-host/host-under-test.ts";

const cli = fileURLToPath(new URL("../../../dist/local/host.mjs", import.meta.url));

function start(...words: string[]) {
  const { PATH = "" } = process.env;
  const child = spawn(process.execPath, [cli, ...words], {
    env: { PATH },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let complaint = "";
  child.stderr.on("data", (chunk) => (complaint += String(chunk)));
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return { child, ended, lines, complaint: () => complaint };
}

it("prints one JSON line, then ready, serves the app with storage of its own, and ends with 0 on a signal", async () => {
  const { child, ended, lines } = start(fixture("durable-esm"), "--port", "0", "--data", "memory");
  const line = (await lines.next()).value as string;
  expect((await lines.next()).value).toBe("ready");
  const told = JSON.parse(line) as Record<string, string>;
  expect(Object.keys(told).sort()).toEqual([
    "certificate",
    "httpsUrl",
    "masterKey",
    "storageConnectionString",
    "url",
  ]);
  expect(told["storageConnectionString"]).toContain("BlobEndpoint=http://127.0.0.1:");
  const answer = await fetch(`${told["url"]}/wait/one`, { method: "POST", body: '{"value":3}' });
  expect(await answer.json()).toBe(6);
  child.kill("SIGTERM");
  expect(await ended).toBe(0);
});

it("says what is wrong with an app and exits with 1", async () => {
  const { ended, complaint } = start(fixture("broken-nothing"), "--port", "0", "--data", "memory");
  expect(await ended).toBe(1);
  expect(complaint()).toContain('No file matches "main"');
});

it("shows its usage and exits with 2 for a wrong command line", async () => {
  const { ended, complaint } = start("--port", "many", fixture("durable-esm"));
  expect(await ended).toBe(2);
  expect(complaint()).toMatch(/--port takes a whole number[^]*Usage: npm run host/);
});
