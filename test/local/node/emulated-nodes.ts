// Nodes for the launcher's tests: a folder each, an environment from scratch, and an `ssh` that runs its command with the
// other folder's environment. No service is involved; the launcher is run as it would be by a task.
import { spawn, spawnSync } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { seededRandom } from "../../../local/random.ts";
import { nodeSealer } from "../../../services/azure/node-sealing.ts";
import { pathSegment } from "../../../domain/job/directories.ts";
import type { JobDocument } from "../../../domain/job/schema.ts";
import { planLaunch } from "../../../domain/launch/plan.ts";
import { launchFiles, renderPlan, renderSecrets } from "../../../domain/launch/render.ts";
import { parseLauncherResult } from "../../../domain/launch/result.ts";
import { nodeAccount } from "../../../domain/launch/node-account.ts";
import type { SecretValues } from "../../../domain/shared/secrets.ts";

/** What Batch gives every node of a cluster; its form is of no importance to the nodes' tools. */
export const nodeKey = "-----BEGIN RSA PRIVATE KEY-----\nbm9kZSBrZXk\nAAAA\n-----END RSA PRIVATE KEY-----\n";
export const sealer = nodeSealer(seededRandom(7));

/** Puts the key where Batch puts it: into the home of the account, on a machine that is a folder. */
export async function giveNodeKey(machine: string, key = nodeKey): Promise<void> {
  const folder = join(machine, "home", nodeAccount, ".ssh");
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "authorized_keys"), "ssh-rsa AAAA other\n");
  await writeFile(join(folder, "id_rsa"), key, { mode: 0o600 });
}

export interface Run {
  readonly code: number;
  readonly stderr: string;
}

/** A script of `node/` as the app stages it: made of its parts by the build. */
async function shellText(module: string, name: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [`node/${module}.ts`],
    bundle: true,
    format: "esm",
    loader: { ".sh": "text", ".py": "text" },
    write: false,
  });
  const code = Buffer.from(outputFiles[0]?.contents ?? []).toString("base64");
  const loaded = (await import(/* @vite-ignore */ `data:text/javascript;base64,${code}`)) as Record<
    string,
    string
  >;
  return loaded[name] ?? "";
}

let launcher: Promise<string> | undefined;
export const launcherText = () => (launcher ??= shellText("launcher", "launcher"));
let nodeSetup: Promise<string> | undefined;
export const nodeSetupText = () => (nodeSetup ??= shellText("node-setup", "nodeSetup"));

const fakeSsh = `#!/bin/sh
while :; do case $1 in -n) shift ;; -o) shift 2 ;; *) break ;; esac; done
host=$1; shift
[ -d "$FAKE_NODES/$host" ] || { echo "no route to host $host" >&2; exit 255; }
exec env -i PATH="$PATH" AZ_BATCH_NODE_SHARED_DIR="$FAKE_NODES/$host/shared" /bin/sh -c "$*"
`;

/** Some builds of busybox prefer their own `mount` to one on the PATH, so that no shim can be put there. */
export function hidesMount([program = ""]: readonly string[]): boolean {
  if (!program.endsWith("busybox")) return false;
  return spawnSync(program, ["sh", "-c", "command ls /"], { env: { PATH: "/nowhere" } }).status === 0;
}

/** Shells of this machine that the launcher must work in: command line that runs a script. */
export const shells: readonly (readonly [string, readonly string[]])[] = (
  [
    ["sh", ["/bin/sh"]],
    ["dash", ["/bin/dash"]],
    ["bash", ["/bin/bash"]],
    ["busybox", ["/bin/busybox", "sh"]],
  ] as const
).filter(([, [program]], index, all) => {
  if (!existsSync(program)) return false;
  const earlier = all.slice(0, index).filter(([, [other]]) => existsSync(other));
  return !earlier.some(([, [other]]) => realpathSync(other) === realpathSync(program));
});

export class EmulatedNodes {
  readonly root: string;
  readonly shell: readonly string[];
  readonly nodeCount: number;
  /** Further variables of every task. */
  readonly variables: Record<string, string> = {};
  private readonly children: ChildProcess[] = [];

  private constructor(root: string, shell: readonly string[], nodeCount: number) {
    this.root = root;
    this.shell = shell;
    this.nodeCount = nodeCount;
  }

  static async create(shell: readonly string[], nodeCount = 1): Promise<EmulatedNodes> {
    const root = await mkdtemp(join(tmpdir(), "batchai-node-"));
    const nodes = new EmulatedNodes(root, shell, nodeCount);
    await mkdir(join(root, "bin"));
    await nodes.program("ssh", fakeSsh);
    for (let node = 0; node < nodeCount; node++) {
      for (const folder of ["shared", "fsmounts", "task/wd"])
        await mkdir(nodes.path(node, folder), { recursive: true });
      await giveNodeKey(nodes.path(node, "machine"));
    }
    return nodes;
  }

  /** A shim program, first on the nodes' PATH. */
  async program(name: string, text: string): Promise<void> {
    await writeFile(join(this.root, "bin", name), text);
    await chmod(join(this.root, "bin", name), 0o755);
  }

