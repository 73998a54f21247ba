// Tells the shim `ssh` where emulated nodes are: a folder with one file per address. Such a file is a small shell
// script: it sets the node's environment, goes to its folder, and runs its first argument with `/bin/sh -c`, or a shell
// reading standard input when there is none. A missing file means that no node has the address.
import { spawnSync } from "node:child_process";
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { quote } from "../launch-script.ts";
import { sshScript } from "./ssh-script.ts";

export interface NodeAddress {
  /** Host name or IPv4 address by which other nodes call it: `[A-Za-z0-9_-][A-Za-z0-9._-]*`. */
  readonly address: string;
  readonly nodeRoot: string;
  /** The whole environment of commands run on the node; they start in `HOME` when it is set, else in `nodeRoot`.
   *  Names must be shell names. */
  readonly environment: Readonly<Record<string, string>>;
}

export interface NodeRegistry {
  /** Put it first on the PATH of emulated nodes. */
  readonly binDirectory: string;
  registerNode(node: NodeAddress): void;
  /** From now on the address cannot be reached. */
  removeNode(address: string): void;
}

/** Writes the shim into `directory`/bin; the registry is `directory`/nodes. */
export function openNodeRegistry(directory: string): NodeRegistry {
  const binDirectory = join(directory, "bin");
  const nodes = join(directory, "nodes");
  mkdirSync(binDirectory, { recursive: true });
  mkdirSync(nodes, { recursive: true, mode: 0o700 });
  replaceFile(join(binDirectory, "ssh"), sshScript, 0o755);
  const ownHostNames = canNameHosts();
  return {
    binDirectory,
    registerNode(node) {
      replaceFile(join(nodes, fileName(node.address)), nodeScript(node, ownHostNames), 0o600);
    },
    removeNode(address) {
      rmSync(join(nodes, fileName(address)), { force: true });
    },
  };
}

function nodeScript(node: NodeAddress, ownHostName: boolean): string {
  const exports = Object.entries(node.environment).map(([name, value]) => {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) throw new Error(`'${name}' cannot name a variable of a node`);
    return `export ${name}=${quote(value)}`;
  });
  return [
    ...exports,
    `root=${quote(node.nodeRoot)}`,
    'cd "${HOME:-$root}" 2>/dev/null || cd "$root" || exit 255',
    "unset root OLDPWD",
    ...(ownHostName
      ? [`exec unshare --uts /bin/sh -c ${quote(`hostname "$0"; ${run}`)} ${node.address} "$1"`]
      : [run]),
    "",
  ].join("\n");
}

const run = 'if [ -n "$1" ]; then exec /bin/sh -c "$1"; fi; exec /bin/sh';

/**
 * Whether this machine lets us give nodes host names of their own: Linux, as root. Open MPI 5 needs them: it finds the ranks of
 * a node by the host's name, and would take those of all nodes for one node's. The name is the address, which always resolves.
 */
function canNameHosts(): boolean {
  return spawnSync("unshare", ["--uts", "hostname", "127.0.0.1"], { stdio: "ignore" }).status === 0;
}

function fileName(address: string): string {
  if (/^[A-Za-z0-9_-][A-Za-z0-9._-]*$/.test(address)) return address;
  throw new Error(`'${address}' cannot be the address of an emulated node`);
}

/** Readers see the old file or the new one. */
function replaceFile(path: string, text: string, mode: number): void {
  writeFileSync(`${path}.new`, text, { mode });
  renameSync(`${path}.new`, path);
}
