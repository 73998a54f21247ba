import { expect, test } from "vitest";
import { forgottenLaunches } from "../../../../local/batch-emulator/agent/forgotten-launches.ts";
import { manualClock } from "../../../../local/clock.ts";

function forgotten() {
  const clock = manualClock();
  const removed: string[] = [];
  return {
    clock,
    removed,
    launches: forgottenLaunches({ forget: (id) => void removed.push(id) }, clock),
  };
}

test("records are removed together, a moment after the first was forgotten", async () => {
  const { clock, removed, launches } = forgotten();
  launches.add("a");
  await clock.advance(19);
  launches.add("b");
  expect(removed).toEqual([]);
  expect(launches.has("b")).toBe(true);
  await clock.advance(1);
  expect(removed).toEqual(["a", "b"]);
  expect(launches.has("b")).toBe(false);
  launches.add("c");
  await clock.advance(20);
  expect(removed).toEqual(["a", "b", "c"]);
});

test("nothing waits when they are removed at once", async () => {
  const { clock, removed, launches } = forgotten();
  launches.add("a");
  launches.clear();
  expect(removed).toEqual(["a"]);
  expect(clock.next()).toBeUndefined();
  launches.clear();
  expect(removed).toEqual(["a"]);
});
