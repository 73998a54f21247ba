// The property that random orchestrations have to satisfy.
import fc from "fast-check";
import { expect } from "vitest";
import { runHostile } from "./program-driver.ts";
import { expectedCount, expectedResult, programs } from "./random-programs.ts";

const hostility = fc.record({
  seed: fc.integer({ min: 1, max: 1_000_000 }),
  places: fc.integer({ min: 1, max: 16 }),
  duplicates: fc.constantFrom(0, 0.1, 0.5),
  crashes: fc.array(fc.integer({ min: 1, max: 25 }), { maxLength: 5 }),
});

/** One result, whatever the order, batching, duplication and restarts. */
export async function expectOneResult(numRuns: number): Promise<void> {
  await fc.assert(
    fc.asyncProperty(programs, hostility, async (program, world) => {
      expect(await runHostile(program, world)).toMatchObject({
        status: "Completed",
        output: expectedResult(program),
        count: expectedCount(program),
        orphans: 0,
      });
    }),
    { numRuns },
  );
}
