// Many local clouds at once, as tests that run side by side, and people with several folders, start them.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { startLocal } from "../../local/start.ts";
import { seededRandom } from "../../local/random.ts";
import type { Random } from "../../local/random.ts";

const folders: string[] = [];
const folder = async () => {
  const made = await mkdtemp(join(tmpdir(), "side-by-side-"));
  folders.push(made);
  return join(made, "cloud");
};
afterAll(() => Promise.all(folders.map((path) => rm(path, { recursive: true, force: true }))));

/** The ports that a cloud has. */
const portCount = 9;

/** The first numbers are alike for all. */
function nearlyAlike(index: number): Random {
  const [first, later] = [seededRandom(1), seededRandom(2 + index)];
  let drawn = 0;
  return { ...later, next: () => (++drawn <= portCount ? first : later).next() };
}

/** All choose the same ports at first, if they choose any. @returns why some did not start. */
async function startTogether(places: readonly string[]): Promise<string[]> {
  const starting = places.map((data, index) => startLocal({ data, random: nearlyAlike(index) }));
  const started = await Promise.allSettled(starting);
  const clouds = started.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  await Promise.all(clouds.map((cloud) => cloud.dispose()));
  return started.flatMap((one) => (one.status === "rejected" ? [String(one.reason)] : []));
}

it("temporary clouds start side by side, whatever ports they would choose", async () => {
  expect(await startTogether(["temporary", "temporary", "temporary"])).toEqual([]);
});

it("clouds that are kept choose others when the ports of their choice were taken before they had them", async () => {
  expect(await startTogether([await folder(), await folder()])).toEqual([]);
});

it("a port of the last start that somebody else has now is named, with what to do", async () => {
  const data = await folder();
  const cloud = await startLocal({ data });
  await cloud.dispose();
  const other = createServer();
  await new Promise<void>((resolve) =>
    other.listen(Number(new URL(cloud.description.urls.file).port), "127.0.0.1", resolve),
  );
  const { port } = other.address() as AddressInfo;
  await expect(startLocal({ data })).rejects.toThrow(
    `Port ${port} is in use by another program, and tasks of the last start`,
  );
  // It is not forgotten for that.
  const settings = JSON.parse(await readFile(join(data, "settings.json"), "utf8")) as {
    ports: { file: number };
  };
  expect(settings.ports.file).toBe(port);
  await new Promise((resolve) => other.close(resolve));
  // The storage that was starting meanwhile has ended and left the folder.
  await (await startLocal({ data })).dispose();
});
