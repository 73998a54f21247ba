import { existsSync, readFileSync, statSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { LaunchEnd, OutputFile, ResourceFile } from "../../../../local/batch-emulator/agent/executor.ts";
import { matchingFiles } from "../../../../local/batch-emulator/agent/output-files.ts";
import { blobFake, type BlobFake } from "./blob-fake.ts";
import { processFixture, until, type ProcessFixture } from "./process-fixture.ts";

let storage: BlobFake;
let agent: ProcessFixture;
beforeAll(async () => {
  storage = await blobFake();
});
afterAll(() => storage.close());
beforeEach(async () => {
  storage.blobs.clear();
  agent = await processFixture();
});
afterEach(() => agent.dispose());

const codeOf = (end: LaunchEnd) => (end.kind === "failed" ? end.failure.code : end.kind);
const blob = (name: string) => `${storage.url}/${encodeURIComponent(name)}${storage.sas}`;

describe("resource files", () => {
  const stage = (resourceFiles: ResourceFile[], more = {}) =>
    agent.run("task", "/bin/ls -R", { resourceFiles, ...more });

  it("lie in the working directory, with their mode, before the process starts", async () => {
    storage.blobs.set("script", "#!/bin/sh\necho from a blob\n").set("data", "1");
    const end = await agent.run("task", "./bin/go.sh", {
      resourceFiles: [
        { httpUrl: blob("script"), filePath: "bin/go.sh" },
        { httpUrl: blob("data"), filePath: "data", fileMode: "0640" },
      ],
    });
    expect(end).toMatchObject({ kind: "exited", exitCode: 0 });
    expect(agent.text("task", "stdout.txt")).toBe("from a blob\n");
    const mode = (file: string) => statSync(join(agent.folder, "task/wd", file)).mode & 0o777;
    expect([mode("bin/go.sh"), mode("data")]).toEqual([0o770, 0o640]);
  });

  it("come from a container by prefix, in pages, keeping the names of the blobs", async () => {
    for (const name of ["in/a", "in/b & c", "in/deep/d", "in/ü%20", "out/e"]) storage.blobs.set(name, name);
    await stage([
      { storageContainerUrl: storage.url + storage.sas, blobPrefix: "in/", filePath: "got" },
      { storageContainerUrl: storage.url + storage.sas, blobPrefix: "out/" },
    ]);
    const text = (file: string) => readFileSync(join(agent.folder, "task/wd", file), "utf8");
    for (const name of ["in/a", "in/b & c", "in/deep/d", "in/ü%20"]) expect(text(`got/${name}`)).toBe(name);
    expect(text("out/e")).toBe("out/e");
  });

  it("shared by the instances of a task lie in the task's directory", async () => {
    storage.blobs.set("common", "x");
    await stage([], { commonResourceFiles: [{ httpUrl: blob("common"), filePath: "common.txt" }] });
    expect(agent.text("task", "common.txt")).toBe("x");
  });

  it("are asked for again when the storage is busy", async () => {
    storage.blobs.set("busy", "x");
    storage.failures.set("busy", [503, 500]);
    expect(await stage([{ httpUrl: blob("busy"), filePath: "busy" }])).toMatchObject({ kind: "exited" });
  });

  it.each<[string, () => ResourceFile, string]>([
    ["a missing blob", () => ({ httpUrl: blob("nope"), filePath: "x" }), "BlobNotFound"],
    ["a bad SAS", () => ({ httpUrl: `${storage.url}/x?sig=wrong`, filePath: "x" }), "BlobAccessDenied"],
    ["a dead server", () => ({ httpUrl: "http://127.0.0.1:1/x", filePath: "x" }), "BlobDownloadMiscError"],
    [
      "a missing container",
      () => ({ storageContainerUrl: `${storage.url}er${storage.sas}` }),
      "ResourceContainerNotFound",
    ],
    [
      "a container's bad SAS",
      () => ({ storageContainerUrl: `${storage.url}?sig=wrong` }),
      "ResourceContainerAccessDenied",
    ],
    ["no auto-storage", () => ({ autoStorageContainerName: "box" }), "ResourceContainerNotFound"],
    ["a path that leads out", () => ({ httpUrl: blob("in"), filePath: "../x" }), "ResourceFileCreateFailed"],
    ["an absolute path", () => ({ httpUrl: blob("in"), filePath: "/tmp/x" }), "ResourceFileCreateFailed"],
  ])("that fail by %s fail the task before its process, and tell no secret", async (_name, file, code) => {
    storage.blobs.set("in", "x");
    const end = await stage([file()]);
    expect(codeOf(end)).toBe(code);
    expect(JSON.stringify(end)).not.toContain("sig=");
    expect(existsSync(join(agent.folder, "task", "stdout.txt"))).toBe(false);
  });

  it("whose blob names lead out of the directory are refused", async () => {
    storage.blobs.set("../../escape", "x");
    expect(codeOf(await stage([{ storageContainerUrl: storage.url + storage.sas }]))).toBe(
      "ResourceFileCreateFailed",
    );
    expect(existsSync(join(agent.folder, "escape"))).toBe(false);
  });
});

describe("output files", () => {
  const output = (filePattern: string, more: Partial<OutputFile> = {}): OutputFile => ({
    filePattern,
    containerUrl: storage.url + storage.sas,
    uploadCondition: "taskcompletion",
    ...more,
  });
  const make = `/bin/sh -c 'mkdir -p out/deep; echo 1 >out/a.txt; echo 2 >out/deep/b.txt; echo 3 >out/.hidden; echo log`;

  it("are uploaded by pattern, under the virtual directory that was asked for", async () => {
    const end = await agent.run("task", `${make}'`, {
      outputFiles: [output("**/*.txt", { path: "results" }), output("../std*.txt", { path: "logs" })],
    });
    expect(end).toMatchObject({ kind: "exited", exitCode: 0 });
    expect([...storage.blobs.keys()].sort()).toEqual([
      "logs/stderr.txt",
      "logs/stdout.txt",
      "results/out/a.txt",
      "results/out/deep/b.txt",
    ]);
    expect(storage.blobs.get("logs/stdout.txt")).toBe("log\n");
    expect(agent.text("task", "fileuploadout.txt")).toContain("results/out/a.txt");
  });

  it("without a wildcard are named by their path; variables of the task are expanded", async () => {
    await agent.run("task", `${make}'`, {
      environment: { PATH: "/bin:/usr/bin", DIR: "out" },
      outputFiles: [
        output("$DIR/a.txt", {
          path: "one/renamed.csv",
          uploadHeaders: [{ name: "x-ms-blob-content-type", value: "text/csv" }],
        }),
      ],
    });
    expect([...storage.blobs]).toEqual([["one/renamed.csv", "1\n"]]);
    expect(storage.headers.get("one/renamed.csv")).toBe("text/csv");
  });

  it("depend on how the task ended", async () => {
    const outputFiles = (["tasksuccess", "taskfailure", "taskcompletion"] as const).map((uploadCondition) =>
      output("../stdout.txt", { path: uploadCondition, uploadCondition }),
    );
    await agent.run("good", `/bin/sh -c 'exit 0'`, { outputFiles });
    expect([...storage.blobs.keys()].sort()).toEqual(["taskcompletion", "tasksuccess"]);
    storage.blobs.clear();
    await agent.run("bad", `/bin/sh -c 'exit 1'`, { outputFiles });
    expect([...storage.blobs.keys()].sort()).toEqual(["taskcompletion", "taskfailure"]);
  });

  it.each([
    ["a missing container", () => `${storage.url}er${storage.sas}`, "FileUploadContainerNotFound"],
    ["a bad SAS", () => `${storage.url}?sig=wrong`, "FileUploadAccessDenied"],
  ])("that fail by %s are told beside the exit code", async (_name, containerUrl, code) => {
    const end = await agent.run("task", "/bin/echo x", {
      outputFiles: [output("../stdout.txt", { containerUrl: containerUrl() })],
    });
    expect(end).toMatchObject({ kind: "exited", exitCode: 0, uploadFailure: { code } });
    expect(agent.text("task", "fileuploaderr.txt")).toContain(code);
  });

  it("of a task that was reattached are uploaded by the new executor", async () => {
    const release = join(agent.folder, "release");
    void agent.run("task", `${make}; until [ -e ${release} ]; do sleep 0.02; done; exit 3'`, {
      outputFiles: [output("out/a.txt", { uploadCondition: "taskfailure" })],
    });
    await until(() => existsSync(join(agent.folder, "task/stdout.txt")));
    const found = await (await agent.reopen(true)).recover();
    await writeFile(release, "");
    expect(await found.get("task")).toMatchObject({ kind: "exited", exitCode: 3 });
    expect([...storage.blobs]).toEqual([["a.txt", "1\n"]]);
  });

  it("match the wildcards of Azure Batch", async () => {
    await agent.run("task", `${make}'`);
    const wd = join(agent.folder, "task", "wd");
    const names = async (pattern: string) => (await matchingFiles(wd, pattern)).map((file) => file.name);
    expect(await names("**/*")).toEqual(["out/a.txt", "out/deep/b.txt"]);
    expect(await names("out/*")).toEqual(["a.txt"]);
    expect(await names("out/.*")).toEqual([".hidden"]);
    expect(await names("out/?.txt")).toEqual(["a.txt"]);
    expect(await names("out/[!b].txt")).toEqual(["a.txt"]);
    expect(await names("out/[!a].txt")).toEqual([]);
    expect(await names("out/a.txt")).toEqual(["a.txt"]);
    expect(await names("out")).toEqual([]);
  });
});
