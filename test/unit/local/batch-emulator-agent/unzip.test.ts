import { existsSync, readFileSync, readlinkSync, statSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { UnzipError, unzip } from "../../../../local/batch-emulator/agent/unzip.ts";
import { zipOf } from "../../../support/zip.ts";
import type { ZipEntry } from "../../../support/zip.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "unzip-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const target = () => join(folder, "target");
async function extract(content: Buffer, limits = { bytes: 1000, entries: 10 }): Promise<void> {
  writeFileSync(join(folder, "archive.zip"), content);
  await unzip(join(folder, "archive.zip"), target(), limits);
}
const refusal = async (entries: readonly ZipEntry[]) =>
  extract(zipOf(entries)).then(
    () => undefined,
    (error: unknown) => error,
  );

describe("a zip file", () => {
  it("gives its files with folders, content and permissions", async () => {
    await extract(
      zipOf([
        { name: "bin/" },
        { name: "bin/tool", content: "#!/bin/sh\n", mode: 0o100755 },
        { name: "deep/er/data.txt", content: "data", mode: 0o100640 },
        { name: "from-windows.exe", content: "x" },
        { name: "bin/alias", content: "tool", mode: 0o120777 },
      ]),
    );
    const mode = (name: string) => statSync(join(target(), name)).mode & 0o777;
    expect(readFileSync(join(target(), "deep/er/data.txt"), "utf8")).toBe("data");
    expect([mode("bin/tool"), mode("deep/er/data.txt"), mode("from-windows.exe")]).toEqual([
      0o755, 0o640, 0o755,
    ]);
    expect(readlinkSync(join(target(), "bin/alias"))).toBe("tool");
  });

  it("may hold nothing", async () => {
    await extract(zipOf([]));
    expect(existsSync(target())).toBe(true);
  });

  it.each([["../evil"], ["a/../../evil"], ["/tmp/evil"], ["..\\evil"], ["c:/evil"]])(
    "cannot write to %s",
    async (name) => {
      expect(await refusal([{ name, content: "x" }])).toBeInstanceOf(UnzipError);
      expect(existsSync(join(folder, "evil"))).toBe(false);
    },
  );

  it.each([["../outside"], ["/etc/passwd"], ["a/../../outside"]])("cannot link to %s", async (content) => {
    expect(await refusal([{ name: "link", content, mode: 0o120777 }])).toBeInstanceOf(UnzipError);
    expect(existsSync(join(target(), "link"))).toBe(false);
  });

  it("cannot write through a link of its own", async () => {
    const error = await refusal([
      { name: "a", content: ".", mode: 0o120777 },
      { name: "a/evil", content: "x", mode: 0o100644 },
    ]);
    expect(error).toBeInstanceOf(UnzipError);
  });

  it("is refused beyond the limits, also when it lies about its size", async () => {
    const big = "x".repeat(600);
    expect(
      await refusal([
        { name: "a", content: big },
        { name: "b", content: big },
      ]),
    ).toMatchObject({
      message: "the archive unpacks to more than 1000 bytes",
    });
    expect(await refusal([{ name: "a", content: "x".repeat(5000), claimedSize: 10 }])).toBeInstanceOf(
      UnzipError,
    );
    const many = Array.from({ length: 11 }, (_, index) => ({ name: `f${index}` }));
    expect(await refusal(many)).toMatchObject({ message: "the archive has more than 10 entries" });
  });

  it("is refused when it is encrypted, cut off, or none at all", async () => {
    expect(await refusal([{ name: "a", content: "x", isEncrypted: true }])).toBeInstanceOf(UnzipError);
    const whole = zipOf([{ name: "a", content: "x".repeat(100) }]);
    await expect(extract(whole.subarray(0, whole.length - 30))).rejects.toBeInstanceOf(UnzipError);
    await expect(extract(Buffer.from("hello"))).rejects.toBeInstanceOf(UnzipError);
    await expect(extract(Buffer.alloc(0))).rejects.toBeInstanceOf(UnzipError);
  });
});
