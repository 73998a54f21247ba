// What the launcher gives the attempts of a job, in every shell of this machine.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { pathSegment } from "../../../domain/job/directories.ts";
import { job } from "../../unit/domain/samples.ts";
import { EmulatedNodes, shells } from "./emulated-nodes.ts";

const open: EmulatedNodes[] = [];
async function nodes(shell: readonly string[]): Promise<EmulatedNodes> {
  const made = await EmulatedNodes.create(shell, 1);
  open.push(made);
  return made;
}
afterEach(async () => {
  for (const made of open.splice(0)) await made.dispose();
});

const custom = (commandLine: string, more: object = {}) =>
  job({ customToolkitSettings: { commandLine }, ...more });

describe.each(shells)("in %s, the launcher", (_name, shell) => {
  it("gives each attempt its number, and all of them one folder for checkpoints that is there before they start", async () => {
    const node = await nodes(shell);
    const afs = await node.mountEverywhere("afs");
    const mnist = custom(
      'cd "$AZ_BATCHAI_CHECKPOINT_DIR" && ls && echo "$AZ_BATCHAI_ATTEMPT" >"of-$AZ_BATCHAI_ATTEMPT"',
    );
    expect((await node.run(mnist)).code).toBe(0);
    expect((await node.run({ ...mnist, attempt: 2 })).code).toBe(0);
    expect(await node.log(mnist, afs, "stdout.txt")).toBe("of-1\n");
    const folder = join(afs, pathSegment(mnist, mnist.guid), "checkpoints");
    expect((await readdir(folder)).sort()).toEqual(["of-1", "of-2"]);
    expect(await readFile(join(folder, "of-2"), "utf8")).toBe("2\n");
  });

  it("says that checkpoints stay on the node where there is no mount", async () => {
    const node = await nodes(shell);
    const mnist = custom("true", { stdOutErrPathPrefix: join(node.root, "own-disk") });
    expect((await node.run(mnist)).code).toBe(0);
    const log = join(node.root, "own-disk", pathSegment(mnist, mnist.guid), "stdouterr", "execution.log");
    expect(await readFile(log, "utf8")).toMatch(
      /AZ_BATCHAI_CHECKPOINT_DIR is not on a mounted file share or container: what is in .*checkpoints stays on the node/,
    );
  });
});
