import { mkdtemp, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openDataFolder, openTemporaryFolder } from "../../../../local/data-folder/data-folder.ts";

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
