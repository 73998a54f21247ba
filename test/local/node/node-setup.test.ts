// What a node does when it boots, run for real as Batch would run it as a start task, on a folder that stands for a machine.
import { spawnSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { newCluster } from "../../../domain/cluster/rules.ts";
import type { ClusterDocument } from "../../../domain/cluster/schema.ts";
import { ClusterRequest } from "../../../domain/cluster/schema.ts";
import {
  renderSetupPlan,
  renderSetupSecrets,
  setupCommand,
  setupFiles,
} from "../../../domain/launch/setup.ts";
import { nodeKeySecrets } from "../../../domain/launch/node-account.ts";
import { parse } from "../../../domain/shared/parse.ts";
import type { SecretValues } from "../../../domain/shared/secrets.ts";
import {
  blob,
  clusterBody,
  clusterGuid,
  clusterName,
  now,
  share,
  givenValues,
} from "../../unit/domain/samples.ts";
import { giveNodeKey, nodeKey, nodeSetupText, sealer, shells } from "./emulated-nodes.ts";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "batchai-setup-"));
  for (const folder of ["shared", "startup/wd", "mounted"])
    await mkdir(join(root, folder), { recursive: true });
  await mkdir(join(root, "fsmounts"));
  await giveNodeKey(join(root, "machine"));
  await symlink(join(root, "mounted"), join(root, "fsmounts/logs"));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const counters = { endpoint: "https://counters.example/v2/track", intervalSeconds: 60 };
const trap = 'it\'s $(touch pwned) "x"\nline two';

interface Made {
  readonly document: ClusterDocument;
  readonly secrets: SecretValues;
}

function clusterWith(properties: object): Made {
  const made = newCluster(clusterName, clusterGuid, parse(ClusterRequest, clusterBody(properties)), now);
  return { ...made, secrets: givenValues(made.secrets) };
}

const withSetup = (
  commandLine: string,
  more: object = {},
  mounts: object = { azureFileShares: [share("logs")] },
) =>
  clusterWith({
    nodeSetup: {
      mountVolumes: mounts,
      setupTask: {
        commandLine,
        stdOutErrPathPrefix: "$AZ_BATCHAI_MOUNT_ROOT/logs",
        environmentVariables: [
          { name: "TEXT", value: trap },
          { name: "PATH", value: "/nowhere:/usr/bin:/bin" },
        ],
        ...more,
      },
    },
  });

async function run(
  { document, secrets }: Made,
  shell: readonly string[] = ["/bin/sh"],
  mounts: Record<string, string> = { AZ_BATCH_NODE_MOUNTS_DIR: join(root, "fsmounts") },
) {
  const wd = join(root, "startup/wd");
  await writeFile(join(wd, setupFiles.script), await nodeSetupText());
  await writeFile(join(wd, setupFiles.plan), renderSetupPlan(document, secrets, counters));
  await writeFile(join(wd, setupFiles.secrets), sealer.seal(nodeKey, renderSetupSecrets(document, secrets)));
  expect(setupCommand).toBe(`/bin/sh ${setupFiles.script}`);
  const [program = "/bin/sh", ...args] = shell;
  return spawnSync(program, [...args, setupFiles.script], {
    cwd: wd,
    encoding: "utf8",
    env: {
      PATH: "/usr/bin:/bin",
      AZ_BATCH_NODE_ID: "tvm-1",
      AZ_BATCH_NODE_SHARED_DIR: join(root, "shared"),
      ...mounts,
      BATCHAI_NODE_FILES: join(root, "machine"),
    },
  });
}
const log = ({ document }: Made, name: string) =>
  readFile(join(root, "mounted", document.spec.setupTask?.stdOutErrPathSuffix ?? "", name), "utf8");
const machine = (path: string) => readFile(join(root, "machine", path), "utf8");
const modeOf = async (path: string) => ((await stat(join(root, "machine", path))).mode & 0o777).toString(8);

describe.each([
  ["a file share", { azureFileShares: [share("logs")] }],
  ["a container", { azureBlobFileSystems: [blob("logs")] }],
])("a setup task whose logs go to %s", (_what, mounts) => {
  it("gets its variables and leaves its output per node", async () => {
    const made = withSetup('printf "%s" "$TEXT"; env | grep ^U_ >&2; env | grep -c setup_ >&2', {}, mounts);
    expect(await run(made)).toMatchObject({ status: 1, stdout: "" });
    expect(await log(made, "stdout-tvm-1.txt")).toBe(trap);
    expect(await log(made, "stderr-tvm-1.txt")).toBe("0\n");
    expect(existsSync(join(root, "startup/wd/pwned"))).toBe(false);
  });

  it("runs again on the same node", async () => {
    const made = withSetup("echo once", {}, mounts);
    expect((await run(made)).status).toBe(0);
    expect((await run(made)).status).toBe(0);
    expect(await log(made, "stdout-tvm-1.txt")).toBe("once\n");
  });
});

