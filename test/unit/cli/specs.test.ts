import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it, test } from "vitest";
import { z } from "zod";
import { ApiError } from "../../../client/api-error.ts";
import { publicAccount } from "../../../cli/service.ts";
import { ClusterRequest } from "../../../domain/cluster/schema.ts";
import { JobRequest } from "../../../domain/job/schema.ts";
import { clusterSpec, scaleOf } from "../../../cli/spec/cluster-spec.ts";
import type { ClusterGiven } from "../../../cli/spec/cluster-spec.ts";
import { readSpec } from "../../../cli/spec/read-spec.ts";
import { outputMetricsOf } from "../../../cli/metrics-option.ts";
import { runSpec } from "../../../cli/spec/run-spec.ts";
import { accountOf, withMounts } from "../../../cli/spec/storage-options.ts";

const folder = mkdtempSync(join(tmpdir(), "specs-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const anything = z.looseObject({});
const warned: string[] = [];
const surroundings = { directory: folder, warn: (line: string) => void warned.push(line) };
const read = (
  text: string,
  account?: { name: string; key: string },
  schema: z.ZodType = anything,
  name = "spec.json",
) => {
  writeFileSync(join(folder, name), text);
  warned.length = 0;
  return readSpec(name, surroundings, account, schema);
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
  fileServer: undefined,
  fileServerMount: "nfs",
  customImage: undefined,
};
const account = publicAccount("store", "a2V5");
const lab = { kind: "workspace", subscriptionId: "s", resourceGroup: "rg", workspace: "lab" } as const;
const admin = { adminUserName: "ada" };

describe("a file", () => {
  it("of 2018 gets the account at its placeholders, also within texts", async () => {
    const text =
      '\uFEFF{"properties":{"a":"<AZURE_BATCHAI_STORAGE_ACCOUNT>.x","b":["<AZURE_BATCHAI_STORAGE_KEY>"]}}';
    expect(await read(text, account)).toMatchObject({ properties: { a: "store.x", b: ["a2V5"] } });
    await expect(read(text)).rejects.toThrow(/<AZURE_BATCHAI_STORAGE_ACCOUNT>.*--storage-account-name/);
  });

  it("that is no JSON is told by line and column", async () => {
    await expect(read('{\n  "properties": {,}\n}')).rejects.toThrow("spec.json:2:18: this is not JSON");
    await expect(read('{"properties":{}')).rejects.toThrow(/spec\.json:1:17: this is not JSON/);
    await expect(read("[]")).rejects.toThrow("expected an object with 'properties'");
    const yaml = read("properties:\n  a: [1\n", undefined, anything, "spec.yaml");
    await expect(yaml).rejects.toThrow(/spec\.yaml:\d+:\d+: this is not YAML/);
    await expect(readSpec("absent.json", surroundings, undefined, anything)).rejects.toThrow(
      "absent.json cannot be read",
    );
  });

  it("in YAML means the same as in JSON", async () => {
    const text =
      "properties:\n  command: echo <AZURE_BATCHAI_STORAGE_ACCOUNT>\n  list: [yes, 012, 1.5, null]\n";
    expect(await read(text, account, anything, "spec.yaml")).toMatchObject({
      properties: { command: "echo store", list: ["yes", 12, 1.5, null] },
    });
  });
});

describe("a key that nothing reads", () => {
  const job = (more: string) =>
    `{\n  "$schema": "x",\n  "properties": {\n    "nodeCount": 1,\n    ${more}\n  }\n}`;

  it("and that is nearly one that there is, is told by its place, in JSON and in YAML", async () => {
    const misspelt = read(job('"stdOutErrPathPrefx": "/out"'), undefined, JobRequest);
    await expect(misspelt).rejects.toThrow(
      "spec.json:5:5: there is no 'stdOutErrPathPrefx' here. Is 'stdOutErrPathPrefix' meant?",
    );
    const deep = read(
      "properties:\n  inputDirectories:\n    - id: A\n      pth: /x\n",
      undefined,
      JobRequest,
      "job.yaml",
    );
    await expect(deep).rejects.toThrow("job.yaml:4:7: there is no 'pth' here. Is 'path' meant?");
    const cased = read('{"properties": {"VmSize": "x"}}', undefined, ClusterRequest);
    await expect(cased).rejects.toThrow("spec.json:1:17: there is no 'VmSize' here. Is 'vmSize' meant?");
    await expect(cased).rejects.toHaveProperty("exitCode", 2);
  });

  it("and that is like none is warned of; what names a schema and comments are let alone", async () => {
    await read(job('"_comment": "x", "somethingElse": 1'), undefined, JobRequest);
    expect(warned).toEqual(["spec.json:5:22: nothing reads 'somethingElse'."]);
  });
});

test("what the service refuses is told with the place in the file", async () => {
  const file = await read('{\n "properties": {\n  "list": [\n   {"id": "A"},\n   {"id": "?"}\n  ]\n }\n}');
  const refused = (target: string, status = 400) =>
    file.sending(() => Promise.reject(new ApiError(status, "InvalidRequest", "no good", target)));
  await expect(refused("properties.list[1].id")).rejects.toThrow("spec.json:5:5: no good");
  await expect(refused("properties.list[1].absent")).rejects.toThrow("spec.json:5:4: no good");
  await expect(refused("properties.vmSize")).rejects.toThrow(/^no good$/);
  await expect(refused("properties.list[1].id", 404)).rejects.toThrow(/^no good$/);
  expect(await file.sending(async () => "sent")).toBe("sent");
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
    expect(clusterSpec(file, given, account, admin, lab)).toEqual({
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
    expect(() => clusterSpec(undefined, { ...none, image: "x" }, account, admin, lab)).toThrow(
      "publisher:offer",
    );
    expect(() => clusterSpec(undefined, { ...none, setupTask: "id" }, account, admin, lab)).toThrow(
      "--setup-task-output",
    );
  });
});

test("mounts are added to those of the file; whose they are must be known", () => {
  const known = { azureBlobFileSystems: [{ relativeMountPath: "a" }] };
  const given = { ...none, container: "data" };
  expect(withMounts(known, given, account, lab)).toEqual({
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
  expect(() => withMounts(known, given, undefined, lab)).toThrow("--storage-account-name");
  expect(withMounts(undefined, none, undefined, lab)).toBeUndefined();
});

test("a file server is mounted by its name in the workspace, or by its id", () => {
  const given = { ...none, fileServer: "data" };
  const id = (workspace: string) =>
    `/subscriptions/s/resourceGroups/rg/providers/Microsoft.BatchAI/workspaces/${workspace}/fileservers/data`;
  const server = (workspace: string) => ({
    fileServers: [{ fileServer: { id: id(workspace) }, relativeMountPath: "nfs", mountOptions: "rw" }],
  });
  expect(withMounts(undefined, given, undefined, lab)).toEqual(server("lab"));
  expect(withMounts(undefined, { ...given, fileServer: id("other") }, undefined, lab)).toEqual(
    server("other"),
  );
  expect(() => withMounts(undefined, { ...given, fileServer: "/x" }, undefined, lab)).toThrow("ARM id");
  const jobId = id("lab").replace("fileservers", "clusters");
  expect(() => withMounts(undefined, { ...given, fileServer: jobId }, undefined, lab)).toThrow("--nfs takes");
});

test("a custom image says what it was made from", () => {
  const given = { ...none, image: "a:b:c:d", customImage: "/image" };
  const { virtualMachineConfiguration } = clusterSpec(undefined, given, account, admin, lab).properties;
  expect(virtualMachineConfiguration).toEqual({
    imageReference: { publisher: "a", offer: "b", sku: "c", version: "d", virtualMachineImageId: "/image" },
  });
  const alone = { ...none, customImage: "/image" };
  expect(() => clusterSpec(undefined, alone, account, admin, lab)).toThrow("--custom-image needs --image");
});

test("the storage account is the option's, else the environment's, else the local cloud's", () => {
  const storage = { name: "local", key: "bG9j", fileUrl: "http://x", blobUrl: "http://y" };
  const environment = { AZURE_BATCHAI_STORAGE_ACCOUNT: "env", AZURE_BATCHAI_STORAGE_KEY: "ZW52" };
  const given = { ...none, storageAccountName: "opt", storageAccountKey: "b3B0" };
  expect(accountOf(given, { environment, storage })).toEqual(publicAccount("opt", "b3B0"));
  expect(accountOf(none, { environment, storage })).toEqual(publicAccount("env", "ZW52"));
  expect(accountOf(none, { environment: {}, storage })).toBe(storage);
  expect(accountOf({ ...none, storageAccountName: "local" }, { environment: {}, storage })).toBe(storage);
  const keyless = { ...none, storageAccountName: "other" };
  expect(() => accountOf(keyless, { environment: {}, storage })).toThrow("'other' is missing");
});

test("a program's words reach the shell as words, and its output folder is where it expects it", () => {
  const given = {
    words: ["python3", "train.py", "--name", "it's $HOME"],
    script: "ab.sh",
    variables: [],
    nodeCount: 1,
    printed: outputMetricsOf(["HuggingFace", "huggingFace"]),
  };
  const { customToolkitSettings, outputMetrics } = runSpec({ ...given, output: "out/models" }).properties;
  expect(outputMetrics).toEqual({ presets: ["huggingFace"] });
  expect(() => outputMetricsOf(["pytorch"])).toThrow("--metrics takes one of huggingFace, keras");
  expect(customToolkitSettings).toEqual({
    commandLine: [
      'sh "$AZ_BATCHAI_INPUT_CODE"/ab.sh',
      "mkdir -p -- './out'",
      "ln -s -- \"$AZ_BATCHAI_OUTPUT_OUTPUTS\" './out/models'",
      "python3 train.py --name 'it'\\''s $HOME'",
    ].join(" && "),
  });
  const { jobPreparation, customToolkitSettings: first } = runSpec({
    ...given,
    ...{ output: "models", nodeCount: 2 },
  }).properties;
  expect({ jobPreparation, first }).toEqual({
    jobPreparation: {
      commandLine: 'sh "$AZ_BATCHAI_INPUT_CODE"/ab.sh && ln -s -- "$AZ_BATCHAI_OUTPUT_OUTPUTS" \'./models\'',
    },
    first: { commandLine: "python3 train.py --name 'it'\\''s $HOME'" },
  });
});
