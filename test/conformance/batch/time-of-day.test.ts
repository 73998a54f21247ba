// The emulator's own time never goes back; the machine's may. What others date, they date by the machine's.
import { afterAll, beforeAll, expect, it } from "vitest";
import { manualClock } from "../../../local/clock.ts";
import { linuxPool, underTest } from "./emulator-under-test.ts";
import type { UnderTest } from "./emulator-under-test.ts";

let t: UnderTest;
const clock = manualClock(Date.now() + 3 * 24 * 3_600_000);
beforeAll(async () => {
  t = await underTest({ clock: { ...clock, wall: () => Date.now() } });
});
afterAll(() => t.emulator.dispose());

it("takes a request that is dated by the machine's time, and compares a formula's moments with that", async () => {
  await t.batch.pool.add({ id: "p", ...linuxPool });
  await clock.advance(1000);
  const tomorrow = new Date(Date.now() + 24 * 3_600_000).toISOString();
  const formula = `$TargetDedicatedNodes = time() < time("${tomorrow}") ? 1 : 0;`;
  await t.batch.pool.enableAutoScale("p", { autoScaleFormula: formula });
  const { results } = await t.batch.pool.evaluateAutoScale("p", formula);
  expect(results).toContain("$TargetDedicatedNodes=1;");
});
