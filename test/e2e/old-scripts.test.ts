// Scripts as people had them for `az batchai`, run with `az batchai` replaced by `batchai` and nothing else changed: the ways of use that
// the old command line's own scenario tests went through. One local cloud for all.
import { spawn } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import jmespath from "jmespath";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startLocal } from "../../local/start.ts";
import type { LocalCloud } from "../../local/start.ts";
import { createShare } from "../support/batch-ai-client.ts";

const program = fileURLToPath(new URL("../../dist/local/batchai.mjs", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "old-scripts-"));
let cloud: LocalCloud;

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function typed(script: string): Promise<Ended> {
  const { storageAccount } = cloud.description;
  const line = script.replaceAll("az batchai", "batchai");
  const child = spawn("bash", ["-ec", `batchai() { "${process.execPath}" "${program}" "$@"; }\n${line}`], {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      PATH: `${join(folder, "bin")}${delimiter}${process.env["PATH"] ?? ""}`,
      HOME: folder,
      AZURE_BATCHAI_STORAGE_ACCOUNT: storageAccount.name,
      AZURE_BATCHAI_STORAGE_KEY: storageAccount.key,
    },
  });
  let [out, err] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
  return new Promise((resolve) => child.once("close", (code) => resolve({ code, out, err })));
}

/** The line succeeds, and each query over its JSON gives what is expected. */
async function checked(line: string, checks: Readonly<Record<string, unknown>> = {}): Promise<Ended> {
  const ended = await typed(line);
  expect({ line, code: ended.code, err: ended.code === 0 ? "" : ended.err }).toEqual({
    line,
    code: 0,
    err: "",
  });
  for (const [query, value] of Object.entries(checks))
    expect({ query, value: jmespath.search(JSON.parse(ended.out), query) as unknown }).toEqual({
      query,
      value,
    });
  return ended;
}

function file(name: string, properties: object): void {
  writeFileSync(join(folder, name), JSON.stringify({ properties }));
}

const share = (mount: string) => ({
  accountName: "<AZURE_BATCHAI_STORAGE_ACCOUNT>",
  azureFileUrl: "https://<AZURE_BATCHAI_STORAGE_ACCOUNT>.file.core.windows.net/files",
  relativeMountPath: mount,
  credentials: { accountKey: "<AZURE_BATCHAI_STORAGE_KEY>" },
});
const user = "-u ada -p Correct-horse-7";
/** Waits as scripts did, by looking again. */
const until = (line: string, query: string, value: string) =>
  `for i in $(seq 300); do [ "$(${line} --query "${query}" -o tsv)" = "${value}" ] && exit 0; sleep 0.2; done; exit 1`;

function jobAt(root: string, more: object = {}): object {
  return {
    nodeCount: 1,
    customToolkitSettings: { commandLine: "echo hi | tee $AZ_BATCHAI_OUTPUT_OUTPUT/result.txt" },
    stdOutErrPathPrefix: root,
    outputDirectories: [{ id: "OUTPUT", pathPrefix: root, pathSuffix: "result" }],
    ...more,
  };
}

/** What a finished job left, as the old scripts looked at it. */
async function checkResults(job: string): Promise<void> {
  await checked(`az batchai job show -g local -w lab -e exp -n ${job}`, {
    executionState: "succeeded",
    "executionInfo.exitCode": 0,
    "executionInfo.errors": null,
  });
  await checked(`az batchai job file list -g local -w lab -e exp -j ${job} -d stdouterr`, {
    "[?name == 'stdout.txt'].contentLength | [0]": 3,
    "[].name | contains(@, 'stderr.txt')": true,
    "[].name | contains(@, 'execution.log')": true,
  });
  await checked(`az batchai job file list -g local -w lab -e exp -j ${job} -d=OUTPUT`, {
    "[].name": ["result.txt"],
    "length([?downloadUrl])": 1,
  });
  const streamed = await checked(`az batchai job file stream -g local -w lab -e exp -j ${job} -f stdout.txt`);
  expect(streamed.out).toBe("hi\n");
}

