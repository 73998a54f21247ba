// What a node sees at a mount point: a symbolic link to the folder that stands for the storage, or, where nothing may be written, the
// folder itself, bound there read-only by the system, which holds for root too. Invariant: undoing removes nothing but what was made here.
import { spawn } from "node:child_process";
import { lstat, mkdir, readFile, readlink, realpath, rmdir, symlink, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";

/** @throws Error when there is something else at the target, or the system does not let this process bind folders. */
export async function place(folder: string, target: string, readOnly: boolean): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  if (await isBound(target)) await unbind(target); // left by a local cloud that was killed
  const there = await lstat(target).catch(() => undefined);
  if (there?.isDirectory())
    await rmdir(target).catch(() => {
      throw new Error(`mount point '${target}' is not empty`);
    });
  else if (there?.isSymbolicLink())
    await unlink(target); // left likewise
  else if (there !== undefined) throw new Error(`mount point '${target}' is not a directory`);
  if (readOnly) await bind(folder, target);
  else await symlink(folder, target);
}

/** An empty directory is left in its place, as after unmounting. */
export async function removeFrom(target: string): Promise<void> {
  if (await isBound(target)) return unbind(target);
  if (!(await isLink(target))) return;
  await unlink(target);
  await mkdir(target);
}

export async function isPlaced(target: string): Promise<boolean> {
  return (await isLink(target)) || (await isBound(target));
}

async function bind(folder: string, target: string): Promise<void> {
  await mkdir(target);
  const said = await run("mount", ["-o", "bind,ro", folder, target]);
  const options = (await optionsAt(target)) ?? [];
  if (options.includes("ro")) return;
  if (options.length > 0) await unbind(target);
  await rmdir(target).catch(() => {});
  throw new Error(
    `a read-only mount cannot be enforced on this machine: that takes Linux and root${said === "" ? "" : ` (${said})`}`,
  );
}

async function unbind(target: string): Promise<void> {
  // A process that still stands in it keeps it for itself.
  await run("umount", ["-l", target]);
  if (await isBound(target)) throw new Error(`${target} cannot be unmounted`);
}

const isLink = (target: string) =>
  readlink(target).then(
    () => true,
    () => false,
  );

const isBound = async (target: string) => (await optionsAt(target)) !== undefined;

/** Options of what is mounted there last; undefined where nothing is. */
async function optionsAt(target: string): Promise<readonly string[] | undefined> {
  const table = await readFile("/proc/self/mounts", "utf8").catch(() => ""); // no Linux
  const parent = await realpath(dirname(target)).catch(() => dirname(target));
  const path = join(parent, target.slice(dirname(target).length));
  const found = table
    .split("\n")
    .map((line) => line.split(" "))
    .findLast(([, at = ""]) => plain(at) === path);
  return found?.[3]?.split(",");
}

/** The table writes blanks and the like as octal numbers. */
const plain = (path: string) =>
  path.replace(/\\([0-7]{3})/g, (_all, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));

/** @returns what it complained about. */
function run(program: string, words: readonly string[]): Promise<string> {
  return new Promise((done) => {
    const child = spawn(program, words, { stdio: ["ignore", "ignore", "pipe"] });
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (part: string) => (said += part));
    child.on("error", (error) => done(error.message));
    child.on("close", () => done(said.trim().split("\n")[0] ?? ""));
  });
}
