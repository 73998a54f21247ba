import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { parseCommandLine } from "../../../../local/batch-emulator/cli-options.ts";

const folder = mkdtempSync(join(tmpdir(), "emulator-options-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

test("without arguments it is loopback only, quiet, and announces evictions half a minute ahead", () => {
  expect(parseCommandLine([])).toEqual({
    port: 0,
    data: ".batch-emulator",
    tls: false,
    listen: "127.0.0.1",
    allowRemote: false,
    evictionsPerHour: 0,
    evictionNoticeMs: 30_000,
    evictionTrace: [],
  });
});

test("evictions come at a seeded rate or from a trace file", () => {
  const trace = [
    { afterMs: 1000, count: 2 },
    { afterMs: 5, count: 1, poolId: "p" },
  ];
  const path = file("trace.json", JSON.stringify(trace));
  const args = [
    "--evictions-per-hour",
    "1.5",
    "--seed",
    "7",
    "--eviction-notice",
    "45",
    "--eviction-trace",
    path,
  ];
  expect(parseCommandLine(args)).toMatchObject({
    evictionsPerHour: 1.5,
    seed: 7,
    evictionNoticeMs: 45_000,
    evictionTrace: trace,
  });
});

test("mistakes are explained by the option and what it wants", () => {
  expect(() => parseCommandLine(["--port", "70000"])).toThrow("--port must be a number from 0 to 65535");
  expect(() => parseCommandLine(["--seed", "x"])).toThrow("--seed must be a number");
  expect(() => parseCommandLine(["--eviction-trace", join(folder, "none")])).toThrow("cannot be read");
  expect(() => parseCommandLine(["--eviction-trace", file("a", "{")])).toThrow("it is not JSON");
  expect(() => parseCommandLine(["--eviction-trace", file("b", '[{"afterMs":-1,"count":1}]')])).toThrow(
    "0.afterMs",
  );
  expect(() => parseCommandLine(["--account-key-file", file("c", "no key!")])).toThrow("one key in base64");
  expect(() => parseCommandLine(["--listen", "0.0.0.0"])).toThrow("--allow-remote");
  expect(() => parseCommandLine(["--listen", "0.0.0.0", "--allow-remote"])).toThrow("--account-key-file");
  const weak = file("weak", randomBytes(8).toString("base64"));
  expect(() =>
    parseCommandLine(["--listen", "0.0.0.0", "--allow-remote", "--account-key-file", weak]),
  ).toThrow("at least 32 bytes");
});

test("a key of one's own comes from a file, so that no process list shows it", () => {
  const key = randomBytes(64).toString("base64");
  const args = ["--listen", "0.0.0.0", "--allow-remote", "--account-key-file", file("key", `${key}\n`)];
  expect(parseCommandLine(args)).toMatchObject({ accountKey: key, allowRemote: true, listen: "0.0.0.0" });
});

test("the container engine is named by words of a shell", () => {
  const args = ["--container-cli", "sudo podman", "--container-options=--network host"];
  expect(parseCommandLine(args)).toMatchObject({
    containerCli: "sudo podman",
    containerOptions: "--network host",
  });
});
