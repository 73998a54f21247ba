// `batchai cp` between this machine and the storage of a local cloud, as a shell starts it.
import { createHash, randomBytes } from "node:crypto";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startLocal } from "../../local/start.ts";
import type { LocalCloud } from "../../local/start.ts";
import { typed } from "../support/typed-program.ts";

const folder = mkdtempSync(join(tmpdir(), "copying-"));
let cloud: LocalCloud;

const type = (...words: string[]) => typed(words, { folder }).ended;

/** What lies below, by its path and content. */
function contentOf(root: string): Readonly<Record<string, string>> {
  const entries = readdirSync(join(folder, root), { recursive: true, withFileTypes: true });
  return Object.fromEntries(
    entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [
        path.slice(join(folder, root).length + 1),
        createHash("sha256").update(readFileSync(path)).digest("hex"),
      ]),
  );
}

const names = ["a.txt", "deep/er/ünï cödé & more.txt", "deep/empty", "large.bin"];

beforeAll(async () => {
  cloud = await startLocal({ data: join(folder, ".batchai") });
  mkdirSync(join(folder, "data/deep/er"), { recursive: true });
  writeFileSync(join(folder, "data/a.txt"), "one\n");
  writeFileSync(join(folder, "data/deep/er/ünï cödé & more.txt"), "two\n");
  writeFileSync(join(folder, "data/deep/empty"), "");
  writeFileSync(join(folder, "data/large.bin"), randomBytes(9 * 1024 ** 2 + 7));
  symlinkSync("..", join(folder, "data/up"));
  symlinkSync("nowhere", join(folder, "data/gone"));
}, 60_000);
afterAll(async () => {
  await cloud.dispose();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

it.each(["share:files/digits", "container:boxes/digits"])(
  "a folder goes to %s and comes back byte for byte, links to folders left out",
  { timeout: 120_000 },
  async (place) => {
    const sent = await type("cp", "data", place);
    expect({ ...sent, out: sent.out.trimEnd().split("\n").sort() }).toEqual({
      code: 0,
      err: "",
      out: names.map((name) => `${place}/${name}`).sort(),
    });
    const back = `back-${place.slice(0, 5)}`;
    const fetched = await type("cp", place, back);
    expect({ ...fetched, out: fetched.out.trimEnd().split("\n").sort() }).toEqual({
      code: 0,
      err: "",
      out: names.map((name) => `${back}/${name}`).sort(),
    });
    expect(contentOf(back)).toEqual(contentOf("data"));
  },
);

it("a file goes into a folder under its own name, else under the one that is given, and over what is there", async () => {
  expect((await type("cp", "data/a.txt", "share:files/one/")).out).toBe("share:files/one/a.txt\n");
  expect((await type("cp", "data/a.txt", "share:files/one")).out).toBe("share:files/one/a.txt\n");
  expect((await type("cp", "data/a.txt", "container:boxes")).out).toBe("container:boxes/a.txt\n");
  expect((await type("cp", "data/a.txt", "container:boxes/b.txt")).out).toBe("container:boxes/b.txt\n");
  writeFileSync(join(folder, "data/b.txt"), "other\n");
  expect((await type("cp", "data/b.txt", "share:files/one/a.txt")).code).toBe(0);
  expect((await type("cp", "share:files/one/a.txt", ".")).out).toBe("a.txt\n");
  expect(readFileSync(join(folder, "a.txt"), "utf8")).toBe("other\n");
  expect((await type("cp", "container:boxes/b.txt", "c/d.txt")).out).toBe("c/d.txt\n");
  expect(readFileSync(join(folder, "c/d.txt"), "utf8")).toBe("one\n");
});

it("what is not there, and what cannot be meant, is said so", async () => {
  const missing = { code: 3, out: "" };
  expect(await type("cp", "nothing", "share:files")).toMatchObject(missing);
  expect(await type("cp", "share:files/nothing", ".")).toMatchObject(missing);
  const noShare = await type("cp", "share:none/x", ".");
  expect(noShare).toMatchObject(missing);
  expect(noShare.err).toMatch(/^batchai: There is no share 'none' of '\w+'\.\n$/);
  expect((await type("cp", "container:none/x", ".")).err).toContain("There is no container 'none'");
  for (const [from, to] of [
    ["data", "elsewhere"],
    ["share:files", "container:boxes"],
    ["share:files/../x", "."],
    ["blob:boxes/x", "."],
    ["job:first", "."],
    ["data", "job:first/stdouterr"],
  ] as const)
    expect({ from, to, ...(await type("cp", from, to)) }).toMatchObject({ from, to, code: 2, out: "" });
});

it("no name in storage leads out of the folder that is copied to", async () => {
  const { BlobServiceClient, StorageSharedKeyCredential } = await import("@azure/storage-blob");
  const { name, key } = cloud.description.storageAccount;
  const blobs = new BlobServiceClient(cloud.description.urls.blob, new StorageSharedKeyCredential(name, key));
  const container = blobs.getContainerClient("tricks");
  await container.create();
  await container.getBlockBlobClient("x/a\\..\\b").upload("out", 3);
  const said = await type("cp", "container:tricks/x", "safe");
  expect(said).toMatchObject({ code: 1, out: "" });
  expect(said.err).toContain("no file here can have");
});
