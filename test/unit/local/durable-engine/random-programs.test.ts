import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runHostile } from "./support/program-driver.ts";
import { expectedCount, expectedResult, programs } from "./support/random-programs.ts";

const hostility = fc.record({
  seed: fc.integer({ min: 1, max: 1_000_000 }),
  places: fc.integer({ min: 1, max: 16 }),
  duplicates: fc.constantFrom(0, 0.1, 0.5),
  crashes: fc.array(fc.integer({ min: 1, max: 25 }), { maxLength: 5 }),
});

describe("random orchestrations", () => {
  it("have one result, whatever the order, batching, duplication and restarts", async () => {
    await fc.assert(
      fc.asyncProperty(programs, hostility, async (program, world) => {
        const outcome = await runHostile(program, world);
        expect(outcome).toMatchObject({
          status: "Completed",
          output: expectedResult(program),
          count: expectedCount(program),
          orphans: 0,
        });
      }),
      { numRuns: Number(process.env["DURABLE_RUNS"] ?? 60) },
    );
  }, 600_000);
});
