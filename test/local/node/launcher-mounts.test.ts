// The launcher's mounts, with stand-ins for the programs that mount.
import { existsSync } from "node:fs";
import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { accountKey, blob, job, jobWithSecrets, share } from "../../unit/domain/samples.ts";
import { EmulatedNodes, hidesMount, shells } from "./emulated-nodes.ts";

const open: EmulatedNodes[] = [];
async function nodes(shell: readonly string[], count = 1): Promise<EmulatedNodes> {
  const made = await EmulatedNodes.create(shell, count);
  open.push(made);
  return made;
}
afterEach(async () => {
  for (const made of open.splice(0)) await made.dispose();
});

describe.each(shells)("in %s, mounts of the job", (_name, shell) => {
  const volumes = {
    mountVolumes: { azureFileShares: [share("logs")], azureBlobFileSystems: [blob("data")] },
  };
  const standIn = "dir= ; for w; do case $w in /*LS_root*) dir=$w ;; esac; done\n";

  it.skipIf(hidesMount(shell))(
    "are made before the preparation with keys that are in no command line, and undone at the end",
    async () => {
      const node = await nodes(shell);
      await node.mountEverywhere("afs");
      const seen = '"$FAKE_NODES/mounted"';
      await node.program(
        "mount",
        `#!/bin/sh\n${standIn}echo "$*" >>${seen}; cat "\${*##*credentials=}" >/dev/null 2>&1\nc=\${*##*credentials=}; cat "\${c%%,*}" >>${seen}\n`,
      );
      await node.program(
        "blobfuse2",
        `#!/bin/sh\necho "$*" >>${seen}; c=\${*##*--config-file=}; cat "\${c%% *}" >>${seen}\n`,
      );
      await node.program("umount", `#!/bin/sh\necho "umount \${1##*/}" >>${seen}\n`);
      const { document, secrets } = jobWithSecrets({
        ...volumes,
        customToolkitSettings: { commandLine: 'ls "$AZ_BATCHAI_JOB_MOUNT_ROOT"' },
      });
      expect((await node.run(document, secrets)).code).toBe(0);
      const lines = (await readFile(join(node.root, "mounted"), "utf8")).split("\n");
      expect(lines[0]).toMatch(
        /^-t cifs \/\/datastore\.file\.core\.windows\.net\/logs .*\/mounts\/logs -o vers=3\.0,credentials=/,
      );
      expect(lines[0]).toContain(`credentials=${node.path(0, "machine/run/batchai/credentials")},`);
      expect(await readdir(node.path(0, "machine/run/batchai"))).toEqual([]);
      expect(lines).toContain(`password=${accountKey}`);
      expect(lines).toContain(`  account-key: '${accountKey}'`);
      expect(lines.filter((line) => line.includes("mount") && line.includes(accountKey))).toEqual([]);
      expect(lines.filter((line) => line.startsWith("umount"))).toEqual(["umount data", "umount logs"]);
      expect(existsSync(node.path(0, "shared/LS_root/jobs"))).toBe(false);
    },
  );

  it("leave no folder on the node, and take those along that a killed run left, but nothing that is in them", async () => {
    const node = await nodes(shell);
    await node.mountEverywhere("afs");
    const old = node.path(0, "shared/LS_root/jobs/research/digits");
    await mkdir(node.path(0, "shared/LS_root/launch/killed-1"), { recursive: true });
    await mkdir(join(old, "killed/mounts/deep/down"), { recursive: true });
    await mkdir(join(old, "kept/mounts"), { recursive: true });
    await writeFile(join(old, "kept/mounts/result.txt"), "kept");
    expect((await node.run(job({ customToolkitSettings: { commandLine: "true" } }))).code).toBe(0);
    expect(await readdir(node.path(0, "shared/LS_root/jobs"), { recursive: true })).toEqual(
      ["", "/digits", "/digits/kept", "/digits/kept/mounts", "/digits/kept/mounts/result.txt"].map(
        (path) => `research${path}`,
      ),
    );
  });

  it.skipIf(hidesMount(shell))("fail the job with the reason when they cannot be made", async () => {
    const node = await nodes(shell);
    await node.mountEverywhere("afs");
    await node.program("mount", "#!/bin/sh\nexit 0\n");
    await node.program("umount", "#!/bin/sh\nexit 0\n");
    await node.program("blobfuse2", "#!/bin/sh\necho 'container digits not found' >&2; exit 1\n");
    const { document, secrets } = jobWithSecrets(volumes);
    const run = await node.run(document, secrets);
    expect(run.code).toBe(243);
    expect(await node.result()).toMatchObject({
      outcome: "blob-mount-failed",
      detail: "container digits of account datastore: container digits not found",
    });
  });
});
