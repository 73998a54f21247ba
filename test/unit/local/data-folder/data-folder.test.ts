import { chmod, mkdir, mkdtemp, readFile, readdir, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openDataFolder, openTemporaryFolder } from "../../../../local/data-folder/data-folder.ts";
import { lastMoment } from "../../../../local/data-folder/last-moment.ts";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "data-folder-test-"));
});
afterEach(() => rm(root, { recursive: true, force: true }));

describe("the data folder", () => {
  it("is created, marked as ours and keeps secrets for its owner alone", async () => {
    const data = await openDataFolder(join(root, "cloud"));
    data.writeSecret("settings.json", {});
    expect((await stat(join(data.path, "settings.json"))).mode & 0o777).toBe(0o600);
    expect(await readFile(join(data.path, "settings.json"), "utf8")).toBe("{}");
    await data.release();
    expect(await readdir(data.path)).toEqual(["openbatchai.json", "settings.json"]);
  });

  it("is closed to others though it was there before and open to them", async () => {
    const folder = join(root, "cloud");
    await mkdir(folder);
    await chmod(folder, 0o755);
    const data = await openDataFolder(folder);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    await data.release();
  });

  it("tells the newest moment that its files have seen", async () => {
    await writeFile(join(root, "old"), "");
    await writeFile(join(root, "new"), "");
    await utimes(join(root, "old"), 1_000, 1_000);
    await utimes(join(root, "new"), 2_000, 2_000);
    expect(lastMoment([root, join(root, "absent")])).toBe(2_000_000);
    expect(lastMoment([join(root, "absent")])).toBe(0);
  });

  it("names the process that holds it when it is opened twice", async () => {
    const first = await openDataFolder(join(root, "cloud"));
    await expect(openDataFolder(join(root, "cloud"))).rejects.toThrow(`in use by process ${process.pid}`);
    await first.release();
    const second = await openDataFolder(join(root, "cloud"));
    await second.release();
  });

  it("takes over the lock of a process that is gone", async () => {
    const first = await openDataFolder(join(root, "cloud"));
    await writeFile(
      join(first.path, "lock.json"),
      JSON.stringify({ pid: process.pid, identity: "another life" }),
    );
    const second = await openDataFolder(join(root, "cloud"));
    await second.release();
  });

  it("refuses a folder with other people's files, and leaves them alone", async () => {
    await writeFile(join(root, "thesis.tex"), "precious");
    await expect(openDataFolder(root, { fresh: true })).rejects.toThrow(
      "is not a data folder of OpenBatchAI",
    );
    expect(await readdir(root)).toEqual(["thesis.tex"]);
  });

  it("forgets everything when asked for a fresh start", async () => {
    const first = await openDataFolder(join(root, "cloud"));
    first.writeSecret("settings.json", {});
    await first.release();
    const second = await openDataFolder(join(root, "cloud"), { fresh: true });
    expect(await readdir(second.path)).not.toContain("settings.json");
    await second.release();
  });

  it("disappears with its release when it is a temporary one", async () => {
    const data = await openTemporaryFolder();
    await data.release();
    await data.release();
    await expect(stat(data.path)).rejects.toThrow("ENOENT");
  });
});
