// Who the ssh server of a node lets in once the node setup has run: by shims for the server and the client, and, where OpenSSH is
// installed, by what the real server makes of the rules.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { nodeKeySecrets } from "../../../domain/launch/node-account.ts";
import { renderSetupPlan, renderSetupSecrets, setupFiles } from "../../../domain/launch/setup.ts";
import { adminPasswordSecret } from "../../../domain/shared/user-account.ts";
import { cluster } from "../../unit/domain/samples.ts";
import { giveNodeKey, nodeKey, nodeSetupText, sealer, shells } from "./emulated-nodes.ts";

const includes = "Include /etc/ssh/sshd_config.d/*.conf\nPermitRootLogin no\nPasswordAuthentication no\n";
const password = `hunter2'"$(touch pwned)`;
let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "batchai-logins-"));
  for (const folder of ["shared", "wd", "bin", "machine/etc/ssh", "machine/usr/sbin", "machine/usr/bin"])
    await mkdir(join(root, folder), { recursive: true });
  await giveNodeKey(join(root, "machine"));
  await program("bin/hostname", "echo 172.40.0.1 fe80::1 10.1.2.3");
  await program("bin/sleep", `echo "$1" >>"${root}/slept"`);
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function program(path: string, text: string): Promise<void> {
  await writeFile(join(root, path), `#!/bin/sh\n${text}\n`);
  await chmod(join(root, path), 0o755);
}
const machine = (path: string) => readFile(join(root, "machine", path), "utf8");
const peersFile = "etc/ssh/sshd_config.d/00-batchai-peers.conf";
const adminFile = "etc/ssh/sshd_config.d/00-batchai-admin.conf";

/** A server that lets root in, or passwords, once a rule anywhere in its configuration says so; and a client that asks it. */
async function image(options: { readonly config?: string; readonly obeys?: boolean } = {}): Promise<void> {
  const etc = join(root, "machine/etc/ssh");
  await writeFile(join(etc, "sshd_config"), options.config ?? includes);
  const says = (words: string) =>
    options.obeys === false
      ? "false"
      : `cat ${etc}/sshd_config ${etc}/sshd_config.d/* 2>/dev/null | grep -q '${words}'`;
  await program(
    "machine/usr/sbin/sshd",
    `case $1 in -T) ${says("^  PasswordAuthentication yes")} && echo PasswordAuthentication yes || echo passwordauthentication no ;; esac`,
  );
  await program("machine/usr/sbin/chpasswd", `cat >>"${root}/passwords"`);
  await program("machine/usr/bin/systemctl", `echo "$@" >>"${root}/reloads"`);
  await program(
    "bin/ssh",
    `echo "$@" >>"${root}/logins"; ${says("^  PermitRootLogin prohibit-password")} || { echo "root@10.1.2.3: Permission denied (publickey)." >&2; exit 255; }`,
  );
}

async function setUp(shell: readonly string[] = ["/bin/sh"], properties: object = {}) {
  const user = { adminUserName: "ada", adminUserPassword: password };
  const document = cluster({ userAccountSettings: user, ...properties });
  const secrets = new Map([
    [nodeKeySecrets.publicKey, "ssh-rsa AAAA batchai"],
    [adminPasswordSecret, password],
  ]);
  const counters = { endpoint: "file:/nowhere", intervalSeconds: 60 };
  const wd = join(root, "wd");
  await writeFile(join(wd, setupFiles.script), await nodeSetupText());
  await writeFile(join(wd, setupFiles.plan), renderSetupPlan(document, secrets, counters));
  await writeFile(join(wd, setupFiles.secrets), sealer.seal(nodeKey, renderSetupSecrets(document, secrets)));
  const [program = "/bin/sh", ...args] = shell;
  const { status, stderr } = spawnSync(program, [...args, setupFiles.script], {
    cwd: wd,
    encoding: "utf8",
    env: {
      PATH: `${join(root, "bin")}:/usr/bin:/bin`,
      AZ_BATCH_NODE_ID: "tvm-1",
      AZ_BATCH_NODE_SHARED_DIR: join(root, "shared"),
      BATCHAI_NODE_FILES: join(root, "machine"),
    },
  });
  return { status, stderr };
}

