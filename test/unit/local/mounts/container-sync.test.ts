import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Clock, manualClock, systemClock } from "../../../../local/clock.ts";
import { silentLogger } from "../../../../local/logger.ts";
import { type ContainerSync, startContainerSync } from "../../../../local/mounts/container-sync.ts";
import { type MemoryContainer, memoryContainer } from "./memory-container.ts";

let base: string;
let runs = 0;

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), "sync-"));
});
afterEach(() => rm(base, { recursive: true, force: true }));

interface World {
  readonly folder: string;
  readonly remote: MemoryContainer;
  sync: ContainerSync;
}

async function start(
  folder: string,
  remote: MemoryContainer,
  clock: Clock = systemClock(),
): Promise<ContainerSync> {
  return startContainerSync({
    folder,
    stateFolder: `${folder}.sync`,
    remote,
    clock,
    logger: silentLogger,
    label: "test",
  });
}

async function world(turns?: () => number, clock?: Clock): Promise<World> {
  const folder = join(base, String(runs++));
  const remote = memoryContainer(turns);
  return { folder, remote, sync: await start(folder, remote, clock) };
}

async function localFiles(folder: string): Promise<Record<string, string>> {
  const found: [string, string][] = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    found.push([path.slice(folder.length + 1), await readFile(path, "utf8")]);
  }
  return Object.fromEntries(found.sort(([one], [other]) => (one < other ? -1 : 1)));
}

async function write(folder: string, name: string, text: string): Promise<void> {
  await mkdir(dirname(join(folder, name)), { recursive: true });
  await writeFile(join(folder, name), text);
}

/** Both sides have had their say twice, so that answers to answers are in too. */
async function settle({ sync }: World): Promise<void> {
  for (let round = 0; round < 2; round += 1) {
    await sync.flush();
    await sync.pull();
  }
}

type Step =
  | { readonly do: "write" | "put"; readonly name: string; readonly text: string }
  | { readonly do: "delete" | "drop"; readonly name: string }
  | { readonly do: "removeTree" | "dropTree"; readonly name: string }
  | { readonly do: "flush" | "pull" | "restart" };

const fileNames = ["a", "b", "d/x", "d/y", "e/f/z", "e/w"];
const name = fc.constantFrom(...fileNames);
const directory = fc.constantFrom("d", "e", "e/f");
const text = fc.string({ maxLength: 6 });
const change: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom("write" as const, "put" as const), name, text }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom("delete" as const, "drop" as const), name }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constantFrom("removeTree" as const, "dropTree" as const),
      name: directory,
    }),
  },
);
const pause: fc.Arbitrary<Step> = fc.record({
  do: fc.constantFrom("flush" as const, "pull" as const, "restart" as const),
});

async function take(here: World, step: Step): Promise<void> {
  const { folder, remote } = here;
  if (step.do === "write") await write(folder, step.name, step.text);
  else if (step.do === "put") remote.put(step.name, step.text);
  else if (step.do === "delete") await rm(join(folder, step.name), { force: true });
  else if (step.do === "drop") remote.drop(step.name);
  else if (step.do === "removeTree") await rm(join(folder, step.name), { recursive: true, force: true });
  else if (step.do === "dropTree") {
    for (const one of [...Object.keys(remote.files()), ...remote.markers()])
      if (one === step.name || one.startsWith(`${step.name}/`)) remote.drop(one);
  } else if (step.do === "flush") await here.sync.flush();
  else if (step.do === "pull") await here.sync.pull();
  else {
    await here.sync.stop();
    here.sync = await start(folder, remote);
  }
}

