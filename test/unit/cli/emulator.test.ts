// Starts nothing: commands are refused before they do anything.
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { emulator } from "../../../cli/commands/emulator.ts";
import { start } from "../../../cli/commands/start.ts";
import { askedFor } from "../../../local/batch-emulator/alone-options.ts";
import type { AloneOptions } from "../../../local/batch-emulator/alone-options.ts";
import { batchai, givenTo } from "../../support/command-line.ts";

const folder = mkdtempSync(join(tmpdir(), "emulator-options-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const complaint = async (...args: string[]) => {
  const { code, err } = await batchai(["emulator", ...args]);
  expect(code).toBe(2);
  return err;
};

test("without options it is loopback only, quiet, and announces evictions half a minute ahead", async () => {
  expect((await givenTo(emulator, [])).given).toEqual({
    port: 0,
    data: ".batch-emulator",
    tls: false,
    listen: "127.0.0.1",
    allowRemote: false,
    evictionsPerHour: 0,
    evictionNotice: 30,
  });
});

test("evictions come at a seeded rate or from a trace file", async () => {
  const trace = [
    { afterMs: 1000, count: 2 },
    { afterMs: 5, count: 1, poolId: "p" },
  ];
  const path = file("trace.json", JSON.stringify(trace));
  const rate = ["--evictions-per-hour", "1.5", "--seed", "7", "--eviction-notice", "45"];
  expect((await givenTo(emulator, [...rate, "--eviction-trace", path])).given).toMatchObject({
    evictionsPerHour: 1.5,
    seed: 7,
    evictionNotice: 45,
    evictionTrace: trace,
  });
});

test("Azure's rules hold unless they are turned off", async () => {
  expect((await givenTo(emulator, ["--azure-rules", "off"])).given).toMatchObject({ azureRules: "off" });
  expect((await givenTo(start, ["--azure-rules", "off"])).given).toMatchObject({ azureRules: "off" });
  expect((await givenTo(start, ["--ssh", "off"])).given).toMatchObject({ ssh: "off" });
  await expect(givenTo(start, ["--ssh", "no"])).rejects.toThrow(/'on' or 'off'/);
  expect(await complaint("--azure-rules", "no")).toMatch(/--azure-rules[^]*'strict' or 'off'/);
  const asked = { evictionsPerHour: 0, evictionNoticeMs: 0, evictionTrace: [], port: 0, tls: false };
  const parametersFor = (azureRules: "strict" | "off") =>
    askedFor({ ...(asked as unknown as AloneOptions), azureRules }).parameters;
  expect(parametersFor("off")).toMatchObject({ strictAzure: false });
  expect(parametersFor("strict")).toMatchObject({ strictAzure: true });
});

test("mistakes are explained by the option and what it wants", async () => {
  expect(await complaint("--seed", "x")).toMatch(/--seed[^]*a number that is not negative/);
  expect(await complaint("--eviction-trace", join(folder, "none"))).toContain("cannot be read");
  expect(await complaint("--eviction-trace", file("a", "{"))).toContain("it is not JSON");
  const negative = file("b", '[{"afterMs":-1,"count":1}]');
  expect(await complaint("--eviction-trace", negative)).toContain("0.afterMs");
  expect(await complaint("--account-key-file", file("c", "no key!"))).toContain("one key in base64");
  expect(await complaint("--listen", "0.0.0.0")).toContain("--allow-remote");
  expect(await complaint("--listen", "0.0.0.0", "--allow-remote")).toContain("--account-key-file");
  const weak = file("weak", randomBytes(8).toString("base64"));
  const remote = ["--listen", "0.0.0.0", "--allow-remote"];
  expect(await complaint(...remote, "--account-key-file", weak)).toContain("at least 32 bytes");
  expect(await complaint("--surprise")).toContain("--surprise");
});

test("a key of one's own comes from a file, so that no process list shows it", async () => {
  const key = randomBytes(64).toString("base64");
  const args = ["--listen", "0.0.0.0", "--allow-remote", "--account-key-file", file("key", `${key}\n`)];
  expect((await givenTo(emulator, args)).given).toMatchObject({
    accountKey: key,
    allowRemote: true,
    listen: "0.0.0.0",
  });
});

test("the container engine is named by words of a shell", async () => {
  const args = ["--container-cli", "sudo podman", "--container-options=--network host"];
  expect((await givenTo(emulator, args)).given).toMatchObject({
    containerCli: "sudo podman",
    containerOptions: "--network host",
  });
});
