import { describe, expect, it } from "vitest";
import { simulate } from "../../../bench/batch/support/simulation.ts";

describe("simulated tasks under a clock driven by hand", () => {
  it("happen the same way by the same seed, and another way by another", async () => {
    const size = { tasks: 400, nodes: 20 };
    const first = await simulate({ ...size, seed: 7 });
    const again = await simulate({ ...size, seed: 7 });
    const other = await simulate({ ...size, seed: 8 });
    expect(first.events).toBe(2 * size.tasks);
    expect(again.hash).toBe(first.hash);
    expect(again.virtualMs).toBe(first.virtualMs);
    expect(other.hash).not.toBe(first.hash);
  });
});
