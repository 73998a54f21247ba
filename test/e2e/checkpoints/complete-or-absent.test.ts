// The helpers of recipes/checkpoints, whose writer is killed at each of its calls to the file system.
import { execFile } from "node:child_process";
import { appendFile, mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, describe, expect, it } from "vitest";

const run = promisify(execFile);
const recipe = fileURLToPath(new URL("../../../recipes/checkpoints", import.meta.url));
const fileOf = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const folders: string[] = [];
const newFolder = async () => {
  const folder = await mkdtemp(join(tmpdir(), "checkpoints-"));
  folders.push(folder);
  return folder;
};
afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true });
});

interface Store {
  save(step: number, files: Readonly<Record<string, string>>): string;
  latest(): { readonly step: number; readonly folder: string } | undefined;
}
const { Checkpoints } = (await import(join(recipe, "checkpoint.mjs"))) as {
  Checkpoints: new (folder: string, keep?: number) => Store;
};

describe("a checkpoint is complete or absent", () => {
  it("in Python, wherever its writer is killed", async () => {
    const { stdout } = await run("python3", [fileOf("faults.py"), recipe]);
    expect(Number(stdout)).toBeGreaterThan(20);
  });

  it("in Node, wherever its writer is killed", async () => {
    let at = 1;
    for (; ; at += 1) {
      const folder = await newFolder();
      new Checkpoints(folder).save(1, { "a.json": "1", "b.json": "1" });
      const died = await run(process.execPath, [fileOf("faults.mjs"), folder, String(at)]).then(
        () => false,
        (error: unknown) =>
          (error as { signal?: string }).signal === "SIGKILL" || Promise.reject(error as Error),
      );
      const found = new Checkpoints(folder).latest();
      expect([at, await readFile(join(found?.folder ?? "", "b.json"), "utf8")]).toEqual([
        at,
        `${found?.step}`,
      ]);
      const next = new Checkpoints(folder, 1);
      next.save(99, { "a.json": "goes on" });
      expect([at, next.latest()?.step]).toEqual([at, 99]);
      expect((await readdir(folder)).filter((name) => name.startsWith("."))).toEqual([]);
      if (!died) break;
    }
    expect(at).toBeGreaterThan(15);
  });

  it.each([
    ["cut off", (file: string) => truncate(file, 3)],
    ["longer than it was", (file: string) => appendFile(file, "more")],
    ["not there", (file: string) => rm(file)],
  ])("so that one with a file that is %s is passed over, in either language", async (_how, spoil) => {
    const folder = await newFolder();
    const store = new Checkpoints(folder);
    store.save(1, { "state.json": "the first" });
    await spoil(join(store.save(2, { "state.json": "the second" }), "state.json"));
    expect(store.latest()?.step).toBe(1);
    const look =
      "import sys; sys.path.insert(0, sys.argv[1]); import checkpoint; print(checkpoint.Checkpoints(sys.argv[2]).latest()[0])";
    expect((await run("python3", ["-c", look, recipe, folder])).stdout).toBe("1\n");
    store.save(2, { "state.json": "again" });
    expect(store.latest()?.step).toBe(2);
  });

  it("so that a manifest that is cut off is none", async () => {
    const folder = await newFolder();
    const store = new Checkpoints(folder);
    await writeFile(join(store.save(1, { a: "x" }), "manifest.json"), '{"step":1,"fil');
    expect(store.latest()).toBeUndefined();
  });

  it("and those beyond the newest few go", async () => {
    const folder = await newFolder();
    const store = new Checkpoints(folder, 2);
    for (const step of [1, 2, 30]) store.save(step, { a: `${step}` });
    expect(await readdir(folder)).toEqual(["step-000000000002", "step-000000000030"]);
  });
});
