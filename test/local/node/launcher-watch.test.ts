// What the launcher does when storage never answers: its watcher ends it and leaves word. Run for real in every shell of this machine.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { blob, job, jobWithSecrets, share } from "../../unit/domain/samples.ts";
import { EmulatedNodes, hidesMount, shells } from "./emulated-nodes.ts";

const open: EmulatedNodes[] = [];
async function nodes(shell: readonly string[], count = 1): Promise<EmulatedNodes> {
  const made = await EmulatedNodes.create(shell, count);
  made.variables["BATCHAI_STEP_LIMIT_S"] = "1";
  open.push(made);
  return made;
}
afterEach(async () => {
  for (const made of open.splice(0)) await made.dispose();
});

/** A program that waits for storage which does not answer. */
const never = "#!/bin/sh\nexec sleep 100000\n";
const custom = (commandLine: string, more: object = {}) =>
  job({ customToolkitSettings: { commandLine }, ...more });

describe.each(shells)("in %s, a launcher", (_name, shell) => {
  it.skipIf(hidesMount(shell))("whose mount never answers ends, and its result says so", async () => {
    const node = await nodes(shell);
    await node.mountEverywhere("afs");
    await node.program("mount", never);
    const { document, secrets } = jobWithSecrets({ mountVolumes: { azureFileShares: [share("logs")] } });
    const { code, stderr } = await node.run(document, secrets);
    expect(code).toBe(137);
    const result = await node.result();
    expect(result).toMatchObject({ outcome: "launch-failed", exitCode: 244 });
    expect(result?.detail).toContain("step 'mounts' took longer than 1 seconds");
    expect(stderr).toContain("step 'mounts'");
    expect(Date.parse(result?.at ?? "")).not.toBeNaN();
  });

  it("does not watch the job's programs, and leaves no watcher behind", async () => {
    const node = await nodes(shell);
    const afs = await node.mountEverywhere("afs");
    const long = custom('echo "$$"; sleep 3; echo done', {
      jobPreparation: { commandLine: "true" },
    });
    expect((await node.run(long)).code).toBe(0);
    expect(await node.log(long, afs, "stdout.txt")).toMatch(/^\d+\ndone\n$/);
    expect(await node.result()).toMatchObject({ outcome: "exited", exitCode: 0 });
    expect(node.livingGroups()).toBe(0);
  });
});

describe("at its end", () => {
  const [[, shell] = ["", ["/bin/sh"]] as const] = shells;
  const mounted = { mountVolumes: { azureBlobFileSystems: [blob("data")] } };
  const output = (commandLine: string) =>
    jobWithSecrets({
      ...mounted,
      customToolkitSettings: { commandLine },
      outputDirectories: [{ id: "OUT", pathPrefix: "$AZ_BATCHAI_JOB_MOUNT_ROOT/data", pathSuffix: "out" }],
    });

  it.each([
    [0, { outcome: "output-lost", exitCode: 0, lost: "what storage had not confirmed" }],
    [7, { outcome: "exited", exitCode: 7 }],
  ])("a launcher that hangs keeps the program's exit code %i", async (code, result) => {
    const node = await nodes(shell);
    await node.mountEverywhere("afs");
    for (const name of ["blobfuse2", "umount"]) await node.program(name, "#!/bin/sh\n");
    await node.program("sync", never);
    const { document, secrets } = output(`exit ${code}`);
    expect((await node.run(document, secrets)).code).toBe(137);
    expect(await node.result()).toMatchObject(result);
  });

  it("an agent of another node that hangs does not keep the first node waiting", async () => {
    const two = await nodes(shell, 2);
    for (const name of ["blobfuse2", "umount"]) await two.program(name, "#!/bin/sh\n");
    // From the start of the run, what node 1 copies of its logs never arrives.
    await two.program(
      "cat",
      `#!/bin/sh\n[ "$AZ_BATCH_NODE_ID" = tvm-1 ] && [ -e "$FAKE_NODES/hang" ] && exec sleep 100000\nexec /bin/cat "$@"\n`,
    );
    const afs = await two.mountEverywhere("afs");
    await writeFile(join(afs, "train.sh"), 'echo "rank on $AZ_BATCH_NODE_ID"\n');
    const { document, secrets } = jobWithSecrets({
      ...mounted,
      nodeCount: 2,
      stdOutErrPathPrefix: "$AZ_BATCHAI_JOB_MOUNT_ROOT/data",
      customToolkitSettings: undefined,
      pyTorchSettings: {
        pythonScriptFilePath: "$AZ_BATCHAI_MOUNT_ROOT/afs/train.sh",
        pythonInterpreterPath: "/bin/sh",
        communicationBackend: "gloo",
        processCount: 2,
      },
    });
    await two.stage(document, secrets);
    for (const node of [0, 1]) expect((await two.start("prepare", node).ended).code).toBe(0);
    await writeFile(join(two.root, "hang"), "");
    expect((await two.start("run").ended).code).toBe(244);
    expect((await two.result())?.detail).toContain("its agent is gone");
  });
});