beforeAll(async () => {
  cloud = await startLocal({ data: join(folder, ".batchai") });
  await createShare(cloud, "files");
  mkdirSync(join(folder, "bin"));
  file("simple_cluster.json", { vmSize: "STANDARD_D1", scaleSettings: { manual: { targetNodeCount: 1 } } });
  file("cluster_with_azure_files.json", {
    vmSize: "STANDARD_D1",
    scaleSettings: { manual: { targetNodeCount: 1 } },
    nodeSetup: { mountVolumes: { azureFileShares: [share("share")] } },
    userAccountSettings: { adminUserName: "DemoUser", adminUserPassword: "Correct-horse-7" },
  });
  file("auto_scale_cluster.json", {
    vmSize: "STANDARD_D1",
    scaleSettings: { autoScale: { minimumNodeCount: 0, maximumNodeCount: 1 } },
    nodeSetup: { mountVolumes: { azureFileShares: [share("share")] } },
    userAccountSettings: { adminUserName: "DemoUser", adminUserPassword: "Correct-horse-7" },
  });
  file("job.json", jobAt("$AZ_BATCHAI_MOUNT_ROOT/share"));
  const own = "$AZ_BATCHAI_JOB_MOUNT_ROOT";
  file("job_with_files.json", jobAt(`${own}/own`, { mountVolumes: { azureFileShares: [share("own")] } }));
  file("job_naming_files.json", jobAt(`${own}/afs`));
});
afterAll(async () => {
  await cloud.dispose();
  rmSync(folder, { recursive: true, force: true });
});

