// The launcher's end, whatever the program does to the files around it: the result is written, and the program's own exit
// code is in it. The tests mostly wait for their shells: they do so together.
import { existsSync } from "node:fs";
import { readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { job } from "../../unit/domain/samples.ts";
import { EmulatedNodes, hidesMount, shells } from "./emulated-nodes.ts";

const open: EmulatedNodes[] = [];
async function nodes(shell: readonly string[], count = 1): Promise<EmulatedNodes> {
  const made = await EmulatedNodes.create(shell, count);
  open.push(made);
  return made;
}
afterAll(async () => {
  for (const made of open.splice(0)) await made.dispose();
});

const onBlob = { stdOutErrPathPrefix: "$AZ_BATCHAI_MOUNT_ROOT/bfs" };
const custom = (commandLine: string, more: object = {}) =>
  job({ customToolkitSettings: { commandLine }, ...more });
const ranks = (more: object = {}) =>
  job({
    customToolkitSettings: undefined,
    pyTorchSettings: {
      pythonScriptFilePath: "$AZ_BATCHAI_MOUNT_ROOT/afs/train.sh",
      pythonInterpreterPath: "/bin/sh",
      communicationBackend: "gloo",
      processCount: 2,
    },
    ...more,
  });

describe.concurrent.each(shells)("in %s, a run ends", (_name, shell) => {
  it("on two nodes whose logs are on a blob mount and which have nothing to prepare", async () => {
    const two = await nodes(shell, 2);
    const bfs = await two.mountEverywhere("bfs");
    const mnist = custom("echo done", { nodeCount: 2, ...onBlob });
    for (let round = 0; round < 3; round += 1) {
      expect(await two.run(mnist)).toMatchObject({ code: 0 });
      expect(await two.log(mnist, bfs, "stdout.txt")).toBe("done\n");
    }
  });

  it.each([
    ["afs", "rm -rf", "", 0],
    ["bfs", "rm -rf", "", 0],
    ["afs", "mv", '"$AZ_BATCHAI_MOUNT_ROOT/afs/moved"', 3],
    ["bfs", "mv", '"$AZ_BATCHAI_MOUNT_ROOT/bfs/moved"', 3],
  ])(
    "with logs on %s with the program's code though it did %s to its log folder",
    async (mount, verb, to, code) => {
      const node = await nodes(shell);
      const folder = await node.mountEverywhere(mount);
      const command = `${verb} "$AZ_BATCHAI_STDOUTERR_DIR" ${to}; echo late; exit ${code}`;
      const mnist = custom(command, { stdOutErrPathPrefix: `$AZ_BATCHAI_MOUNT_ROOT/${mount}` });
      expect((await node.run(mnist)).code).toBe(code);
      expect(await node.result()).toMatchObject({ outcome: "exited", exitCode: code });
      expect(await node.log(mnist, folder, "execution.log")).toMatch(`exit code ${code}`);
      expect(await readdir(node.path(0, "shared/LS_root/temp"))).toEqual([]);
    },
  );

  it("with the program's code though it removed all that the launcher keeps for itself", async () => {
    const node = await nodes(shell);
    await node.mountEverywhere("afs");
    await writeFile(
      join(node.root, "mount-afs", "train.sh"),
      'rm -rf "$AZ_BATCHAI_ROOT"/launch "$AZ_BATCHAI_JOB_TEMP" "$AZ_BATCH_TASK_WORKING_DIR"; exit 5\n',
    );
    expect((await node.run(custom('exec sh "$AZ_BATCHAI_MOUNT_ROOT/afs/train.sh"'))).code).toBe(5);
    expect(await node.result()).toMatchObject({ outcome: "exited", exitCode: 5 });
    await node.stage(ranks());
    expect((await node.start("run").ended).code).toBe(5);
    expect(await node.result()).toMatchObject({ outcome: "exited", exitCode: 5 });
  });

  it("when one of several processes kills the shell that waits for it", async () => {
    const node = await nodes(shell);
    const afs = await node.mountEverywhere("afs");
    await writeFile(
      join(afs, "train.sh"),
      '[ "$AZ_BATCHAI_TASK_INDEX" = 1 ] || exec sleep 300\nkill -9 $PPID; exec sleep 300\n',
    );
    expect((await node.run(ranks())).code).toBe(137);
    expect(await node.result()).toMatchObject({ outcome: "exited", exitCode: 137 });
  });

  it("when what runs the processes of the second node is killed", async () => {
    const two = await nodes(shell, 2);
    const afs = await two.mountEverywhere("afs");
    await writeFile(
      join(afs, "train.sh"),
      '[ "$AZ_BATCHAI_TASK_INDEX" = 1 ] || exec sleep 300\nkill -9 $(cat "$AZ_BATCHAI_ROOT"/launch/*/agent)\n',
    );
    const mnist = ranks({ nodeCount: 2 });
    expect((await two.run(mnist)).code).toBe(244);
    expect(await two.result()).toMatchObject({ outcome: "launch-failed" });
    await two.stage(mnist);
    await two.start("prepare", 0).ended;
    await two.start("prepare", 1).ended;
    await rm(two.path(1, "shared/LS_root/launch", `${mnist.guid}-${mnist.attempt}`, "agent"));
    expect((await two.start("run").ended).code).toBe(244); // before it was told to go
  });

  it("with a result when the plan makes no sense to the shell", async () => {
    const node = await nodes(shell);
    await node.mountEverywhere("afs");
    await node.stage(custom("true"));
    await writeFile(join(node.taskFolder(0), "launch-plan"), "plan_output A\nplan_end\n");
    expect((await node.start("run").ended).code).toBe(244);
    expect(await node.result()).toMatchObject({ outcome: "launch-failed", exitCode: 244 });
  });

  it("with logs without zero bytes where the program emptied them", async () => {
    const node = await nodes(shell);
    const afs = await node.mountEverywhere("afs");
    const mnist = custom('echo a long first line; : >"$AZ_BATCHAI_STDOUTERR_DIR/stdout.txt"; echo second');
    expect((await node.run(mnist)).code).toBe(0);
    expect(await node.log(mnist, afs, "stdout.txt")).toBe("second\n");
  });

  it("with a sentence when a log cannot be written", async () => {
    const node = await nodes(shell);
    const afs = await node.mountEverywhere("afs");
    const mnist = custom("touch ran", {
      jobPreparation: { commandLine: 'mkdir -p "$AZ_BATCHAI_STDOUTERR_DIR/stdout.txt/x"' },
    });
    expect((await node.run(mnist)).code).toBe(244);
    expect(await node.result()).toMatchObject({
      outcome: "launch-failed",
      detail: expect.stringMatching(/cannot write the log .*stdout\.txt/) as string,
    });
    expect(existsSync(join(afs, "ran"))).toBe(false);
  });
});

describe.concurrent.each(shells)("in %s, output", (_name, shell) => {
  const outputs = {
    outputDirectories: [{ id: "MODEL", pathPrefix: "$AZ_BATCHAI_MOUNT_ROOT/afs", pathSuffix: "model" }],
  };
  const gone = 'rm -rf "$FAKE_NODES/mount-afs"';

  it("whose share is deleted meanwhile fails a job that ended well, by name", async () => {
    const node = await nodes(shell);
    await node.mountEverywhere("afs");
    expect((await node.run(custom(gone, outputs))).code).toBe(245);
    expect(await node.result()).toMatchObject({
      outcome: "output-lost",
      exitCode: 0,
      lost: expect.stringMatching(
        /^output directory MODEL \(.*\/model\), checkpoints \(.*\/checkpoints\), logs \(.*\/stdouterr\)$/,
      ) as string,
    });
  });

  it("that is lost does not hide the program's own exit code", async () => {
    const node = await nodes(shell);
    await node.mountEverywhere("afs");
    expect((await node.run(custom(`${gone}; exit 6`, outputs))).code).toBe(6);
    expect(await node.result()).toMatchObject({ outcome: "exited", exitCode: 6 });
    expect((await node.result())?.lost).toMatch(/^output directory MODEL/);
  });

  it.skipIf(hidesMount(shell))(
    "that a container does not take is told in the execution log, too",
    async () => {
      const node = await nodes(shell);
      const afs = await node.mountEverywhere("afs");
      await node.mountEverywhere("bfs");
      await node.program("sync", "#!/bin/sh\nexit 1\n");
      const mnist = custom("true", {
        outputDirectories: [{ id: "MODEL", pathPrefix: "$AZ_BATCHAI_MOUNT_ROOT/bfs" }],
      });
      expect((await node.run(mnist)).code).toBe(245);
      expect(await node.log(mnist, afs, "execution.log")).toMatch(
        /could not be kept: output directory MODEL/,
      );
    },
  );

  it("of a directory that the program removed itself is no loss", async () => {
    const node = await nodes(shell);
    await node.mountEverywhere("afs");
    expect((await node.run(custom('rm -r "$AZ_BATCHAI_OUTPUT_MODEL"', outputs))).code).toBe(0);
  });

  it("below the mount root's path in the documents of 2018 is on the mount", async () => {
    const node = await nodes(shell);
    const afs = await node.mountEverywhere("afs");
    const mnist = custom('echo "$AZ_BATCHAI_INPUT_DATA"', {
      stdOutErrPathPrefix: "/mnt/batch/tasks/shared/LS_root/mounts/afs",
      inputDirectories: [{ id: "DATA", path: "$ROOT/data" }],
      environmentVariables: [{ name: "ROOT", value: "/mnt/batch/tasks/shared/LS_root/mounts/afs" }],
    });
    expect((await node.run(mnist)).code).toBe(0);
    const root = node.path(0, "shared/LS_root/mounts");
    expect(await node.log(mnist, afs, "stdout.txt")).toBe(`${root}/afs/data\n`);
    expect(await node.log(mnist, afs, "execution.log")).not.toContain("is not on a mount");
  });

  it.each([
    [{ stdOutErrPathPrefix: "$NOPE/logs" }, "stdOutErrPathPrefix"],
    [{ outputDirectories: [{ id: "MODEL", pathPrefix: "${NOPE}/logs" }] }, "output directory MODEL"],
    [{ inputDirectories: [{ id: "DATA", path: "$NOPE/logs" }] }, "input directory DATA"],
  ])("is never put into a place that an unset variable makes: %j", async (properties, what) => {
    const node = await nodes(shell);
    await node.mountEverywhere("afs");
    expect((await node.run(custom("true", properties))).code).toBe(244);
    expect(await node.result()).toMatchObject({
      outcome: "launch-failed",
      detail: `the path of ${what} uses the variable NOPE, which is not set: set it in environmentVariables`,
    });
  });

  it("may have an unset variable in the middle of its path", async () => {
    const node = await nodes(shell);
    const afs = await node.mountEverywhere("afs");
    const mnist = custom('echo "${AZ_BATCHAI_INPUT_DATA#$AZ_BATCHAI_MOUNT_ROOT}"', {
      inputDirectories: [{ id: "DATA", path: "$AZ_BATCHAI_MOUNT_ROOT/afs/$NOPE" }],
    });
    expect((await node.run(mnist)).code).toBe(0);
    expect(await node.log(mnist, afs, "stdout.txt")).toBe("/afs/\n");
  });

  it("that lies on no mount is told in the execution log", async () => {
    const node = await nodes(shell);
    const afs = await node.mountEverywhere("afs");
    const mnist = custom("true", {
      outputDirectories: [{ id: "MODEL", pathPrefix: "$AZ_BATCHAI_JOB_TEMP/model" }],
    });
    expect((await node.run(mnist)).code).toBe(0);
    expect(await node.log(mnist, afs, "execution.log")).toMatch(
      /output directory MODEL is not on a mounted file share or container: what is in \S*\/model\S* stays on the node/,
    );
  });
});
