import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isNestedTooDeep } from "../../../local/json-depth.ts";

const depthOf = (value: unknown): number =>
  typeof value === "object" && value !== null
    ? 1 + Math.max(0, ...Object.values(value).map((item) => depthOf(item)))
    : 0;

describe("the depth of JSON", () => {
  it("is that of its lists and objects, whatever its texts hold", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.integer({ min: 0, max: 6 }), (value, levels) => {
        expect(isNestedTooDeep(JSON.stringify(value), levels)).toBe(depthOf(value) > levels);
      }),
    );
    expect(isNestedTooDeep('["[[[[\\"[[", {"}": "\\\\"}]', 2)).toBe(false);
  });

  it("is found without a stack to run out of", () => {
    expect(isNestedTooDeep("[".repeat(5_000_000))).toBe(true);
    expect(isNestedTooDeep(`${"[".repeat(1_000)}${"]".repeat(1_000)}`)).toBe(false);
  });
});
