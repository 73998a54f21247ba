// The launcher's mounts, with shims for the programs that mount.
import { existsSync } from "node:fs";
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { accountKey, blob, job, jobWithSecrets, share } from "../../unit/domain/samples.ts";
import { decideOutcome } from "../../../domain/job/outcome.ts";
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
  const shim = "dir= ; for w; do case $w in /*LS_root*) dir=$w ;; esac; done\n";

  it.skipIf(hidesMount(shell))(
    "are made before the preparation with keys that are in no command line, and undone at the end",
    async () => {
      const node = await nodes(shell);
      await node.mountEverywhere("afs");
      const seen = '"$FAKE_NODES/mounted"';
      await node.program(
        "mount",
        `#!/bin/sh\n${shim}echo "$*" >>${seen}; cat "\${*##*credentials=}" >/dev/null 2>&1\nc=\${*##*credentials=}; cat "\${c%%,*}" >>${seen}\n`,
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

describe.each(shells)("in %s, a file system that the user mounts", (_name, shell) => {
  const unmanaged = (mountCommand: string, commandLine = "true") =>
    job({
      customToolkitSettings: { commandLine },
      mountVolumes: { unmanagedFileSystems: [{ mountCommand, relativeMountPath: "own/nfs" }] },
    });
  /** Stand-ins that remember by a file what is mounted. */
  async function node() {
    const made = await nodes(shell);
    await made.mountEverywhere("afs");
    await made.program(
      "mount-own",
      '#!/bin/sh\necho "$*" >"$FAKE_NODES/mounted"; [ "$1" != fail ] || { echo no such export >&2; exit 32; }\n',
    );
    await made.program("mountpoint", '#!/bin/sh\n[ -e "$FAKE_NODES/mounted" ]\n');
    await made.program("umount", '#!/bin/sh\nrm "$FAKE_NODES/mounted"\n');
    return made;
  }

  it.skipIf(hidesMount(shell))(
    "row 66: gets its path added to the command, and is unmounted at the end",
    async () => {
      const made = await node();
      const document = unmanaged(
        "mount-own -o 'a b' server:/data",
        'cp "$FAKE_NODES/mounted" "$FAKE_NODES/seen"',
      );
      expect((await made.run(document)).code).toBe(0);
      const path = made.path(0, "shared/LS_root/jobs/research/digits/mnist/mounts/own/nfs");
      expect(await readFile(join(made.root, "seen"), "utf8")).toBe(`-o a b server:/data ${path}\n`);
      expect(existsSync(join(made.root, "mounted"))).toBe(false);
    },
  );

  it.skipIf(hidesMount(shell))(
    "that cannot be mounted fails the run with the command's words, but not the command",
    async () => {
      const made = await node();
      expect((await made.run(unmanaged("mount-own fail password=s3cret"))).code).toBe(244);
      const result = await made.result();
      expect(result).toMatchObject({
        outcome: "launch-failed",
        detail: "the mount command of 'own/nfs' (unmanagedFileSystems) failed: no such export",
      });
      await rm(join(made.root, "mounted"));
      expect((await made.run(unmanaged("true"))).code).toBe(244);
      expect((await made.result())?.detail).toMatch(/ended well and mounted nothing/);
    },
  );
});

describe.each(shells)("in %s, a read-only file system of the user", (_name, shell) => {
  async function node(mount: string) {
    const made = await nodes(shell);
    await made.mountEverywhere("afs");
    await made.program("mount-own", '#!/bin/sh\ntouch "$FAKE_NODES/mounted"\n');
    await made.program("mount", `#!/bin/sh\n${mount}\n`);
    await made.program("mountpoint", '#!/bin/sh\n[ -e "$FAKE_NODES/mounted" ]\n');
    await made.program("umount", '#!/bin/sh\nrm "$FAKE_NODES/mounted"\n');
    return made;
  }
  const document = job({
    customToolkitSettings: { commandLine: "true" },
    mountVolumes: {
      unmanagedFileSystems: [{ mountCommand: "mount-own", relativeMountPath: "own", readOnly: true }],
    },
  });

  it.skipIf(hidesMount(shell))("is made so by the system, whatever the command did", async () => {
    const made = await node('echo "$*" >"$FAKE_NODES/seen"');
    expect((await made.run(document)).code).toBe(0);
    const path = made.path(0, "shared/LS_root/jobs/research/digits/mnist/mounts/own");
    expect(await readFile(join(made.root, "seen"), "utf8")).toBe(`-o remount,bind,ro ${path}\n`);
  });

  it.skipIf(hidesMount(shell))("fails the run where it cannot be made so, and does not stay", async () => {
    const made = await node("echo no permission >&2; exit 32");
    expect((await made.run(document)).code).toBe(244);
    expect((await made.result())?.detail).toBe(
      "'own' (unmanagedFileSystems) cannot be made read-only: no permission",
    );
    expect(existsSync(join(made.root, "mounted"))).toBe(false);
  });
});

describe.each(shells)("in %s, the cache of a container", (_name, shell) => {
  it("goes where the job says, into a folder of the run, and is gone after it, or after a later one", async () => {
    const node = await nodes(shell);
    await node.mountEverywhere("afs");
    const seen = '"$FAKE_NODES/seen"';
    await node.program(
      "blobfuse2",
      `#!/bin/sh\nfor w; do case $w in --*-path=*) echo "\${w%/*}" >>${seen}; mkdir "\${w#*=}" || exit; touch "\${w#*=}/block" ;; esac; done\necho "$*" >>${seen}\n`,
    );
    await node.program("umount", "#!/bin/sh\n");
    const cache = join(node.root, "disk/cache");
    await mkdir(join(cache, "killed"), { recursive: true });
    await mkdir(node.path(0, "shared/LS_root/launch/killed-1"), { recursive: true });
    await writeFile(node.path(0, "shared/LS_root/launch/killed-1/caches"), `${cache}/killed\n`);
    const { document, secrets } = jobWithSecrets({
      customToolkitSettings: { commandLine: `ls "${cache}"` },
      mountVolumes: {
        azureBlobFileSystems: [
          blob("plain"),
          blob("files", { fileCache: { path: cache, timeoutInSeconds: 5 } }),
          blob("blocks", { blockCache: { path: join(node.root, "disk/blocks") }, readOnly: true }),
        ],
      },
    });
    expect((await node.run(document, secrets)).code).toBe(0);
    const said = (await readFile(join(node.root, "seen"), "utf8")).split("\n");
    expect(said.filter((line) => line.startsWith("--"))).toEqual([
      expect.stringMatching(/^--tmp-path=.*\/shared\/LS_root\/launch\//),
      `--tmp-path=${cache}`,
      `--block-cache-path=${join(node.root, "disk/blocks")}`,
    ]);
    expect(said).toContainEqual(expect.stringMatching(/ -o allow_other --file-cache-timeout=5$/));
    expect(said).toContainEqual(expect.stringMatching(/ -o allow_other --block-cache --read-only$/));
    expect(await readdir(cache)).toEqual([]);
    expect(await readdir(join(node.root, "disk/blocks"))).toEqual([]);
  });
});

describe.each(shells)("in %s, a file server", (_name, shell) => {
  const served = (more: object = {}) => {
    const id =
      "/subscriptions/s/resourceGroups/lab/providers/Microsoft.BatchAI/workspaces/research/fileServers/nfs";
    const mount = { fileServer: { id }, relativeMountPath: "nfs", sourceDirectory: "digits", ...more };
    const document = job({
      customToolkitSettings: { commandLine: 'cp "$FAKE_NODES/mounted" "$FAKE_NODES/seen"' },
      mountVolumes: { fileServers: [mount] },
    });
    return {
      ...document,
      exports: [{ key: id.toLowerCase(), source: "10.0.0.4:/data", subnetId: "/subnets/a" }],
    };
  };
  async function node(mount: string) {
    const made = await nodes(shell);
    await made.mountEverywhere("afs");
    await made.program("mount", `#!/bin/sh\n${mount}\n`);
    await made.program("umount", '#!/bin/sh\nrm "$FAKE_NODES/mounted"\n');
    return made;
  }

  it.skipIf(hidesMount(shell))(
    "row 61: is mounted by its private address, and unmounted at the end",
    async () => {
      const made = await node('echo "$*" >"$FAKE_NODES/mounted"');
      expect((await made.run(served({ mountOptions: "-o hard -o timeo=600" }))).code).toBe(0);
      const path = made.path(0, "shared/LS_root/jobs/research/digits/mnist/mounts/nfs");
      expect(await readFile(join(made.root, "seen"), "utf8")).toBe(
        `-t nfs -o vers=4.1,hard,timeo=600 10.0.0.4:/data/digits ${path}\n`,
      );
      expect(existsSync(join(made.root, "mounted"))).toBe(false);
      expect(existsSync(path)).toBe(false);
    },
  );
});

const shellOfMatrix = shells.find(([, shell]) => !hidesMount(shell));

/** What the programs say, word for word, when a thing is missing, a key or address is refused, or nobody answers. */
const said = {
  azureFileShares: {
    missing: "mount error(2): No such file or directory",
    denied: "mount error(13): Permission denied",
    slow: "mount error(115): Operation now in progress",
  },
  azureBlobFileSystems: {
    missing: "Error: [failed to mount: container does not exist]",
    denied: "Error: [failed to authenticate credentials for azstorage]",
    slow: "Error: [context deadline exceeded]",
  },
  fileServers: {
    missing: "mount.nfs: mounting 10.0.0.4:/data failed, reason given by server: No such file or directory",
    denied: "mount.nfs: access denied by server while mounting 10.0.0.4:/data",
    slow: "mount.nfs: Connection timed out",
  },
  unmanagedFileSystems: { missing: "no such export", denied: "not allowed", slow: "timed out" },
} as const;
type Kind = keyof typeof said;

const named: Readonly<Record<Kind, { code: string; exit: number; thing: RegExp }>> = {
  azureFileShares: {
    code: "AZFMountError",
    exit: 242,
    thing: /^file share \/\/datastore\.file\.core\.windows\.net\/logs: /,
  },
  azureBlobFileSystems: {
    code: "BFSMountError",
    exit: 243,
    thing: /^container digits of account datastore: /,
  },
  fileServers: { code: "JobLaunchFailed", exit: 244, thing: /^file server 10\.0\.0\.4:\/data: / },
  unmanagedFileSystems: {
    code: "JobLaunchFailed",
    exit: 244,
    thing: /^the mount command of 'own' \(unmanagedFileSystems\) failed: /,
  },
};

describe.skipIf(shellOfMatrix === undefined)("every kind of mount of a job", () => {
  const serverId =
    "/subscriptions/s/resourceGroups/lab/providers/Microsoft.BatchAI/workspaces/research/fileServers/nfs";
  const volumes: Readonly<Record<Kind, object>> = {
    azureFileShares: { azureFileShares: [share("logs")] },
    azureBlobFileSystems: { azureBlobFileSystems: [blob("data")] },
    fileServers: { fileServers: [{ fileServer: { id: serverId }, relativeMountPath: "nfs" }] },
    unmanagedFileSystems: { unmanagedFileSystems: [{ mountCommand: "mount-own", relativeMountPath: "own" }] },
  };
  const cases = (Object.keys(said) as Kind[]).flatMap((kind) =>
    (["ok", "missing", "denied", "slow"] as const).map((state) => [kind, state] as const),
  );

  it.each(cases)(
    "%s that is %s: code, the thing by its name, and nothing that stays",
    async (kind, state) => {
      const node = await nodes(shellOfMatrix?.[1] ?? []);
      await node.mountEverywhere("afs");
      const program = {
        azureFileShares: "mount",
        azureBlobFileSystems: "blobfuse2",
        fileServers: "mount",
        unmanagedFileSystems: "mount-own",
      }[kind];
      await node.program(
        program,
        state === "ok"
          ? '#!/bin/sh\ntouch "$FAKE_NODES/mounted"\n'
          : `#!/bin/sh\necho '${said[kind][state]}' >&2; exit 32\n`,
      );
      await node.program("mountpoint", '#!/bin/sh\n[ -e "$FAKE_NODES/mounted" ]\n');
      await node.program("umount", '#!/bin/sh\nrm "$FAKE_NODES/mounted"\n');
      const { document, secrets } = jobWithSecrets({
        mountVolumes: volumes[kind],
        customToolkitSettings: { commandLine: "true" },
      });
      const exports = [{ key: serverId.toLowerCase(), source: "10.0.0.4:/data", subnetId: "/subnets/a" }];
      const { code } = await node.run({ ...document, exports }, secrets);
      const result = await node.result();
      if (state === "ok") expect([code, result?.outcome]).toEqual([0, "exited"]);
      else {
        const { exit, thing } = named[kind];
        expect([code, result?.detail]).toEqual([exit, expect.stringMatching(thing)]);
        expect(result?.detail).toContain(said[kind][state]);
        const run = { losses: document.losses, terminateRequested: false };
        const outcome = decideOutcome(run, {
          kind: "taskCompleted",
          task: { exitCode: code, launcher: result },
        });
        expect(outcome).toMatchObject({ kind: "failed", errors: [{ code: named[kind].code }] });
      }
      expect(existsSync(join(node.root, "mounted"))).toBe(false);
      expect(existsSync(node.path(0, "shared/LS_root/jobs/research"))).toBe(false);
      expect(await readdir(node.path(0, "machine/run/batchai")).catch(() => [])).toEqual([]);
    },
  );
});
