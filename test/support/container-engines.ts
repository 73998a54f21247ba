// Container engines for tests: a fake command line that is always there, and podman where it can run a container.
import { execFileSync, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { copyFileSync } from "node:fs";
import { cpSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findContainerEngine } from "../../local/batch-emulator/agent/container-engine.ts";
import type { ContainerEngine } from "../../local/batch-emulator/agent/container-engine.ts";

export interface FakeEngine {
  readonly engine: ContainerEngine;
  /** For `--container-cli`. */
  readonly command: string;
  /** Makes an image that can be pulled. */
  offer(name: string, image?: Record<string, unknown>): void;
  /** Makes an image that is here already. */
  have(name: string, image?: Record<string, unknown>): void;
  lose(name: string): void;
  /** Whether the image is here. */
  has(name: string): boolean;
  /** Every call so far. */
  calls(): string[][];
  /** Names of the containers that exist. */
  containers(): string[];
}

/** Whose ways the fake has; see fake-container-cli.mjs. */
export type FakeEngineKind = "podman" | "nerdctl";

export async function fakeEngine(folder: string, kind: FakeEngineKind = "podman"): Promise<FakeEngine> {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "kind"), kind);
  const program = join(import.meta.dirname, "fake-container-cli.mjs");
  const command = `${process.execPath} ${program} ${folder}`;
  const put =
    (kind: string) =>
    (name: string, image: Record<string, unknown> = {}) => {
      mkdirSync(join(folder, kind), { recursive: true });
      writeFileSync(join(folder, kind, encodeURIComponent(name)), JSON.stringify(image));
    };
  const engine = await findContainerEngine({ command, environment: process.env });
  if (engine === undefined) throw new Error("the fake engine does not answer");
  return {
    engine,
    command,
    offer: put("registry"),
    have: put("images"),
    has: (name) => existsSync(join(folder, "images", encodeURIComponent(name))),
    lose: (name) => rmSync(join(folder, "images", encodeURIComponent(name))),
    calls: () =>
      readFileSync(join(folder, "calls"), "utf8")
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as string[]),
    containers: () => readdirSync(join(folder, "containers")),
  };
}

/** Podman as it works on plain machines, and in sandboxes where the second cgroup hierarchy must be hidden from it. */
const podmanRecipes = [
  { command: "podman", runOptions: "" },
  {
    command: `unshare -m /bin/sh -c 'umount -l /sys/fs/cgroup/unified 2>/dev/null; exec podman "$@"' podman`,
    runOptions: "--network host --cgroups=disabled --ulimit nofile=1024:1024 --ulimit nproc=1024:1024",
  },
];

export interface Podman {
  readonly command: string;
  readonly runOptions: string;
  /** An image with busybox and nothing else. */
  readonly image: string;
  /** The same with an entry point that prints its arguments, and a directory of its own. */
  readonly entryImage: string;
  /** Makes an image whose programs and libraries are this machine's, read only: whatever Debian package is installed runs in it. */
  importMachine(): { readonly image: string; readonly runOptions: string };
  dispose(): void;
}

/** Podman on a store of its own, in memory where there is room for files in memory. Undefined, with the reason, where no
 *  container can run: podman or a static busybox is missing, or it is not allowed to. */
export function findPodman(): { podman?: Podman; reason: string } {
  const busybox = ["/bin/busybox", "/usr/bin/busybox"].find((path) => existsSync(path));
  if (busybox === undefined) return { reason: "there is no busybox" };
  let reason = "";
  for (const recipe of podmanRecipes) {
    const store = mkdtempSync(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "test-podman-"));
    const places = ["root", "runroot", "tmpdir"].map((name) => `--${name} ${join(store, name)}`);
    const command = [recipe.command, ...places].join(" ");
    const podman = (args: string) =>
      spawnSync("/bin/sh", ["-c", `${command} ${args}`], { encoding: "utf8", timeout: 60_000 });
    const dispose = () => {
      podman("rm -fa");
      podman("rmi -fa");
      spawnSync("umount", [join(store, "root/overlay")]);
      rmSync(store, { recursive: true, force: true });
    };
    const image = importBusybox(busybox, podman);
    const tried =
      image === undefined ? undefined : podman(`run --rm ${recipe.runOptions} ${image} /bin/true`);
    if (image !== undefined && tried?.status === 0)
      return {
        podman: {
          ...{ command, runOptions: recipe.runOptions, image, entryImage: `${image}-entry`, dispose },
          importMachine: () => importMachine(podman, recipe.runOptions),
        },
        reason,
      };
    reason = tried?.stderr.trim().split("\n").at(-1) ?? "podman cannot import an image";
    dispose();
  }
  return { reason };
}

/** `/usr` is given to each container; of the rest the image has what names programs and libraries. */
function importMachine(podman: (args: string) => { status: number | null }, runOptions: string) {
  const folder = mkdtempSync(join(tmpdir(), "machine-image-"));
  try {
    const root = join(folder, "root");
    for (const path of ["usr", "tmp", "root", "etc", "run"]) mkdirSync(join(root, path), { recursive: true });
    for (const name of ["bin", "sbin", "lib", "lib64"]) symlinkSync(`usr/${name}`, join(root, name));
    const named = ["alternatives", "openmpi", "ld.so.cache", "passwd", "group", "nsswitch.conf"];
    for (const name of named.filter((one) => existsSync(join("/etc", one))))
      cpSync(join("/etc", name), join(root, "etc", name), { recursive: true, verbatimSymlinks: true });
    execFileSync("tar", ["-C", root, "-cf", join(folder, "root.tar"), "."]);
    const image = `localhost/batch-test-machine:${process.pid}`;
    if (podman(`import ${join(folder, "root.tar")} ${image}`).status !== 0)
      throw new Error("podman cannot import the machine's image");
    return { image, runOptions: `${runOptions} --volume /usr:/usr:ro` };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function importBusybox(
  busybox: string,
  podman: (args: string) => { status: number | null },
): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), "busybox-image-"));
  try {
    const root = join(folder, "root");
    for (const path of ["bin", "tmp", "work"]) mkdirSync(join(root, path), { recursive: true });
    copyFileSync(busybox, join(root, "bin/busybox"));
    for (const name of ["sh", "true", "false", "echo", "cat", "env", "pwd", "sleep", "id", "touch"])
      symlinkSync("busybox", join(root, "bin", name));
    execFileSync("tar", ["-C", root, "-cf", join(folder, "root.tar"), "."]);
    const image = `localhost/batch-test-busybox:${process.pid}`;
    const entry = `--change 'ENTRYPOINT ["/bin/echo","entered"]' --change 'WORKDIR /work'`;
    if (podman(`import ${join(folder, "root.tar")} ${image}`).status !== 0) return undefined;
    if (podman(`import ${entry} ${join(folder, "root.tar")} ${image}-entry`).status !== 0) return undefined;
    return image;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