describe("the secrets of a setup task", () => {
  const token = `s3cr3t ${trap}`;
  const made = () => withSetup('printf "%s" "$TOKEN"', { secrets: [{ name: "TOKEN", value: token }] });

  it("reach it as variables and are gone from the node's disk before it runs", async () => {
    expect((await run(made())).status).toBe(0);
    expect(await log(made(), "stdout-tvm-1.txt")).toBe(token);
    expect(existsSync(join(root, "startup/wd", setupFiles.secrets))).toBe(false);
  });

  it("are in no plan", () => {
    const { document, secrets } = made();
    expect([...secrets.values()]).toContain(token);
    expect(renderSetupPlan(document, secrets, counters)).not.toContain("s3cr3t");
  });

  /** The same node once more, with this as its secrets file. */
  const restart = (secretsFile: string, path = process.env["PATH"]) => {
    const wd = join(root, "startup/wd");
    writeFileSync(join(wd, setupFiles.secrets), secretsFile);
    return spawnSync("/bin/sh", [setupFiles.script], {
      cwd: wd,
      encoding: "utf8",
      env: {
        PATH: path,
        AZ_BATCH_NODE_SHARED_DIR: join(root, "shared"),
        BATCHAI_NODE_FILES: join(root, "machine"),
      },
    });
  };

  it("that arrive cut off stop the node", async () => {
    const cut = made();
    await run(cut);
    const text = sealer.seal(nodeKey, renderSetupSecrets(cut.document, cut.secrets));
    expect(restart(text.slice(0, -20))).toMatchObject({
      status: 1,
      stderr:
        "node-setup.sh: the secrets file cannot be opened: it is damaged, or sealed for another cluster\n",
    });
    expect(restart(sealer.seal(nodeKey, "secret_env 'TOKEN' 'x'\n"))).toMatchObject({
      status: 1,
      stderr: "node-setup.sh: the secrets file is cut off\n",
    });
  });

  it("that do not come again with a restart stop the node, which would otherwise run the task without them", async () => {
    await run(made());
    const wd = join(root, "startup/wd");
    const again = spawnSync("/bin/sh", [setupFiles.script], {
      cwd: wd,
      encoding: "utf8",
      env: {
        PATH: "/usr/bin:/bin",
        AZ_BATCH_NODE_SHARED_DIR: join(root, "shared"),
        BATCHAI_NODE_FILES: join(root, "machine"),
      },
    });
    expect(again).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/node-setup-secrets is missing.*reimage or remove the node/),
    });
  });

  it("that were sealed for another cluster are not run", async () => {
    await run(made());
    const pwned = join(root, "pwned");
    const others = sealer.seal(nodeKey.replace("AAAA", "BBBB"), `touch '${pwned}'\nsecrets_end\n`);
    expect(restart(others)).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("sealed for another cluster") as string,
    });
    expect(existsSync(pwned)).toBe(false);
  });

  it("that cannot be opened for want of the key or of openssl are told with what to do", async () => {
    await run(made());
    const text = sealer.seal(nodeKey, "secrets_end\n");
    await mkdir(join(root, "bin"));
    for (const name of ["cat", "rm", "mkdir"]) await symlink(`/bin/${name}`, join(root, "bin", name));
    expect(restart(text, join(root, "bin")).stderr).toContain("install it in the image");
    await rm(join(root, "machine/home"), { recursive: true });
    expect(restart(text).stderr).toContain("Azure Batch put no key into the home of the account");
  });
});

describe("a setup task that fails", () => {
  it("tells Batch its exit code and its last words", async () => {
    expect(await run(withSetup("echo no such driver >&2; exit 9"))).toMatchObject({
      status: 9,
      stderr: "the setup task exited with 9\nno such driver\n",
    });
  });

  it("says that its log folder cannot be made", async () => {
    expect(await run(withSetup("true", { stdOutErrPathPrefix: "/dev/null/x" }))).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("cannot create the setup task's log folder /dev/null/x/") as string,
    });
  });
});

