// The mount commands of emulated nodes, run as the launcher runs them: as child processes with a node's environment.
import { execFile } from "node:child_process";
import { lstat, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { silentLogger } from "../../../local/logger.ts";
import type { MountRequest, Mounts } from "../../../local/mounts/index.ts";
import { type MountService, startMountService } from "../../../local/mounts/service.ts";
import { writeMountShims } from "../../../local/mounts/shims/index.ts";
import { systemRandom } from "../../../local/random.ts";

let folder: string;
let node: string;
let service: MountService;
let requests: MountRequest[];
let detached: string[];

/** Remembers what is asked; refuses the container "missing". */
function fakeMounts(): Mounts {
  const targets: string[] = [];
  return {
    attach: async (request) => {
      requests.push(request);
      if (request.kind !== "nfs" && request.container === "missing")
        return { ok: false, message: "container 'missing' not found" };
      targets.push(request.target);
      return { ok: true };
    },
    targets: () => targets,
    serves: (address) => address === "10.0.0.7",
    flush: async () => {},
    sync: async (_node, path) => {
      if (path.includes("refused")) throw new Error("the container is gone");
      return path.startsWith(join(node, "mnt"));
    },
    detach: async (_node, target) => {
      detached.push(target ?? "all");
      targets.splice(targets.indexOf(target ?? ""), 1);
    },
    close: async () => {},
  };
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "shims-"));
  node = join(folder, "node1");
  await mkdir(join(node, "mnt"), { recursive: true });
  writeMountShims(join(folder, "bin"));
  await mkdir(join(folder, "real"));
  for (const name of ["mount", "umount", "mountpoint", "sync"])
    await writeFile(join(folder, "real", name), `#!/bin/sh\necho real ${name} "$@"; exit 9\n`, {
      mode: 0o755,
    });
  requests = [];
  detached = [];
  service = await startMountService({
    mounts: fakeMounts(),
    stateFile: join(folder, "mount-service.json"),
    random: systemRandom(),
    logger: silentLogger,
  });
});
afterEach(async () => {
  await service.close();
  await rm(folder, { recursive: true, force: true });
});

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function run(command: string, environment: Record<string, string> = {}): Promise<Outcome> {
  const path = [join(folder, "bin"), join(folder, "real"), dirname(process.execPath), "/usr/bin:/bin"].join(
    ":",
  );
  const env = {
    PATH: path,
    NODE: node,
    ...service.environmentOf("node1", node, { subnetId: "a-subnet", identities: ["/identities/reader"] }),
    ...environment,
  };
  return new Promise((done) => {
    execFile("/bin/sh", ["-c", command], { env, cwd: node }, (error, stdout, stderr) =>
      done({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });
}

describe("blobfuse2 on an emulated node", () => {
  it("mounts what the launcher's configuration file says", async () => {
    const outcome = await run(`
      printf '%s\\n' azstorage: '  type: block' '  mode: key' "  account-name: 'acct1'" \\
        "  account-key: 'a2V5+/=='" "  container: 'data'" "  endpoint: 'https://acct1.blob.core.windows.net'" >c.yaml
      blobfuse2 mount $NODE/mnt/data --config-file=c.yaml --tmp-path=$NODE/cache -o allow_other --use-https=true -o attr_timeout=240`);
    expect(outcome).toMatchObject({ code: 0, stderr: "" });
    expect(requests).toEqual([
      {
        nodeId: "node1",
        kind: "azureBlobFileSystem",
        accountName: "acct1",
        accountKey: "a2V5+/==",
        container: "data",
        target: join(node, "mnt/data"),
        options: "-o allow_other --use-https=true -o attr_timeout=240",
      },
    ]);
  });

  it("mounts in the name of an identity of its node, and of no other", async () => {
    const mount = (resid: string) =>
      run(`
      printf '%s\\n' azstorage: '  mode: msi' "  account-name: 'acct1'" "  resid: '${resid}'" "  container: 'data'" >c.yaml
      blobfuse2 mount $NODE/mnt/data --config-file=c.yaml --tmp-path=$NODE/cache`);
    expect(await mount("/identities/Reader")).toMatchObject({ code: 0, stderr: "" });
    const stranger = await mount("/identities/stranger");
    expect(stranger.stderr).toContain(
      "Identity not found: /identities/stranger is not assigned to this node",
    );
    expect([stranger.code, (await mount("")).code]).toEqual([1, 1]);
    expect(requests).toMatchObject([{ accountName: "acct1", identity: "/identities/Reader" }]);
    expect(requests[0]).not.toHaveProperty("accountKey");
  });

  it("takes account, key and container from the environment, and from a version 1 file", async () => {
    const account = {
      AZURE_STORAGE_ACCOUNT: "acct1",
      AZURE_STORAGE_ACCESS_KEY: "a2V5",
      AZURE_STORAGE_ACCOUNT_CONTAINER: "data",
    };
    expect((await run("blobfuse2 mount mnt/data", account)).code).toBe(0);
    const old =
      "printf 'accountName a1b\\naccountKey k=\\ncontainerName logs\\n' >v1; blobfuse mnt/logs --config-file=v1 --tmp-path=/x";
    expect((await run(old)).code).toBe(0);
    expect(requests).toMatchObject([
      { accountName: "acct1", accountKey: "a2V5", container: "data", target: join(node, "mnt/data") },
      { accountName: "a1b", accountKey: "k=", container: "logs" },
    ]);
  });

  it("fails with the reason on its standard error", async () => {
    const account = { AZURE_STORAGE_ACCOUNT: "acct1", AZURE_STORAGE_ACCESS_KEY: "a2V5" };
    const missing = await run("blobfuse2 mount mnt/x --container-name=missing", account);
    expect(missing).toMatchObject({ code: 1, stderr: "blobfuse2: container 'missing' not found\n" });
    expect((await run("blobfuse2 mount mnt/x", account)).stderr).toContain("container name not provided");
    expect((await run("blobfuse2 mount mnt/x --config-file=none.yaml")).stderr).toContain(
      "failed to read config file",
    );
    const outside = await run(`blobfuse2 mount ${folder}/elsewhere --container-name=data`, account);
    expect(outside.stderr).toContain("is not below the node's folder");
    const forged = await run("blobfuse2 mount mnt/x --container-name=data", {
      ...account,
      BATCHAI_MOUNT_TOKEN: "e30.e30",
    });
    expect(forged.stderr).toContain("belongs to no node");
    expect(requests).toHaveLength(1);
  });
});

describe("mount and umount on an emulated node", () => {
  it("mount a file share by its address and credentials file", async () => {
    const outcome = await run(`printf 'username=%s\\npassword=%s\\n' acct1 a2V5== >cred
      mount -t cifs //acct1.file.core.windows.net/results $NODE/mnt/r -o vers=3.0,credentials=cred,file_mode=0777,dir_mode=0777,serverino,nobrl`);
    expect(outcome).toMatchObject({ code: 0, stderr: "" });
    expect(requests).toEqual([
      {
        nodeId: "node1",
        kind: "azureFileShare",
        accountName: "acct1",
        accountKey: "a2V5==",
        container: "results",
        target: join(node, "mnt/r"),
        options: "vers=3.0,file_mode=0777,dir_mode=0777,serverino,nobrl",
      },
    ]);
    expect(await run("mountpoint -q mnt/r")).toMatchObject({ code: 0, stdout: "" });
    expect((await run("umount -l mnt/r")).code).toBe(0);
    expect(detached).toEqual([join(node, "mnt/r")]);
  });

  it("refuse a share with mount's own exit code", async () => {
    const line =
      "mount -t cifs //acct1.file.core.windows.net/missing mnt/r -o vers=3.0,username=acct1,password=x";
    expect(await run(line)).toMatchObject({ code: 32, stderr: "mount: container 'missing' not found\n" });
  });

  it("mount exports of the machines of the cloud, and let the real program have the others", async () => {
    expect(await run("mount -t nfs -o vers=4.1,hard 10.0.0.7:/data/in mnt/nfs")).toMatchObject({ code: 0 });
    expect(requests).toEqual([
      {
        nodeId: "node1",
        kind: "nfs",
        source: "10.0.0.7:/data/in",
        target: join(node, "mnt/nfs"),
        options: "-o vers=4.1,hard",
        subnetId: "a-subnet",
      },
    ]);
    expect((await run("mount -t nfs4 10.0.0.8:/data mnt/other")).stdout).toContain("real mount -t nfs4");
  });

  it("answer sync with what storage says", async () => {
    expect(await run("sync -- mnt/r")).toMatchObject({ code: 0, stdout: "" });
    expect(await run("sync mnt/refused")).toMatchObject({
      code: 1,
      stderr: "sync: error syncing 'mnt/refused': the container is gone\n",
    });
    expect((await run("sync other")).stdout).toBe("real sync other\n");
    expect((await run("sync")).stdout).toBe("real sync\n");
  });

  it("hand everything else to the real programs, words untouched", async () => {
    expect(await run("mount -t nfs '10.0.0.4:/my data' /mnt")).toMatchObject({
      code: 9,
      stdout: "real mount -t nfs 10.0.0.4:/my data /mnt\n",
    });
    expect((await run("umount /mnt/other")).stdout).toBe("real umount /mnt/other\n");
    expect((await run("mountpoint -q /proc")).stdout).toBe("real mountpoint -q /proc\n");
  });
});

describe("the mount service", () => {
  it("keeps its port and its tokens over a restart", async () => {
    const before = service.environmentOf("node1", node);
    await service.close();
    const mounts = fakeMounts();
    const stateFile = join(folder, "mount-service.json");
    service = await startMountService({ mounts, stateFile, random: systemRandom(), logger: silentLogger });
    expect(service.environmentOf("node1", node)).toEqual(before);
    expect((await lstat(stateFile)).mode & 0o777).toBe(0o600);
    expect(await readFile(stateFile, "utf8")).toContain('"port"');
    expect(await readdir(join(folder, "bin"))).toContain("fusermount3");
  });
});