// busybox runs its own `hostname` and `sleep`, whatever is on the PATH; no machine with it has an ssh server's folders.
const withShims = shells.filter(([name]) => name !== "busybox");
describe.each(withShims)("logins between the nodes of a cluster, in %s", (_name, shell) => {
  it("are tried at the node's private address, and allowed where the image refuses root", async () => {
    await image();
    expect(await setUp(shell)).toEqual({ status: 0, stderr: "" });
    expect(await machine(peersFile)).toBe(
      "Match User root Address 10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,100.64.0.0/10\n" +
        "  PermitRootLogin prohibit-password\n  PubkeyAuthentication yes\n",
    );
    expect(await readFile(join(root, "logins"), "utf8")).toContain("BatchMode=yes");
    expect(await readFile(join(root, "logins"), "utf8")).toContain("root@10.1.2.3 true");
    expect(await readFile(join(root, "reloads"), "utf8")).toContain("reload ssh\n");
  });

  it("are left as the image has them where they work", async () => {
    await image({
      config: `${includes}Match User root\n  PermitRootLogin prohibit-password\n  PasswordAuthentication yes\n`,
    });
    expect(await setUp(shell)).toEqual({ status: 0, stderr: "" });
    expect(existsSync(join(root, "machine", peersFile))).toBe(false);
    expect(existsSync(join(root, "reloads"))).toBe(false);
  });

  it("stop the node with what to do when the server refuses all the same", async () => {
    await image({ obeys: false });
    const { status, stderr } = await setUp(shell);
    expect(status).toBe(1);
    expect(stderr).toContain("does not let 'root' in from node to node");
    expect(stderr).toContain("Permission denied (publickey)");
    expect(stderr).toContain("PermitRootLogin prohibit-password");
  });

  it("wait for a server that is only starting", async () => {
    await image();
    await program(
      "bin/ssh",
      `echo >>"${root}/logins"; [ "$(wc -l <"${root}/logins")" -gt 2 ] || { echo "connect: Connection refused" >&2; exit 255; }`,
    );
    expect(await setUp(shell)).toEqual({ status: 0, stderr: "" });
    expect(await readFile(join(root, "slept"), "utf8")).toBe("2\n2\n");
    expect(existsSync(join(root, "machine", peersFile))).toBe(false);
  });
});

describe("the rules of an ssh server", () => {
  it("go to the end of the file, once, where no folder of rules is read", async () => {
    await image({ config: "PermitRootLogin no" });
    for (let boot = 0; boot < 2; boot++) expect(await setUp()).toEqual({ status: 0, stderr: "" });
    const config = await machine("etc/ssh/sshd_config");
    expect(config.startsWith("PermitRootLogin no\n")).toBe(true);
    expect(config.match(/^Match User root /gm)).toHaveLength(1);
    expect(config.match(/^Match User ada$/gm)).toHaveLength(1);
  });

  it("that the server cannot read stop the node with the server's words", async () => {
    await image();
    await program(
      "machine/usr/sbin/sshd",
      'case $1 in -t) echo "Bad configuration option: Match" >&2; exit 255 ;; esac',
    );
    expect(await setUp()).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("Bad configuration option: Match") as string,
    });
  });
});

describe("the admin user's password", () => {
  it("is set as it was given, without being run or left in a file, and lets in", async () => {
    await image();
    expect(await setUp()).toEqual({ status: 0, stderr: "" });
    expect(await readFile(join(root, "passwords"), "utf8")).toBe(`ada:${password}\n`);
    expect(await machine(adminFile)).toBe("Match User ada\n  PasswordAuthentication yes\n");
    expect(existsSync(join(root, "wd/pwned"))).toBe(false);
    expect(await readFile(join(root, "wd", setupFiles.plan), "utf8")).not.toContain("hunter2");
  });

  it("is no reason to allow passwords where only a key was given", async () => {
    await image();
    const user = { adminUserName: "ada", adminUserSshPublicKey: "ssh-rsa AAAAB3NzaC1yc2E= ada@home" };
    expect(await setUp(["/bin/sh"], { userAccountSettings: user })).toEqual({ status: 0, stderr: "" });
    expect(existsSync(join(root, "machine", adminFile))).toBe(false);
    expect(existsSync(join(root, "passwords"))).toBe(false);
  });
});

const sshd = ["/usr/sbin/sshd", "/usr/bin/sshd"].find(existsSync);
/** Debian makes it when the service starts; without it sshd reads no rules. */
const canRead = sshd !== undefined && existsSync("/run/sshd");
describe.skipIf(!canRead)("the rules, as the real OpenSSH reads them", () => {
  it("open passwords for the admin alone, and root's key for private addresses alone", async () => {
    await image();
    await setUp();
    const key = join(root, "host");
    expect(spawnSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key]).status).toBe(0);
    const config = join(root, "sshd_config");
    const lines = [`HostKey ${key}`, `Include ${join(root, "machine/etc/ssh/sshd_config.d")}/*.conf`];
    await writeFile(config, [...lines, "PermitRootLogin no", "PasswordAuthentication no", ""].join("\n"));
    const effective = (user: string, address: string) =>
      spawnSync(sshd ?? "", ["-T", "-f", config, "-C", `user=${user},host=x,addr=${address}`], {
        encoding: "utf8",
      }).stdout;
    expect(effective("ada", "203.0.113.1")).toMatch(/^passwordauthentication yes$/m);
    expect(effective("root", "203.0.113.1")).toMatch(/^permitrootlogin no$/m);
    expect(effective("root", "10.1.2.3")).toMatch(/^permitrootlogin (?:without|prohibit)-password$/m);
    expect(effective("root", "10.1.2.3")).toMatch(/^passwordauthentication no$/m);
  });
});
