import { Readable } from "node:stream";
import { expect, it } from "vitest";
import { copyFiles } from "../../../cli/copy/copy-files.ts";
import type { FoundFile } from "../../../cli/copy/side.ts";
import { copyProgress } from "../../../cli/output/copy-progress.ts";

const file = (path: string): FoundFile => ({
  path,
  sizeBytes: 1_500_000,
  open: async () => Readable.from([]),
});
const source = (...paths: string[]) => ({
  async *files() {
    for (const path of paths) yield file(path);
  },
});

it("after a failure no file is begun, and what was begun is waited for", async () => {
  const events: string[] = [];
  let letGo: () => void = () => {};
  const held = new Promise<void>((resolve) => (letGo = resolve));
  const paths = Array.from({ length: 30 }, (_, index) => `f${index}`);
  const copying = copyFiles(
    source(...paths),
    {
      isFolder: async () => true,
      async write(path) {
        events.push(`begin ${path}`);
        if (path === "f1") {
          letGo();
          throw new Error("disk full");
        }
        await held;
        return path;
      },
    },
    "own",
    { onFile: () => {}, onBytes: () => {}, onCopied: (name) => events.push(`end ${name}`) },
  );
  await expect(copying).rejects.toThrow("disk full");
  expect(events.filter((event) => event.startsWith("begin")).length).toBeLessThan(paths.length);
  expect(events).toContain("end f0");
});

it("how far a copy is stands on one line of a terminal, and nowhere else", () => {
  let [said, time] = ["", 0];
  const surroundings = (isTerminal: boolean, environment = {}) => ({
    err: (text: string | Uint8Array) => void (said += String(text)),
    now: () => (time += 1_000),
    isTerminal: { out: isTerminal, err: isTerminal },
    environment,
  });
  for (const quiet of [surroundings(false), surroundings(true, { TERM: "dumb" })]) {
    const progress = copyProgress(quiet);
    progress.onFile(file("a"));
    progress.clear();
  }
  expect(said).toBe("");
  const progress = copyProgress(surroundings(true));
  progress.onFile(file("a"));
  progress.onBytes(500);
  progress.onCopied();
  expect(said.split("\r\u001B[K").at(-1)).toBe("1 of 1 files, 500 B of 1.4 MiB");
  progress.clear();
  expect(said.endsWith("\r\u001B[K")).toBe(true);
});
