import { appendFile, mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openKnownStates } from "../../../../local/mounts/known-states.ts";

const state = (stamp: string) => ({ kind: "file" as const, stamp, etag: `"${stamp}"` });
let folder: string;
let files = 0;
const fresh = () => join(folder, String((files += 1)), "known");
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "known-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("what is known of a container", () => {
  it("is there again after a restart: the last of each name, and nothing of what was removed", async () => {
    const file = fresh();
    const known = await openKnownStates(file);
    known.set("a\nb", state("1"));
    known.set("gone", state("1"));
    await known.save();
    known.set("a\nb", state("2"));
    known.delete("gone");
    await known.save();
    const again = await openKnownStates(file);
    expect([...again.names()]).toEqual(["a\nb"]);
    expect(again.get("a\nb")).toEqual(state("2"));
  });

  it("costs what changed to save, however much there is", async () => {
    const file = fresh();
    const known = await openKnownStates(file);
    for (let index = 0; index < 20_000; index += 1) known.set(`train/${index}.png`, state("1"));
    await known.save();
    const { size } = await stat(file);
    for (let round = 0; round < 100; round += 1) {
      known.set("job/stdout.txt", state(String(round)));
      await known.save();
    }
    expect((await stat(file)).size - size).toBeLessThan(6_000);
    await known.save();
    expect((await readFile(file, "utf8")).split("\n")).toHaveLength(20_101);
  });

  it("is written anew when most of the file is outdated", async () => {
    const file = fresh();
    const known = await openKnownStates(file);
    for (let round = 0; round < 3_000; round += 1) {
      known.set("log", state(String(round)));
      await known.save();
    }
    expect((await readFile(file, "utf8")).split("\n").length).toBeLessThan(1_100);
    expect((await openKnownStates(file)).get("log")).toEqual(state("2999"));
  });

  it("loses no more than the line that a crash tore, and what is saved after that is read", async () => {
    const file = fresh();
    const known = await openKnownStates(file);
    known.set("whole", state("1"));
    await known.save();
    await appendFile(file, '["torn","fi');
    const after = await openKnownStates(file);
    expect([...after.names()]).toEqual(["whole"]);
    after.set("next", state("2"));
    await after.save();
    expect([...(await openKnownStates(file)).names()]).toEqual(["whole", "next"]);
  });

  it("is nothing when the file is somebody else's", async () => {
    const file = fresh();
    const known = await openKnownStates(file);
    known.set("a", state("1"));
    await known.save();
    await appendFile(file, '{"version":1,"rows":[]}\nnonsense\n');
    expect([...(await openKnownStates(file)).names()]).toEqual(["a"]);
  });
});
