// A data folder on a disk that cannot be written: the local cloud does not start, and says which folder and why.
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { openDataFolder } from "../../../local/data-folder/data-folder.ts";
import { startLocal } from "../../../local/start.ts";
import {
  mayMountSmallDisks,
  mountSmallDisk,
  remountSmallDisk,
  unmountSmallDisk,
} from "../../support/small-disk.ts";

it.skipIf(!mayMountSmallDisks())(
  "a data folder that cannot be written is refused by name, new or known, and nothing of it changes",
  async () => {
    const disk = await mkdtemp(join(tmpdir(), "read-only-"));
    mountSmallDisk(disk, "size=2m,mode=700");
    const known = join(disk, "known");
    try {
      await (await openDataFolder(known)).release();
      const before = await readdir(disk, { recursive: true });
      remountSmallDisk(disk, "ro");
      await expect(startLocal({ data: known })).rejects.toThrow(
        new RegExp(`data folder ${known} cannot be written: .*(read-only|EROFS)`, "i"),
      );
      await expect(startLocal({ data: join(disk, "new") })).rejects.toThrow(
        new RegExp(`data folder ${join(disk, "new")} cannot be created: .*(read-only|EROFS)`, "i"),
      );
      expect(await readdir(disk, { recursive: true })).toEqual(before);
    } finally {
      unmountSmallDisk(disk);
      await rm(disk, { recursive: true, force: true });
    }
  },
);
