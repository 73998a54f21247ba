// What is due is looked for when something can be due, and every two minutes in any case.
import { beforeEach, describe, expect, it } from "vitest";
import { dueAhead } from "../../../services/documents/due-ahead.ts";
import { documentDue } from "../../../services/documents/due.ts";
import type { Due, DueEntry } from "../../../services/due.ts";
import { memoryDocuments } from "../../support/app/memory-documents.ts";

const start = Date.parse("2026-01-01T00:00:00.000Z");
const iso = (seconds: number) => new Date(start + seconds * 1_000).toISOString();
const entry = (seconds: number, guid = "g"): DueEntry => ({
  at: iso(seconds),
  kind: "fireTime",
  trigger: { kind: "trigger", subscriptionId: "s", resourceGroup: "rg", workspace: "w", trigger: "t" },
  guid,
  since: iso(0),
});

let now: number;
let reads: number;
let elsewhere: Due;
let due: Due;
let meanwhile: (() => Promise<void>) | undefined;

beforeEach(() => {
  now = 0;
  reads = 0;
  meanwhile = undefined;
  elsewhere = documentDue(memoryDocuments());
  const counted: Due = {
    ...elsewhere,
    upTo: async (moment, size) => {
      reads += 1;
      const entries = await elsewhere.upTo(moment, size);
      await meanwhile?.();
      return entries;
    },
  };
  due = dueAhead(counted, { now: () => start + now * 1_000, sleep: () => Promise.resolve() });
});

async function lookAt(seconds: number): Promise<readonly string[]> {
  now = seconds;
  return (await due.upTo(iso(seconds), 1_000)).map(({ guid }) => guid);
}

/** Looks every five seconds. @returns when something was found first. */
async function lookUntilFound(from: number, to: number): Promise<number | undefined> {
  for (let seconds = from; seconds <= to; seconds += 5)
    if ((await lookAt(seconds)).length > 0) return seconds;
  return undefined;
}

describe("looking at what is due", () => {
  it("costs thirty reads an hour while nothing is planned", async () => {
    expect(await lookUntilFound(0, 3_599)).toBeUndefined();
    expect(reads).toBe(30);
  });

  it("finds an entry at its time, whether it was planned before or between looks", async () => {
    await due.add(entry(300, "before"));
    expect(await lookUntilFound(0, 600)).toBe(300);
    await due.settle(entry(300, "before"), entry(400, "after"));
    expect(await lookUntilFound(305, 600)).toBe(400);
    await due.settle(entry(400, "after"));
    expect(await lookAt(405)).toEqual([]);
    await due.add(entry(407, "soon"));
    expect(await lookAt(410)).toEqual(["soon"]);
  });

  it("goes on finding what was not settled", async () => {
    await due.add(entry(10));
    expect(await lookAt(10)).toEqual(["g"]);
    expect(await lookAt(15)).toEqual(["g"]);
  });

  it("finds what another instance planned within two minutes", async () => {
    expect(await lookAt(0)).toEqual([]);
    await elsewhere.add(entry(1));
    expect(await lookUntilFound(5, 600)).toBe(120);
  });

  it("does not miss what is planned while it reads", async () => {
    meanwhile = async () => {
      meanwhile = undefined;
      await due.add(entry(1));
    };
    expect(await lookAt(0)).toEqual([]);
    expect(await lookAt(5)).toEqual(["g"]);
  });

  it("reads again at once when the clock was set back", async () => {
    expect(await lookAt(7_200)).toEqual([]);
    await elsewhere.add(entry(1));
    expect(await lookAt(5)).toEqual(["g"]);
  });
});
