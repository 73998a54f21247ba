// Tokens of jobs: for one job, for some time, by one deployment.
import { describe, expect, it } from "vitest";
import { jobTokens } from "../../../services/azure/job-tokens.ts";

const guid = "11111111-2222-4333-8444-555555555555";
const other = "11111111-2222-4333-8444-666666666666";
const key = (fill: number) => new Uint8Array(32).fill(fill);
let now = 1_000_000;
const clock = { now: () => now, sleep: async () => undefined };

describe("the token of a job", () => {
  it("names its job until its time is over", () => {
    const tokens = jobTokens([key(1)], clock);
    const token = tokens.issue(guid, 60_000);
    expect(tokens.verify(token)).toBe(guid);
    now += 59_000;
    expect(tokens.verify(token)).toBe(guid);
    now += 3_000;
    expect(tokens.verify(token)).toBeUndefined();
  });

  it("is good for nothing once a word of it is another", () => {
    const tokens = jobTokens([key(1)], clock);
    const token = tokens.issue(guid, 60_000);
    const [scheme, , expiry, mac = ""] = token.split(".");
    for (const forged of [
      [scheme, other, expiry, mac],
      [scheme, guid, `${Number(expiry) + 1}`, mac],
      [scheme, guid, expiry, `${mac.startsWith("A") ? "B" : "A"}${mac.slice(1)}`],
      [scheme, guid, expiry, ""],
      ["x", guid, expiry, mac],
    ])
      expect(tokens.verify(forged.join("."))).toBeUndefined();
    expect(jobTokens([key(2)], clock).verify(token)).toBeUndefined();
  });

  it("outlives a change of the deployment's key while the earlier one is named", () => {
    const token = jobTokens([key(1)], clock).issue(guid, 60_000);
    expect(jobTokens([key(2), key(1)], clock).verify(token)).toBe(guid);
  });
});
