import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { realDisk } from "../../../local/batch-emulator/service/ports/node-disk.ts";
import { mountPointsBelow } from "../../../local/unmount-below.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "unmount-"));
});
afterEach(() => {
  spawnSync("umount", ["-l", join(folder, "node/shared/nfs")]);
  rmSync(folder, { recursive: true, force: true });
});

it("mount points are found below a folder and not beside it, the innermost first, with blanks in their names", () => {
  const table = [
    "proc /proc proc rw 0 0",
    `server:/a ${folder}/node/a\\040b nfs4 rw 0 0`,
    `tmpfs ${folder}/node/a\\040b/inner tmpfs rw 0 0`,
    `tmpfs ${folder}-other/x tmpfs rw 0 0`,
  ].join("\n");
  expect(mountPointsBelow(folder, table)).toEqual([`${folder}/node/a b/inner`, `${folder}/node/a b`]);
  expect(mountPointsBelow("/none/such", table)).toEqual([]);
});

const canMount = () => {
  mkdirSync(join(folder, "data"), { recursive: true });
  mkdirSync(join(folder, "node/shared/nfs"), { recursive: true });
  return spawnSync("mount", ["--bind", join(folder, "data"), join(folder, "node/shared/nfs")]).status === 0;
};

it("a node's folder goes without the files of what a task mounted in it", async (context) => {
  if (!canMount()) context.skip("this user may not mount");
  writeFileSync(join(folder, "data/precious"), "");
  expect(existsSync(join(folder, "node/shared/nfs/precious"))).toBe(true);
  await realDisk().remove(join(folder, "node"));
  expect(existsSync(join(folder, "node"))).toBe(false);
  expect(existsSync(join(folder, "data/precious"))).toBe(true);
});
