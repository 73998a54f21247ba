// What a file server's machine runs at its first boot: the script under stand-ins for the programs of a machine, in a folder that
// stands for its root, and the cloud-init configuration that brings it there.
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { cloudConfig } from "../../../services/azure/file-servers/bodies.ts";

const script = readFileSync("node/file-server/setup.sh", "utf8");
let root = "";

/** Each says what it was called with; `blkid` and `mountpoint` know what was made. */
const programs: Readonly<Record<string, string>> = {
  "apt-get": "",
  mdadm:
    'case $1 in --detail) [ "$2" = --scan ] && echo "ARRAY /dev/md/data" && exit 0; [ -e "$R/array" ]; exit ;; --assemble) exit 1 ;; --create) : >"$R/array" ;; esac',
  "mkfs.xfs": ': >"$R/made"',
  blkid: 'case $4 in TYPE) [ ! -e "$R/made" ] || echo xfs ;; UUID) echo 1-2-3 ;; esac',
  mountpoint: '[ -e "$R/mounted" ]',
  mount: ': >"$R/mounted"',
  "update-initramfs": "",
  systemctl: "",
  exportfs: "",
};

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "file-server-"));
  mkdirSync(join(root, "bin"));
  for (const [name, text] of Object.entries(programs)) program(name, text);
  for (const folder of ["etc/mdadm", "dev/disk/azure/scsi1"])
    mkdirSync(join(root, folder), { recursive: true });
  writeFileSync(join(root, "etc/fstab"), "UUID=0 / ext4 defaults 0 1\n");
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function program(name: string, text: string): void {
  const file = join(root, "bin", name);
  writeFileSync(file, `#!/bin/sh\necho "${name} $*" >>"$R/calls"\n${text}\n`);
  chmodSync(file, 0o755);
}

function disks(count: number, below = "dev/disk/azure/scsi1/lun"): void {
  mkdirSync(dirname(join(root, `${below}0`)), { recursive: true });
  for (let lun = 0; lun < count; lun += 1) {
    writeFileSync(join(root, `sd${lun}`), "");
    symlinkSync(join(root, `sd${lun}`), join(root, `${below}${lun}`));
    symlinkSync(join(root, `sd${lun}`), join(root, `${below}${lun}-part1`));
  }
}

function run(shell = ["/bin/sh"]) {
  const [program = "", ...words] = shell;
  const { status } = spawnSync(program, [...words, "node/file-server/setup.sh"], {
    env: {
      PATH: `${join(root, "bin")}:/usr/bin:/bin`,
      FILE_SERVER_ROOT: root,
      FILE_SERVER_PAUSE: "0",
      R: root,
    },
  });
  const text = (file: string) => (existsSync(join(root, file)) ? readFileSync(join(root, file), "utf8") : "");
  return { status, text, calls: text("calls").split("\n"), log: text("var/log/openbatchai-file-server.log") };
}

describe("the script of a file server's machine", () => {
  it.each(["sh", "bash", "dash"])("is a script that %s reads", (shell) => {
    expect(spawnSync(shell, ["-n", "node/file-server/setup.sh"]).status).toBe(0);
  });

  it("row 56: makes one striped file system of several disks, and exports it by NFS 4 only", () => {
    disks(2);
    const { status, text, calls } = run();
    expect(status).toBe(0);
    expect(calls).toContain(
      `mdadm --create /dev/md/data --run --level=0 --raid-devices=2 ${join(root, "sd0")} ${join(root, "sd1")}`,
    );
    expect(calls).toContain("mkfs.xfs /dev/md/data");
    expect(text("etc/fstab").split("\n")[1]).toBe(
      "UUID=1-2-3 /data xfs defaults,nofail,x-systemd.device-timeout=120 0 2",
    );
    expect(text("etc/mdadm/mdadm.conf")).toBe("ARRAY /dev/md/data\n");
    expect(text("etc/exports")).toBe("/data *(rw,sync,no_subtree_check,no_root_squash)\n");
    expect(text("etc/nfs.conf.d/openbatchai.conf")).toContain("vers3=n\nvers4=y\nvers4.0=n\nvers4.1=y\n");
    expect(statSync(join(root, "data")).mode & 0o777).toBe(0o777);
    expect(existsSync(join(root, "var/lib/openbatchai/exported"))).toBe(true);
  });

  it.each(["dev/disk/azure/scsi1/lun", "dev/disk/azure/data/by-lun/"])(
    "takes a single disk as it is, at %s",
    (below) => {
      disks(1, below);
      const { status, calls } = run();
      expect(status).toBe(0);
      expect(calls).toContain(`mkfs.xfs ${join(root, "sd0")}`);
      expect(calls.some((call) => call.startsWith("mdadm"))).toBe(false);
    },
  );

  it("formats nothing twice, and changes nothing when it runs again", () => {
    disks(2);
    run();
    const before = ["etc/fstab", "etc/exports"].map((file) => readFileSync(join(root, file), "utf8"));
    const { status, calls, text } = run();
    expect(status).toBe(0);
    for (const once of ["mkfs.xfs", "mdadm --create", "mount "])
      expect(
        calls.filter((call) => call.startsWith(once)),
        once,
      ).toHaveLength(1);
    expect(["etc/fstab", "etc/exports"].map(text)).toEqual(before);
  });

  it("waits for a mirror that does not answer at first", () => {
    disks(1);
    program("apt-get", '[ "$(grep -c apt-get "$R/calls")" -gt 3 ]');
    expect(run().status).toBe(0);
  });

  it.each<[string, () => void, RegExp]>([
    ["no disk", () => undefined, /the machine has no data disk/],
    ["no packages", () => (disks(1), program("apt-get", "exit 100")), /packages .* could not be installed/],
    ["no array", () => (disks(2), program("mdadm", "exit 1")), /the 2 disks could not be striped/],
    ["no file system", () => (disks(1), program("mkfs.xfs", "exit 1")), /no file system could be made/],
    ["no mount", () => (disks(1), program("mount", "exit 1")), /\/data could not be mounted/],
    ["no server", () => (disks(1), program("systemctl", "[ $1 != restart ]")), /NFS server does not start/],
    ["no export", () => (disks(1), program("exportfs", "exit 1")), /could not be exported/],
  ])("with %s says so, and exports nothing", (_what, arrange, words) => {
    arrange();
    const { status, log } = run();
    expect(status).toBe(1);
    expect(log).toMatch(words);
    expect(existsSync(join(root, "var/lib/openbatchai/exported"))).toBe(false);
  });
});

describe("the configuration for cloud-init", () => {
  it("is YAML that writes the script and runs it, whatever is in the script", () => {
    const text = cloudConfig(`${script}# "quotes": {braces}, umlauts äöü, \t tabs\n`);
    expect(text.startsWith("#cloud-config\n")).toBe(true);
    const config = parse(text) as {
      write_files: { path: string; permissions: string; encoding: string; content: string }[];
      runcmd: string[][];
    };
    const [file] = config.write_files;
    expect(file).toMatchObject({ permissions: "0755", encoding: "b64" });
    expect(Buffer.from(file?.content ?? "", "base64").toString()).toContain("umlauts äöü");
    expect(config.runcmd).toEqual([[file?.path]]);
    // Azure takes 64 KB of custom data.
    expect(Buffer.byteLength(text)).toBeLessThan(65_536);
  });
});
