import { describe, expect, it } from "vitest";
import { manualClock } from "../../../local/clock.ts";
import { delegationKeys } from "../../../services/azure/delegation-keys.ts";

const hour = 3_600_000;
const day = 24 * hour;

function storage(answer: (expiresOn: Date, asked: number) => Promise<Date> = async (until) => until) {
  const clock = manualClock();
  const asked: { readonly from: number; readonly until: number }[] = [];
  const key = delegationKeys(clock, async (startsOn, expiresOn) => {
    asked.push({ from: startsOn.getTime() - clock.now(), until: expiresOn.getTime() - clock.now() });
    return { signedExpiresOn: await answer(expiresOn, asked.length), number: asked.length };
  });
  return { clock, asked, key };
}

describe("a delegation key", () => {
  it("signs every link that it outlives, and is asked for once by all who ask at the same time", async () => {
    const { clock, asked, key } = storage();
    const keys = await Promise.all([key(hour), key(day), key(7 * day - hour)]);
    await clock.advance(5 * day);
    keys.push(await key(day));
    expect(keys.map(({ number }) => number)).toEqual([1, 1, 1, 1]);
    expect(asked).toHaveLength(1);
  });

  it("is never asked for more than the seven days that storage gives, and is valid for clocks that are late", async () => {
    const { asked, key } = storage();
    await key(7 * day - hour);
    expect(asked[0]?.until).toBeLessThanOrEqual(7 * day);
    expect(asked[0]?.until).toBeGreaterThanOrEqual(7 * day - hour);
    expect(asked[0]?.from).toBe(-5 * 60_000);
  });

  it("gives way to a new one, one for all, before a link would outlive it", async () => {
    const { clock, asked, key } = storage();
    await key(day);
    await clock.advance(6 * day + hour);
    expect((await key(hour)).number).toBe(1);
    const [one, other] = await Promise.all([key(day), key(day)]);
    expect([one.number, other.number]).toEqual([2, 2]);
    expect(asked).toHaveLength(2);
  });

  it("is used no longer than storage says, also where that is less than what was asked for", async () => {
    const { clock, key } = storage(async () => new Date(clock.now() + 2 * hour));
    await key(hour);
    await clock.advance(90 * 60_000);
    expect((await key(hour)).number).toBe(2);
  });

  it("that could not be had is asked for again by the next who needs it", async () => {
    const { key } = storage(async (until, asked) => {
      if (asked === 1) throw new Error("storage is away");
      return until;
    });
    await expect(key(hour)).rejects.toThrow("storage is away");
    expect((await key(hour)).number).toBe(2);
  });
});
