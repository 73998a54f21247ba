import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalDuration, formatDuration, parseDuration } from "../../../../domain/shared/duration.ts";

describe("durations", () => {
  it.each([
    ["PT1H", 3_600_000, "PT1H"],
    ["P7D", 604_800_000, "P7D"],
    ["7.00:00:00", 604_800_000, "P7D"],
    ["00:01:30", 90_000, "PT1M30S"],
    ["P1DT2H3M4.5S", 93_784_500, "P1DT2H3M4.5S"],
    ["PT90M", 5_400_000, "PT1H30M"],
    ["P1W", 604_800_000, "P7D"],
    ["pt0s", 0, "PT0S"],
  ])("%s is %i ms, written %s", (text, ms, canonical) => {
    expect(parseDuration(text)).toBe(ms);
    expect(canonicalDuration(text)).toBe(canonical);
  });

  it.each([
    "",
    "P",
    "PT",
    "P1DT",
    "1h",
    "P1Y",
    "P1M",
    "-P1D",
    "7.24:00:00",
    "00:60:00",
    "PT1H ago",
    "P999999999999999999D",
  ])("'%s' is none", (text) => expect(parseDuration(text)).toBeUndefined());

  it("are read back as they were written", () => {
    fc.assert(
      fc.property(fc.nat(4_000_000_000_000), (ms) => {
        expect(parseDuration(formatDuration(ms))).toBe(ms);
      }),
    );
  });
});
