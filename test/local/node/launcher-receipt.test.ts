// What the launcher records of a run that wants a receipt: every file that went in, and every file that came out, as the service reads it.
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { pathSegment } from "../../../domain/job/directories.ts";
import { parseRecord } from "../../../domain/receipt/record.ts";
import { job } from "../../unit/domain/samples.ts";
import { EmulatedNodes, shells } from "./emulated-nodes.ts";

const open: { dispose(): Promise<void> }[] = [];
afterEach(async () => {
  for (const made of open.splice(0).reverse()) await made.dispose();
});

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
/** The `sha256sum` of busybox has no way to say that a name has a line end. */
const oddIn = (shell: string) => (shell === "busybox" ? "b\\ c 'd.txt" : "b\\ c\n'd.txt");

async function recording(name: string, shell: readonly string[], more: object = {}) {
  const node = await EmulatedNodes.create(shell, 1);
  open.push(node);
  const afs = await node.mountEverywhere("afs");
  await mkdir(join(afs, "data/deep"), { recursive: true });
  await writeFile(join(afs, "data", oddIn(name)), "odd");
  await writeFile(join(afs, "data/deep/train.csv"), "1,2\n");
  await writeFile(join(afs, "program.sh"), "true");
  const mnist = job({
    customToolkitSettings: {
      commandLine:
        'mkdir -p "$AZ_BATCHAI_OUTPUT_MODEL/sub" && printf weights >"$AZ_BATCHAI_OUTPUT_MODEL/sub/model.bin"; exit 3',
    },
    inputDirectories: [
      { id: "DATA", path: "$AZ_BATCHAI_MOUNT_ROOT/afs/data" },
      { id: "CODE", path: "$AZ_BATCHAI_MOUNT_ROOT/afs/program.sh" },
      { id: "NONE", path: "$AZ_BATCHAI_MOUNT_ROOT/afs/nothing" },
    ],
    outputDirectories: [{ id: "MODEL", pathPrefix: "$AZ_BATCHAI_MOUNT_ROOT/afs", pathSuffix: "model" }],
    receipt: {},
    ...more,
  });
  return { node, afs, mnist };
}

const inputsIn = (shell: string) => [
  { kind: "input", id: "CODE", path: "program.sh", sha256: sha256("true") },
  { kind: "input", id: "DATA", path: oddIn(shell), sha256: sha256("odd") },
  { kind: "input", id: "DATA", path: "deep/train.csv", sha256: sha256("1,2\n") },
];
const model = { kind: "output", id: "MODEL", path: "sub/model.bin", sha256: sha256("weights") };

describe.each(shells)("in %s, a run that wants a receipt", (name, shell) => {
  it("records its files, also when its program fails", async () => {
    const { node, afs, mnist } = await recording(name, shell);
    expect((await node.run(mnist)).code).toBe(3);
    const record = parseRecord(await node.log(mnist, afs, "receipt"));
    expect(record).toEqual({ guid: mnist.guid, attempt: mnist.attempt, files: [...inputsIn(name), model] });
  });

  it("reads no input but those that it names", async () => {
    const { node, afs, mnist } = await recording(name, shell, { receipt: { inputs: ["CODE"] } });
    await node.run(mnist);
    expect(parseRecord(await node.log(mnist, afs, "receipt"))?.files).toEqual([inputsIn(name)[0], model]);
    const none = await recording(name, shell, { receipt: { inputs: [] } });
    await none.node.run(none.mnist);
    expect(parseRecord(await none.node.log(none.mnist, none.afs, "receipt"))?.files).toEqual([model]);
  });

  it("begins as another one once more only with that one's inputs, and names what is otherwise", async () => {
    const { node, afs, mnist } = await recording(name, shell);
    const copyOf = (guid: string) => ({
      ...mnist,
      guid,
      reproduces: { job: mnist.job, guid: mnist.guid, checked: true },
    });
    await node.run(mnist);
    const same = copyOf("55555555-5555-5555-5555-555555555555");
    expect((await node.run(same)).code).toBe(3);
    expect(parseRecord(await node.log(same, afs, "receipt"))?.files).toEqual([...inputsIn(name), model]);

    await writeFile(join(afs, "data/deep/train.csv"), "1,3\n");
    await writeFile(join(afs, "data/more.csv"), "");
    await rm(join(afs, "data", oddIn(name)));
    const other = copyOf("66666666-6666-6666-6666-666666666666");
    expect((await node.run(other)).code).toBe(247);
    const result = await node.result();
    expect(result).toMatchObject({ outcome: "inputs-changed" });
    expect(result?.detail.split(", ").sort()).toEqual([
      expect.stringMatching(/^input DATA\/b.* c.*'d\.txt missing$/),
      "input DATA/deep/train.csv changed",
      "input DATA/more.csv new",
    ]);
    expect(existsSync(join(afs, pathSegment(other, other.guid), "outputs/model/sub"))).toBe(false);
    const unchecked = { ...other, reproduces: { ...other.reproduces, checked: false } };
    expect((await node.run(unchecked)).code).toBe(3);
  });

  it("does not begin as another one whose record is gone", async () => {
    const { node, mnist } = await recording(name, shell);
    const gone = "77777777-7777-7777-7777-777777777777";
    await node.stage({ ...mnist, reproduces: { job: mnist.job, guid: gone, checked: true } });
    expect((await node.start("run").ended).code).toBe(247);
    const result = await node.result();
    expect(result).toMatchObject({ outcome: "inputs-changed" });
    expect(result?.detail).toContain(`there is no record of what is to be had again: `);
  });

  it("leaves a record without an end when it is ended before its own, and says so", async () => {
    const { node, afs, mnist } = await recording(name, shell, {
      customToolkitSettings: { commandLine: 'touch "$AZ_BATCHAI_MOUNT_ROOT/afs/begun"; exec sleep 1000' },
    });
    await node.stage(mnist);
    const { child, ended } = node.start("run");
    await expect.poll(() => existsSync(join(afs, "begun")), { timeout: 60_000 }).toBe(true);
    process.kill(-(child.pid ?? 0), "SIGTERM");
    await ended;
    expect(parseRecord(await node.log(mnist, afs, "receipt"))).toBeUndefined();
  });
});