describe.each(shells)("the accounts of a node, in %s", (_name, shell) => {
  const adminKey = "ssh-rsa AAAAB3NzaC1yc2E= ada@home";
  const user = { adminUserName: "ada", adminUserSshPublicKey: adminKey, adminUserPassword: "hunter2" };
  const made = (): Made => {
    const { document, secrets } = clusterWith({ userAccountSettings: user });
    const keys = [
      [nodeKeySecrets.privateKey, nodeKey],
      [nodeKeySecrets.publicKey, "ssh-rsa AAAA batchai"],
    ] as const;
    return { document, secrets: new Map([...secrets, ...keys]) };
  };

  it("let the admin user in by its key, once, beside the keys that are there", async () => {
    await mkdir(join(root, "machine/home/ada/.ssh"), { recursive: true });
    await writeFile(join(root, "machine/home/ada/.ssh/authorized_keys"), "ssh-rsa BBBB other");
    expect(await run(made(), shell)).toMatchObject({ status: 0, stderr: "" });
    expect(await run(made(), shell)).toMatchObject({ status: 0, stderr: "" });
    expect(await machine("home/ada/.ssh/authorized_keys")).toBe(`ssh-rsa BBBB other\n${adminKey}\n`);
    expect(await modeOf("home/ada/.ssh/authorized_keys")).toBe("600");
    expect(await modeOf("home/ada/.ssh")).toBe("700");
  });

  it("have one key for all nodes, which lets the user of the jobs from one to the other", async () => {
    for (let boot = 0; boot < 2; boot++) expect((await run(made(), shell)).status).toBe(0);
    expect(await machine("root/.ssh/authorized_keys")).toBe("ssh-rsa AAAA batchai\n");
    expect(await machine("root/.ssh/batchai_nodes")).toBe(nodeKey);
    expect(await modeOf("root/.ssh/batchai_nodes")).toBe("600");
    const config = await machine("root/.ssh/config");
    expect(config.match(/IdentityFile ~\/\.ssh\/batchai_nodes/g)).toHaveLength(1);
    expect(existsSync(join(root, "startup/wd", setupFiles.secrets))).toBe(false);
  });
});

it("a pool without mounts has an empty mount root", async () => {
  expect(await run(clusterWith({}), ["/bin/sh"], {})).toMatchObject({ status: 0, stdout: "", stderr: "" });
  expect((await stat(join(root, "shared/LS_root/mounts"))).isDirectory()).toBe(true);
});

it("a cluster without a setup task is ready at once", async () => {
  expect(await run(clusterWith({}))).toMatchObject({ status: 0, stdout: "", stderr: "" });
});

describe("file systems that the user mounts", () => {
  const made = (mountCommand: string, more: object = {}) =>
    withSetup(
      'cat "$AZ_BATCHAI_MOUNT_ROOT/own/word"',
      {},
      {
        azureFileShares: [share("logs")],
        unmanagedFileSystems: [{ mountCommand, relativeMountPath: "own", ...more }],
      },
    );
  /** Stand-ins: what the command filled counts as mounted. */
  async function bin() {
    const folder = join(root, "bin");
    await mkdir(folder, { recursive: true });
    await writeFile(
      join(folder, "mount-own"),
      '#!/bin/sh\n[ "$1" != fail ] || { echo refused >&2; exit 1; }\necho "$1" >>"$2/word"\n',
      { mode: 0o755 },
    );
    await writeFile(join(folder, "mountpoint"), '#!/bin/sh\n[ -e "$2/word" ]\n', { mode: 0o755 });
    return { AZ_BATCH_NODE_MOUNTS_DIR: join(root, "fsmounts"), PATH: `${folder}:/usr/bin:/bin` };
  }

  it("row 66: are there before the setup task, and mounted once a boot", async () => {
    const variables = await bin();
    for (let boot = 0; boot < 2; boot += 1)
      expect(await run(made("mount-own it\\'s"), ["/bin/sh"], variables)).toMatchObject({
        status: 0,
        stderr: "",
      });
    expect(await log(made("mount-own it\\'s"), "stdout-tvm-1.txt")).toBe("it's\n");
  });

  it("and cannot be mounted keep the node from being used, with the command's words", async () => {
    const ended = await run(made("mount-own fail"), ["/bin/sh"], await bin());
    expect(ended.status).toBe(1);
    expect(ended.stderr).toMatch(/mount command of 'own' \(unmanagedFileSystems\) failed: refused/);
    const nothing = await run(made("true"), ["/bin/sh"], await bin());
    expect(nothing.stderr).toMatch(/ended well and mounted nothing/);
  });

  it("that are to be read-only are made so, or the node is not used", async () => {
    const variables = await bin();
    const mount = (text: string) =>
      writeFile(join(root, "bin/mount"), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
    await writeFile(join(root, "bin/umount"), '#!/bin/sh\nrm "$1/word"\n', { mode: 0o755 });
    await mount("echo cannot >&2; exit 32");
    const ended = await run(made("mount-own it", { readOnly: true }), ["/bin/sh"], variables);
    expect(ended.stderr).toMatch(/'own' \(unmanagedFileSystems\) cannot be made read-only: cannot/);
    await mount(`echo "$*" >${join(root, "seen")}`);
    expect(await run(made("mount-own it", { readOnly: true }), ["/bin/sh"], variables)).toMatchObject({
      status: 0,
    });
    expect(await readFile(join(root, "seen"), "utf8")).toMatch(/^-o remount,bind,ro .*\/own\n$/);
  });
});
