// The key that the nodes of a cluster share, with the real OpenSSH: the service makes it, the node setup puts it in place, a
// real server lets the one in that has it. Skipped where there is no ssh server.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { userInfo } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { nodeKeySecrets } from "../../../domain/launch/node-account.ts";
import { renderSetupPlan, renderSetupSecrets, setupFiles } from "../../../domain/launch/setup.ts";
import { adminPasswordSecret } from "../../../domain/shared/user-account.ts";
import { sshKeyPairs } from "../../../services/azure/ssh-key-pairs.ts";
import { cluster } from "../../unit/domain/samples.ts";
import { giveNodeKey, nodeSetupText, sealer } from "./emulated-nodes.ts";

const sshd = ["/usr/sbin/sshd", "/usr/bin/sshd"].find(existsSync);
const hasSsh = sshd !== undefined && existsSync("/usr/bin/ssh-keygen") && existsSync("/usr/bin/ssh");

let root: string;
beforeEach(async () => {
  // Not in the temp folder of all: sshd wants nobody else to be able to write above its files.
  root = await mkdtemp(join(userInfo().homedir, ".batchai-ssh-"));
});
afterEach(() => rm(root, { recursive: true, force: true }));

/** The node setup on a folder, as a node of a cluster with these keys. */
async function setUpNode(keys: { readonly privateKey: string; readonly publicKey: string }): Promise<void> {
  const document = cluster();
  const secrets = new Map([
    [nodeKeySecrets.publicKey, keys.publicKey],
    [adminPasswordSecret, "hunter2"],
  ]);
  const wd = join(root, "wd");
  await mkdir(wd);
  await mkdir(join(root, "mounts"));
  await giveNodeKey(join(root, "machine"), keys.privateKey);
  await writeFile(join(wd, setupFiles.script), await nodeSetupText());
  const counters = { endpoint: "file:/nowhere", intervalSeconds: 60 };
  await writeFile(join(wd, setupFiles.plan), renderSetupPlan(document, secrets, counters));
  await writeFile(
    join(wd, setupFiles.secrets),
    sealer.seal(keys.privateKey, renderSetupSecrets(document, secrets)),
  );
  const done = spawnSync("/bin/sh", [setupFiles.script], {
    cwd: wd,
    encoding: "utf8",
    env: {
      PATH: "/usr/bin:/bin",
      AZ_BATCH_NODE_SHARED_DIR: join(root, "shared"),
      AZ_BATCH_NODE_MOUNTS_DIR: join(root, "mounts"),
      BATCHAI_NODE_FILES: join(root, "machine"),
    },
  });
  expect(done).toMatchObject({ status: 0, stderr: "" });
}

/** The command that serves one connection on its standard input and output: no port that others might take. */
async function serverCommand(): Promise<string> {
  const made = spawnSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", join(root, "host")]);
  expect(made.status).toBe(0);
  if (userInfo().uid === 0) await mkdir("/run/sshd", { recursive: true });
  const settings = {
    HostKey: join(root, "host"),
    AuthorizedKeysFile: join(root, "machine/root/.ssh/authorized_keys"),
    PasswordAuthentication: "no",
    KbdInteractiveAuthentication: "no",
    UsePAM: "no",
    PermitRootLogin: "prohibit-password",
    StrictModes: "no",
  };
  const options = Object.entries(settings).map(([name, value]) => `-o ${name}=${value}`);
  return [sshd, "-i", "-f", "/dev/null", ...options].join(" ");
}

function run(server: string, key: string, command: string) {
  const options = [
    `ProxyCommand=${server}`,
    "BatchMode=yes",
    "StrictHostKeyChecking=no",
    "UserKnownHostsFile=/dev/null",
    "LogLevel=ERROR",
  ];
  return spawnSync(
    "ssh",
    [
      ...["-F", "/dev/null", "-n", "-i", key, "-o", "IdentitiesOnly=yes"],
      ...options.flatMap((option) => ["-o", option]),
      `${userInfo().username}@node`,
      command,
    ],
    { encoding: "utf8", timeout: 20_000 },
  );
}

describe.skipIf(!hasSsh)("the nodes' key (needs OpenSSH's client and server)", () => {
  it("is a pair that OpenSSH reads", async () => {
    for (let round = 0; round < 5; round++) {
      const { privateKey, publicKey } = await sshKeyPairs().create("lab");
      const file = join(root, `key${round}`);
      await writeFile(file, privateKey, { mode: 0o600 });
      const derived = spawnSync("ssh-keygen", ["-y", "-f", file], { encoding: "utf8" });
      expect(derived).toMatchObject({ status: 0, stdout: expect.stringMatching(/\n$/) });
      expect(publicKey).toBe(`${derived.stdout.trim().split(" ").slice(0, 2).join(" ")} lab`);
    }
  });

  it("lets one node run a command on another without being asked, and nobody else", async () => {
    const keys = await sshKeyPairs().create("lab");
    await setUpNode(keys);
    const server = await serverCommand();
    const key = join(root, "machine/root/.ssh/batchai_nodes");
    expect(run(server, key, "echo $((6 * 7))")).toMatchObject({ status: 0, stdout: "42\n" });
    const other = join(root, "other");
    await writeFile(other, (await sshKeyPairs().create("x")).privateKey, { mode: 0o600 });
    expect(run(server, other, "true")).toMatchObject({
      status: 255,
      stderr: expect.stringContaining("Permission denied") as string,
    });
  });

  it("is offered to private addresses only", async () => {
    await setUpNode(await sshKeyPairs().create("lab"));
    const config = join(root, "machine/root/.ssh/config");
    expect(await readFile(config, "utf8")).toContain("batchai_nodes");
    const resolved = (host: string) =>
      spawnSync("ssh", ["-G", "-F", config, host], { encoding: "utf8" }).stdout;
    for (const host of ["10.0.0.4", "172.16.0.4", "172.31.9.9", "192.168.1.1", "100.64.0.4", "100.127.9.9"]) {
      expect(resolved(host), host).toMatch(/^identityfile .*batchai_nodes$/m);
      expect(resolved(host), host).toMatch(/^stricthostkeychecking (no|false)$/m);
    }
    for (const host of [
      "github.com",
      "172.40.0.1",
      "172.15.0.1",
      "172.32.0.1",
      "100.63.0.1",
      "100.128.0.1",
      "20.1.2.3",
    ])
      expect(resolved(host), host).not.toContain("batchai_nodes");
  });
});
