import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it, test } from "vitest";
import { clusterSpec, scaleOf } from "../../../cli/spec/cluster-spec.ts";
import type { ClusterGiven } from "../../../cli/spec/cluster-spec.ts";
import { readSpec } from "../../../cli/spec/read-spec.ts";
import { runSpec } from "../../../cli/spec/run-spec.ts";
import { accountOf, withMounts } from "../../../cli/spec/storage-options.ts";

const folder = mkdtempSync(join(tmpdir(), "specs-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const read = (text: string, account?: { name: string; key: string }) => {
  writeFileSync(join(folder, "spec.json"), text);
  return readSpec("spec.json", folder, account);
};

const none: ClusterGiven = {
  vmSize: undefined,
  image: undefined,
  target: undefined,
  min: undefined,
  max: undefined,
  priority: undefined,
  setupTask: undefined,
  setupTaskOutput: undefined,
  subnet: undefined,
  storageAccountName: undefined,
  storageAccountKey: undefined,
  fileShare: undefined,
  fileShareMount: "afs",
  container: undefined,
  containerMount: "bfs",
};
const account = { name: "store", key: "a2V5" };
const admin = { adminUserName: "ada" };

describe("a file", () => {
  it("of 2018 gets the account at its placeholders, also within texts", async () => {
    const text =
      '\uFEFF{"properties":{"a":"<AZURE_BATCHAI_STORAGE_ACCOUNT>.x","b":["<AZURE_BATCHAI_STORAGE_KEY>"]}}';
    expect(await read(text, account)).toEqual({ properties: { a: "store.x", b: ["a2V5"] } });
    await expect(read(text)).rejects.toThrow(/<AZURE_BATCHAI_STORAGE_ACCOUNT>.*--storage-account-name/);
  });

  it("that is no JSON is told by line and column", async () => {
    await expect(read('{\n  "properties": {,}\n}')).rejects.toThrow("spec.json:2:18: this is not JSON");
    await expect(read('{"properties":{}')).rejects.toThrow(/spec\.json:1:17: this is not JSON/);
    await expect(read("[]")).rejects.toThrow("expected an object with 'properties'");
    await expect(readSpec("absent.json", folder, undefined)).rejects.toThrow("absent.json cannot be read");
  });
});

describe("options of a cluster", () => {
  it("mean a fixed size, or a least and a most", () => {
    expect(scaleOf({ ...none })).toBeUndefined();
    expect(scaleOf({ ...none, target: 3 })).toEqual({ manual: { targetNodeCount: 3 } });
    expect(scaleOf({ ...none, min: 2, max: 2 })).toEqual({ manual: { targetNodeCount: 2 } });
    expect(scaleOf({ ...none, min: 0, max: 4 })).toEqual({
      autoScale: { minimumNodeCount: 0, maximumNodeCount: 4, initialNodeCount: 0 },
    });
    expect(() => scaleOf({ ...none, min: 0 })).toThrow("--min and --max go together");
  });

  it("come before what the file says, and leave the rest of it alone", () => {
    const file = { properties: { vmSize: "A", subnet: { id: "/s" }, nodeSetup: { extra: 1 } } };
    const given = {
      ...none,
      vmSize: "B",
      image: "UbuntuLTS",
      fileShare: "logs",
      setupTask: "id",
      setupTaskOutput: "/o",
    };
    expect(clusterSpec(file, given, account, admin)).toEqual({
      properties: {
        vmSize: "B",
        subnet: { id: "/s" },
        virtualMachineConfiguration: {
          imageReference: {
            publisher: "Canonical",
            offer: "UbuntuServer",
            sku: "16.04-LTS",
            version: "latest",
          },
        },
        nodeSetup: {
          extra: 1,
          setupTask: { commandLine: "id", stdOutErrPathPrefix: "/o" },
          mountVolumes: {
            azureFileShares: [
              {
                accountName: "store",
                azureFileUrl: "https://store.file.core.windows.net/logs",
                credentials: { accountKey: "a2V5" },
                relativeMountPath: "afs",
              },
            ],
          },
        },
        userAccountSettings: admin,
      },
    });
    expect(() => clusterSpec(undefined, { ...none, image: "x" }, account, admin)).toThrow("publisher:offer");
    expect(() => clusterSpec(undefined, { ...none, setupTask: "id" }, account, admin)).toThrow(
      "--setup-task-output",
    );
  });
});

test("mounts are added to those of the file; whose they are must be known", () => {
  const known = { azureBlobFileSystems: [{ relativeMountPath: "a" }] };
  const given = { ...none, container: "data" };
  expect(withMounts(known, given, account)).toEqual({
    azureBlobFileSystems: [
      { relativeMountPath: "a" },
      {
        accountName: "store",
        containerName: "data",
        credentials: { accountKey: "a2V5" },
        relativeMountPath: "bfs",
      },
    ],
  });
  expect(() => withMounts(known, given, undefined)).toThrow("--storage-account-name");
  expect(withMounts(undefined, none, undefined)).toBeUndefined();
});

test("the storage account is the option's, else the environment's, else the local cloud's", () => {
  const storage = { name: "local", key: "bG9j", fileUrl: "http://x" };
  const environment = { AZURE_BATCHAI_STORAGE_ACCOUNT: "env", AZURE_BATCHAI_STORAGE_KEY: "ZW52" };
  const given = { ...none, storageAccountName: "opt", storageAccountKey: "b3B0" };
  expect(accountOf(given, { environment, storage })).toEqual({ name: "opt", key: "b3B0" });
  expect(accountOf(none, { environment, storage })).toEqual({ name: "env", key: "ZW52" });
  expect(accountOf(none, { environment: {}, storage })).toBe(storage);
  expect(accountOf({ ...none, storageAccountName: "local" }, { environment: {}, storage })).toBe(storage);
  const keyless = { ...none, storageAccountName: "other" };
  expect(() => accountOf(keyless, { environment: {}, storage })).toThrow("'other' is missing");
});

test("a program's words reach the shell as words, and its output folder is where it expects it", () => {
  const given = { words: ["python3", "train.py", "--name", "it's $HOME"], script: "ab.sh", variables: [] };
  const { customToolkitSettings } = runSpec({ ...given, output: "out/models" }).properties;
  expect(customToolkitSettings).toEqual({
    commandLine: [
      'sh "$AZ_BATCHAI_INPUT_CODE"/ab.sh',
      "mkdir -p -- './out'",
      "ln -s -- \"$AZ_BATCHAI_OUTPUT_OUTPUTS\" './out/models'",
      "python3 train.py --name 'it'\\''s $HOME'",
    ].join(" && "),
  });
});