describe("a script of az batchai, with its first word gone,", () => {
  it("makes a cluster of one size, runs jobs, resizes it to none and back, and deletes all", async () => {
    await checked("az batchai workspace create -g local -n lab", { name: "lab", resourceGroup: "local" });
    await checked("az batchai workspace list -g local", { "length(@)": 1 });
    await checked("az batchai cluster create -g local -w lab -n manual -f cluster_with_azure_files.json", {
      name: "manual",
      "scaleSettings.manual.targetNodeCount": 1,
      vmSize: "STANDARD_D1",
      "nodeSetup.mountVolumes.azureFileShares[0].accountName": cloud.description.storageAccount.name,
      "nodeSetup.mountVolumes.azureFileShares[0].credentials.accountKey": null,
      "userAccountSettings.adminUserName": "DemoUser",
      "userAccountSettings.adminUserPassword": null,
    });
    await checked("az batchai experiment create -g local -w lab -n exp", { name: "exp" });
    await checked("az batchai experiment list -g local -w lab", { "length(@)": 1 });
    await checked("az batchai job create -c manual -g local -w lab -e exp -n first -f job.json", {
      "customToolkitSettings.commandLine": "echo hi | tee $AZ_BATCHAI_OUTPUT_OUTPUT/result.txt",
    });
    await checked("az batchai job wait -g local -w lab -e exp -n first --interval 1");
    await checkResults("first");
    await checked("az batchai cluster resize -g local -w lab -n manual -t 0 --only-show-errors");
    await checked(until("az batchai cluster show -g local -w lab -n manual", "currentNodeCount", "0"));
    await checked("az batchai cluster resize -g local -w lab -n manual -t 1 -o none");
    await checked("az batchai job create -c manual -g local -w lab -e exp -n second -f job.json");
    await checked("az batchai job wait -g local -w lab -e exp -n second --interval 1");
    await checked("az batchai cluster delete -g local -w lab -n manual -y");
    for (const job of ["first", "second"])
      await checked(`az batchai job delete -g local -w lab -e exp -n ${job} -y`);
    await checked("az batchai job list -g local -w lab -e exp", { "length(@)": 0 });
    await checked("az batchai cluster list -g local -w lab", { "length(@)": 0 });
  });

  it("lets a cluster scale up for a job and down after it", async () => {
    await checked("az batchai cluster create -g local -w lab -n auto -f auto_scale_cluster.json", {
      "scaleSettings.autoScale.[minimumNodeCount, maximumNodeCount]": [0, 1],
    });
    await checked("az batchai job create -c auto -g local -w lab -e exp -n scaled -f job.json");
    await checked("az batchai job wait -g local -w lab -e exp -n scaled --interval 1");
    await checkResults("scaled");
    await checked("az batchai cluster auto-scale -g local -w lab -n auto --min 0 --max 0", {
      "scaleSettings.autoScale.maximumNodeCount": 0,
    });
    await checked("az batchai cluster delete -g local -w lab -n auto -y --no-wait");
  });

  it("mounts a share and a container by options, with a file and without one", async () => {
    const mounts = {
      "nodeSetup.mountVolumes.azureFileShares[0].relativeMountPath": "afs",
      "nodeSetup.mountVolumes.azureBlobFileSystems[0].[containerName, relativeMountPath]": ["boxes", "bfs"],
      "nodeSetup.mountVolumes.azureBlobFileSystems[0].credentials.accountKey": null,
    };
    const files = "--afs-name files --bfs-name boxes";
    await checked(
      `az batchai cluster create -g local -w lab -n c1 -f simple_cluster.json ${files} ${user}`,
      mounts,
    );
    const options = "-i UbuntuLTS --vm-size STANDARD_D1 --min 0 --max 0";
    await checked(`az batchai cluster create -g local -w lab -n c2 ${options} ${user} ${files}`, mounts);
    for (const cluster of ["c1", "c2"])
      await checked(`az batchai cluster delete -g local -w lab -n ${cluster} -y --no-wait`);
  });

  it("uses auto storage, with a setup task whose logs go there", async () => {
    const setup = '--setup-task "echo hi" --setup-task-output "$AZ_BATCHAI_MOUNT_ROOT/autoafs"';
    const line = `az batchai cluster create -g local -w lab -n stored -s STANDARD_D1 -t 1 ${user} --use-auto-storage`;
    await checked(`${line} ${setup.replaceAll("$", "\\$")}`, {
      "nodeSetup.mountVolumes.azureFileShares[0].relativeMountPath": "autoafs",
      "nodeSetup.mountVolumes.azureBlobFileSystems[0].[containerName, relativeMountPath]": [
        "batchaicontainer",
        "autobfs",
      ],
      "nodeSetup.setupTask.commandLine": "echo hi",
      "nodeSetup.setupTask.stdOutErrPathPrefix": "$AZ_BATCHAI_MOUNT_ROOT/autoafs",
    });
    await checked(
      until("az batchai cluster show -g local -w lab -n stored", "nodeStateCounts.idleNodeCount", "1"),
    );
    const listing = "az batchai cluster file list -g local -w lab -c stored";
    await checked(listing, {
      "[?starts_with(name, 'stdout-')].[is_directory, size] | [0]": [false, 3],
      "length([?starts_with(name, 'stderr-')])": 1,
    });
    const read = `curl -s "$(${listing} --query "[?starts_with(name, 'stdout-')].download_url" -o tsv)"`;
    expect((await checked(read)).out).toBe("hi\n");
    expect((await checked(`${listing} -o table`)).out).toMatch(
      /^Name +Is directory +Size\n[^]*stdout-\S+ +no +3\n/,
    );
    await checked(`${listing} -p none`, { "length(@)": 0 });
  });

  it("runs jobs with mounts of their own, by a file and by options, and looks at their nodes", async () => {
    await checked("az batchai job create -c stored -g local -w lab -e exp -n own -f job_with_files.json");
    await checked("az batchai job wait -g local -w lab -e exp -n own --interval 1");
    await checkResults("own");
    const mounts = "-f job_naming_files.json --afs-name files";
    await checked(`az batchai job create -c stored -g local -w lab -e exp -n named ${mounts}`);
    await checked("az batchai job wait -g local -w lab -e exp -n named --interval 1");
    await checkResults("named");
    await checked("az batchai cluster node list -g local -w lab -c stored", {
      "length([?ipAddress && port])": 1,
    });
  });

  it("runs a command on a node by the ssh of this machine", async () => {
    const ssh = join(folder, "bin", "ssh");
    writeFileSync(ssh, '#!/bin/sh\nfor word in "$@"; do echo "$word"; done\nexit 5\n');
    chmodSync(ssh, 0o755);
    const { code, out } = await typed(
      'az batchai cluster node exec -g local -w lab -c stored --exec "id -un"',
    );
    expect(code).toBe(5);
    expect(out.trimEnd().split("\n").slice(-2)).toEqual([
      expect.stringMatching(/^ada@/),
      "bash -ilc 'id -un'",
    ]);
  });

  it("asks for usage by both names that this had", async () => {
    for (const line of ["list-usages -l local", "usage show -l local"])
      expect((await checked(`az batchai ${line}`)).out).toContain("Cluster");
    expect((await checked("az batchai list-usages -l local -o table")).out).toContain("Cluster");
  });

  it("exits with the job's code, ends what runs, and deletes the workspace", async () => {
    file("bad.json", {
      ...jobAt("$AZ_BATCHAI_MOUNT_ROOT/autoafs"),
      customToolkitSettings: { commandLine: "exit 7" },
    });
    file("long.json", {
      ...jobAt("$AZ_BATCHAI_MOUNT_ROOT/autoafs"),
      customToolkitSettings: { commandLine: "sleep 600" },
    });
    await checked("az batchai job create -c stored -g local -w lab -e exp -n bad -f bad.json");
    expect((await typed("az batchai job wait -g local -w lab -e exp -n bad --interval 1")).code).toBe(7);
    const followed = await typed("batchai submit bad.json -c stored -w lab -e exp --follow");
    expect(followed).toEqual({ code: 7, out: "", err: expect.stringMatching(/^JobFailed: /) as string });
    await checked("az batchai job create -c stored -g local -w lab -e exp -n long -f long.json");
    await checked("az batchai job terminate -g local -w lab -e exp -n long -y");
    await checked("az batchai workspace delete -g local -n lab -y");
    expect((await typed("az batchai workspace show -g local -n lab")).code).toBe(3);
  });
});
