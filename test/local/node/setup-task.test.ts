// The setup task, run for real as Batch would run it as a start task.
import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ClusterDocument } from "../../../domain/cluster/schema.ts";
import { planSetup } from "../../../domain/launch/setup.ts";
import { blob, cluster, share } from "../../unit/domain/samples.ts";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "batchai-setup-"));
  for (const folder of ["shared", "startup/wd", "mounted"])
    await mkdir(join(root, folder), { recursive: true });
  await mkdir(join(root, "fsmounts"));
  await symlink(join(root, "mounted"), join(root, "fsmounts/logs"));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const trap = 'it\'s $(touch pwned) "x"\nline two';
const withSetup = (commandLine: string, mounts: object = { azureFileShares: [share("logs")] }) =>
  cluster({
    nodeSetup: {
      mountVolumes: mounts,
      setupTask: {
        commandLine,
        stdOutErrPathPrefix: "$AZ_BATCHAI_MOUNT_ROOT/logs",
        environmentVariables: [
          { name: "TEXT", value: trap },
          { name: "PATH", value: "/nowhere:/usr/bin:/bin" },
        ],
      },
    },
  });

function run(document: ClusterDocument) {
  const task = planSetup(document);
  if (task === undefined) throw new Error("no setup task");
  expect(task.commandLine).toBe(`/bin/sh -c 'eval "$BATCHAI_SETUP"'`);
  return spawnSync("/bin/sh", ["-c", 'eval "$BATCHAI_SETUP"'], {
    cwd: join(root, "startup/wd"),
    encoding: "utf8",
    env: {
      ...task.environment,
      PATH: "/usr/bin:/bin",
      AZ_BATCH_NODE_ID: "tvm-1",
      AZ_BATCH_NODE_SHARED_DIR: join(root, "shared"),
      AZ_BATCH_NODE_MOUNTS_DIR: join(root, "fsmounts"),
    },
  });
}
const log = (document: ClusterDocument, name: string) =>
  readFile(join(root, "mounted", document.spec.setupTask?.stdOutErrPathSuffix ?? "", name), "utf8");

describe.each([
  ["a file share", { azureFileShares: [share("logs")] }],
  ["a container", { azureBlobFileSystems: [blob("logs")] }],
])("a setup task whose logs go to %s", (_what, mounts) => {
  it("gets its variables and leaves its output per node", async () => {
    const document = withSetup(
      'printf "%s" "$TEXT"; env | grep -c BATCHAI_SETUP >&2; env | grep ^U_ >&2',
      mounts,
    );
    expect(run(document)).toMatchObject({ status: 1, stdout: "" });
    expect(await log(document, "stdout-tvm-1.txt")).toBe(trap);
    expect(await log(document, "stderr-tvm-1.txt")).toBe("0\n");
  });

  it("runs again on the same node", async () => {
    const document = withSetup("echo once", mounts);
    expect(run(document).status).toBe(0);
    expect(run(document).status).toBe(0);
    expect(await log(document, "stdout-tvm-1.txt")).toBe("once\n");
  });
});

describe("a setup task that fails", () => {
  it("tells Batch its exit code and its last words", () => {
    expect(run(withSetup("echo no such driver >&2; exit 9"))).toMatchObject({
      status: 9,
      stderr: "the setup task exited with 9\nno such driver\n",
    });
  });

  it("says that its log folder cannot be made", () => {
    const document = withSetup("true");
    const setupTask = { ...document.spec.setupTask, stdOutErrPathPrefix: "/dev/null/x" };
    expect(run({ ...document, spec: { ...document.spec, setupTask } } as ClusterDocument)).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("cannot create the setup task's log folder /dev/null/x/") as string,
    });
  });
});

it("a cluster without a setup task has no start task", () => {
  expect(planSetup(cluster())).toBeUndefined();
});