describe("the sync of a folder and a container", () => {
  it("ends with both sides equal, whatever changed on either in whatever order", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof({ weight: 5, arbitrary: change }, { weight: 2, arbitrary: pause }), {
          maxLength: 25,
        }),
        fc.infiniteStream(fc.nat({ max: 4 })),
        async (steps, turns) => {
          const here = await world(() => Number(turns.next().value));
          for (const step of steps) await take(here, step);
          await settle(here);
          const onDisk = await localFiles(here.folder);
          await here.sync.stop();
          expect(onDisk).toEqual(here.remote.files());
        },
      ),
      { numRuns: 25, seed: 20261123 },
    );
  });

  it("carries every single change over exactly, when nothing else happens meanwhile", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(change, { maxLength: 10 }), async (steps) => {
        const here = await world();
        const expected = new Map<string, string>();
        for (const step of steps) {
          await take(here, step);
          if (step.do === "write" || step.do === "put") expected.set(step.name, step.text);
          else if (step.do === "delete" || step.do === "drop") expected.delete(step.name);
          else if (step.do === "removeTree" || step.do === "dropTree")
            for (const one of [...expected.keys()]) if (one.startsWith(`${step.name}/`)) expected.delete(one);
          await settle(here);
          const wanted = Object.fromEntries([...expected].sort(([one], [other]) => (one < other ? -1 : 1)));
          expect(here.remote.files()).toEqual(wanted);
          expect(await localFiles(here.folder)).toEqual(wanted);
        }
        await here.sync.stop();
      }),
      { numRuns: 12, seed: 11 },
    );
  });

  it("moves nothing when nothing changed", async () => {
    const here = await world();
    await write(here.folder, "out/log.txt", "1");
    here.remote.put("data.bin", "2");
    await settle(here);
    here.remote.calls.length = 0;
    await settle(here);
    expect(here.remote.calls.filter((call) => call !== "list")).toEqual([]);
    await here.sync.stop();
  });

  it("removes nothing on either side while storage does not answer, and catches up afterwards", async () => {
    const here = await world();
    here.remote.put("kept.txt", "kept");
    await settle(here);
    here.remote.broken = true;
    await write(here.folder, "new.txt", "new");
    await expect(here.sync.pull()).rejects.toThrow("does not answer");
    expect(await localFiles(here.folder)).toEqual({ "kept.txt": "kept", "new.txt": "new" });
    here.remote.broken = false;
    await here.sync.flush();
    expect(here.remote.files()).toEqual({ "kept.txt": "kept", "new.txt": "new" });
    await here.sync.stop();
  });

  it("uploads a file that never stops growing at most once a second", async () => {
    const clock = manualClock();
    const here = await world(undefined, clock);
    const uploads = () => here.remote.calls.filter((call) => call === "upload log").length;
    const grow = async () => {
      await writeFile(join(here.folder, "log"), "x", { flag: "a" });
      await clock.advance(20);
    };
    // The watch tells in real time of what is written.
    await vi.waitFor(
      async () => {
        await grow();
        expect(uploads()).toBeGreaterThan(0);
      },
      { timeout: 20_000, interval: 5 },
    );
    const before = uploads();
    for (let ms = 0; ms < 4_000; ms += 20) await grow();
    // Once a second, and once more because of the scan of every five seconds.
    expect(uploads() - before).toBeLessThanOrEqual(5);
    await here.sync.flush();
    expect(here.remote.files()["log"]).toBe(await readFile(join(here.folder, "log"), "utf8"));
    await here.sync.stop();
  });

  it("tells an outage once for each thing, however long it takes, and again the next time", async () => {
    const clock = manualClock();
    const told: string[] = [];
    const warn = (event: string, fields: object = {}) => void told.push(`${event} ${JSON.stringify(fields)}`);
    const remote = memoryContainer();
    const folder = join(base, String(runs++));
    const logger = { ...silentLogger, warn };
    const sync = await startContainerSync({
      folder,
      stateFolder: `${folder}.sync`,
      remote,
      clock,
      logger,
      label: "test",
    });
    const outage = async () => {
      remote.broken = true;
      const before = remote.calls.length;
      for (let second = 0; remote.calls.length < before + 20; second += 1) {
        if (second > 2_000) throw new Error("nothing was tried");
        await clock.advance(1_000);
        await new Promise((resolve) => setImmediate(resolve));
      }
      remote.broken = false;
    };
    await outage();
    expect(told).toHaveLength(1);
    await vi.waitFor(
      async () => {
        const before = remote.calls.length;
        await clock.advance(10_000);
        expect(remote.calls.length).toBeGreaterThan(before + 1);
      },
      { timeout: 20_000, interval: 5 },
    );
    await outage();
    expect(told).toHaveLength(2);
    await sync.stop();
  });

  it("leaves out what cannot be on the other side, and carries the rest", async () => {
    const here = await world();
    here.remote.put("a//b", "no file can have this name");
    here.remote.put("../escape", "nor this");
    here.remote.put("both", "a file");
    here.remote.put("both/below", "and a directory");
    here.remote.put("fine", "fine");
    await settle(here);
    expect(await localFiles(here.folder)).toEqual({ "both/below": "and a directory", fine: "fine" });
    expect(Object.keys(here.remote.files())).toHaveLength(5);
    expect(await readdir(base)).not.toContain("escape");
    await here.sync.stop();
  });

  it("gives an empty directory a marker blob and takes it away with the directory", async () => {
    const here = await world();
    await mkdir(join(here.folder, "out/empty"), { recursive: true });
    await settle(here);
    expect(here.remote.markers().sort()).toEqual(["out", "out/empty"]);
    here.remote.drop("out/empty");
    await settle(here);
    expect(await readdir(join(here.folder, "out"))).toEqual([]);
    await rm(join(here.folder, "out"), { recursive: true });
    await settle(here);
    expect(here.remote.markers()).toEqual([]);
    await here.sync.stop();
  });
});
