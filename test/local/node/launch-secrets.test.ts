// Secrets of a job on its nodes, with the launcher run for real.
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { launchFiles } from "../../../domain/launch/render.ts";
import { jobWithSecrets } from "../../unit/domain/samples.ts";
import { EmulatedNodes, shells } from "./emulated-nodes.ts";

const open: EmulatedNodes[] = [];
async function nodes(shell: readonly string[], count = 1): Promise<EmulatedNodes> {
  const made = await EmulatedNodes.create(shell, count);
  open.push(made);
  return made;
}
afterEach(async () => {
  for (const made of open.splice(0)) await made.dispose();
});

describe.each(shells)("a job in %s", (_name, shell) => {
  it("takes secrets from their file into the environment only, and deletes the file", async () => {
    const node = await nodes(shell);
    const afs = await node.mountEverywhere("afs");
    const { document, secrets } = jobWithSecrets({
      customToolkitSettings: { commandLine: '[ "$TOKEN" = "s3cr et" ] && echo known' },
      secrets: [{ name: "TOKEN", value: "s3cr et" }],
    });
    expect((await node.run(document, secrets)).code).toBe(0);
    expect(await node.log(document, afs, "stdout.txt")).toBe("known\n");
    expect(existsSync(join(node.taskFolder(0), "launch-secrets"))).toBe(false);
    expect(await node.log(document, afs, "execution.log")).not.toContain("s3cr");
  });

  it("on several nodes has its secrets where they are needed, and in no file once a node has begun", async () => {
    const two = await nodes(shell, 2);
    const afs = await two.mountEverywhere("afs");
    const settings = (prepare: string) => ({
      nodeCount: 2,
      customToolkitSettings: { commandLine: '[ "$TOKEN" = "s3cr et" ] && echo known' },
      jobPreparation: { commandLine: `[ "$TOKEN" = "s3cr et" ] && ${prepare}` },
      secrets: [{ name: "TOKEN", value: "s3cr et" }],
    });
    const left = () => [0, 1].filter((node) => existsSync(join(two.taskFolder(node), launchFiles.secrets)));

    const good = jobWithSecrets(settings("true"));
    expect(await two.run(good.document, good.secrets)).toMatchObject({ code: 0 });
    expect(await two.log(good.document, afs, "stdout.txt")).toBe("known\n");
    expect(left()).toEqual([]);

    // Who holds them between the two calls may be ended by somebody: the job ends then, and does not wait for ever.
    const orphaned = jobWithSecrets(settings("true"));
    await two.stage(orphaned.document, orphaned.secrets);
    for (const node of [0, 1]) expect((await two.start("prepare", node).ended).code).toBe(0);
    const launch = join(two.path(0), "shared/LS_root/launch", `${orphaned.document.guid}-1`);
    process.kill(Number(await readFile(join(launch, "holder"), "utf8")), "SIGKILL");
    expect((await two.start("run").ended).code).toBe(244);
    expect((await two.result())?.detail).toContain("held the job's secrets on node tvm-0 is gone");

    const bad = jobWithSecrets(settings('[ "$AZ_BATCH_NODE_ID" = tvm-0 ]'));
    await two.stage(bad.document, bad.secrets);
    expect((await two.start("prepare", 0).ended).code).toBe(0);
    expect((await two.start("prepare", 1).ended).code).toBe(241);
    expect(left()).toEqual([]);
  });
});
