// The launcher with many ranks and much output: nothing lost, nothing doubled, nothing left running.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { EmulatedNodes, shells } from "../../local/node/emulated-nodes.ts";
import { clusterWithMounts, job } from "../../unit/domain/samples.ts";

const open: EmulatedNodes[] = [];
async function nodes(shell: readonly string[], count = 1): Promise<EmulatedNodes> {
  const made = await EmulatedNodes.create(shell, count);
  open.push(made);
  return made;
}
afterEach(async () => {
  for (const made of open.splice(0)) await made.dispose();
});

const four = clusterWithMounts({ scaleSettings: { manual: { targetNodeCount: 4 } } });
const ranks = (count: number, marker: string) =>
  job(
    {
      nodeCount: 4,
      customToolkitSettings: undefined,
      environmentVariables: [{ name: "MARKER", value: marker }],
      pyTorchSettings: {
        pythonScriptFilePath: "$AZ_BATCHAI_MOUNT_ROOT/afs/rank.sh",
        pythonInterpreterPath: "/bin/sh",
        communicationBackend: "tcp",
        processCount: count,
      },
    },
    four,
  );
const survivors = (marker: string) =>
  spawnSync("ps", ["-A", "-o", "args="], { encoding: "utf8" })
    .stdout.split("\n")
    .filter((line) => line.includes(marker));

describe.each(shells)("in %s", (_name, shell) => {
  it("forty ranks on four nodes all run once, each with its own output", async () => {
    const gang = await nodes(shell, 4);
    const afs = await gang.mountEverywhere("afs");
    await writeFile(join(afs, "rank.sh"), 'echo "$AZ_BATCHAI_TASK_INDEX $AZ_BATCH_NODE_ID"\n');
    const mnist = ranks(40, "x");
    expect((await gang.run(mnist)).code).toBe(0);
    for (let rank = 0; rank < 40; rank++) {
      const file = rank === 0 ? "stdout.txt" : `stdout-${rank}.txt`;
      expect(await gang.log(mnist, afs, file)).toBe(`${rank} tvm-${Math.floor(rank / 10)}\n`);
    }
  }, 120_000);

  it("one failing rank of twenty ends the job with its code, and its neighbours", async () => {
    const gang = await nodes(shell, 4);
    const afs = await gang.mountEverywhere("afs");
    const marker = `marker-${process.pid}-${shell.length}`;
    await writeFile(
      join(afs, "rank.sh"),
      '[ "$AZ_BATCHAI_TASK_INDEX" != 7 ] || exit 77\nexec /bin/sh -c "while :; do sleep 1; done" "$MARKER"\n',
    );
    expect((await gang.run(ranks(20, marker))).code).toBe(77);
    await gang.dispose(); // as Batch does: what is left on the other nodes ends with the task
    for (let tries = 0; survivors(marker).length > 0 && tries < 600; tries++) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(survivors(marker)).toEqual([]);
  }, 120_000);

  it("megabytes written while they are copied to a blob mount arrive whole and in order", async () => {
    const node = await nodes(shell);
    const bfs = await node.mountEverywhere("bfs");
    const command =
      "i=0; while [ $i -lt 60 ]; do seq $((i * 10000)) $((i * 10000 + 9999)); echo mid $i >&2; i=$((i + 1)); sleep 0.05; done; printf end";
    const mnist = job({
      stdOutErrPathPrefix: "$AZ_BATCHAI_MOUNT_ROOT/bfs",
      customToolkitSettings: { commandLine: command },
    });
    expect((await node.run(mnist)).code).toBe(0);
    const expected = `${Array.from({ length: 600_000 }, (_, line) => line).join("\n")}\nend`;
    const digest = (text: string) => createHash("sha256").update(text).digest("hex");
    expect(digest(await node.log(mnist, bfs, "stdout.txt"))).toBe(digest(expected));
    const errors = Array.from({ length: 60 }, (_, line) => `mid ${line}\n`).join("");
    expect(await node.log(mnist, bfs, "stderr.txt")).toBe(errors);
  }, 120_000);
});