  path(node: number, ...parts: string[]): string {
    return join(this.root, this.host(node), ...parts);
  }

  host(node: number): string {
    return `10.0.0.${node + 4}`;
  }

  /** A folder that every node sees as cluster mount `name`. */
  async mountEverywhere(name: string): Promise<string> {
    const folder = join(this.root, `mount-${name}`);
    await mkdir(folder, { recursive: true });
    for (let node = 0; node < this.nodeCount; node++)
      await symlink(folder, this.path(node, "fsmounts", name));
    return folder;
  }

  async stage(job: JobDocument, secrets: SecretValues = new Map()): Promise<void> {
    const plan = planLaunch(job);
    const secretFile = renderSecrets(plan, secrets);
    for (let node = 0; node < this.nodeCount; node++) {
      const folder = this.taskFolder(node);
      await writeFile(join(folder, launchFiles.launcher), await launcherText());
      await writeFile(join(folder, launchFiles.plan), renderPlan(plan));
      if (secretFile !== undefined)
        await writeFile(join(folder, launchFiles.secrets), sealer.seal(nodeKey, secretFile));
    }
  }

  taskFolder(node: number): string {
    return this.path(node, this.nodeCount === 1 ? "task/wd" : "task");
  }

  environment(node: number): Record<string, string> {
    const hosts = Array.from({ length: this.nodeCount }, (_, index) => this.host(index));
    return {
      PATH: `${join(this.root, "bin")}:/usr/local/bin:/usr/bin:/bin`,
      FAKE_NODES: this.root,
      HOME: this.path(node, "task/wd"),
      BATCHAI_NODE_FILES: this.path(node, "machine"),
      AZ_BATCH_NODE_ID: `tvm-${node}`,
      AZ_BATCH_NODE_ROOT_DIR: this.path(node),
      AZ_BATCH_NODE_SHARED_DIR: this.path(node, "shared"),
      AZ_BATCH_NODE_MOUNTS_DIR: this.path(node, "fsmounts"),
      AZ_BATCH_TASK_WORKING_DIR: this.path(node, "task/wd"),
      ...this.variables,
      ...(this.nodeCount === 1
        ? {}
        : {
            AZ_BATCH_TASK_SHARED_DIR: this.path(node, "task"),
            AZ_BATCH_IS_CURRENT_NODE_MASTER: String(node === 0),
            AZ_BATCH_MASTER_NODE: `${this.host(0)}:6000`,
            AZ_BATCH_HOST_LIST: hosts.join(","),
          }),
    };
  }

  start(
    verb: "run" | "prepare",
    node = 0,
    environment: Readonly<Record<string, string>> = {},
  ): { readonly child: ChildProcess; readonly ended: Promise<Run> } {
    const [program = "/bin/sh", ...args] = this.shell;
    const script = join(this.taskFolder(node), launchFiles.launcher);
    const child = spawn(program, [...args, script, verb], {
      cwd: this.path(node, "task/wd"),
      env: { ...this.environment(node), ...environment },
      detached: true,
      stdio: ["ignore", "ignore", "pipe"],
    });
    this.children.push(child);
    let stderr = "";
    child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    const ended = new Promise<Run>((resolve, reject) => {
      child.on("error", reject);
      child.on("exit", (code, signal) =>
        resolve({ code: code ?? (signal === "SIGKILL" ? 137 : 143), stderr }),
      );
    });
    return { child, ended };
  }

  /** As Batch does it: `prepare` on every node and then `run` on the first; or only `run`. */
  async run(job: JobDocument, secrets?: SecretValues): Promise<Run> {
    await this.stage(job, secrets);
    if (this.nodeCount > 1) {
      const nodes = Array.from({ length: this.nodeCount }, (_, node) => node);
      const prepared = await Promise.all(nodes.map((node) => this.start("prepare", node).ended));
      const bad = prepared.find(({ code }) => code !== 0);
      if (bad !== undefined) return bad;
    }
    return this.start("run").ended;
  }

  async result(node = 0) {
    return parseLauncherResult(await readFile(this.path(node, "task/wd/batchai-result"), "utf8"));
  }

  /** A file of the stdouterr directory below a mount's folder. */
  async log(job: JobDocument, folder: string, name: string): Promise<string> {
    return readFile(join(folder, pathSegment(job, job.guid), "stdouterr", name), "utf8");
  }

  /** Of the tasks so far, how many have processes that live. */
  livingGroups(): number {
    return this.children.filter(({ pid }) => {
      try {
        return pid !== undefined && process.kill(-pid, 0);
      } catch {
        return false;
      }
    }).length;
  }

  async dispose(): Promise<void> {
    for (const { pid } of this.children) {
      if (pid === undefined) continue;
      try {
        process.kill(-pid, "SIGKILL");
      } catch {
        continue; // the whole group is gone already
      }
    }
    await rm(this.root, { recursive: true, force: true, maxRetries: 5 });
  }
}
