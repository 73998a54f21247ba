import { expect, it } from "vitest";
import { createSampleHistory } from "../../../../local/batch-emulator/autoscale/sample-history.ts";

it("a history of samples begins anew when the clock was set back, and does not hide what comes then", () => {
  const history = createSampleHistory();
  for (const at of [100_000, 130_000]) history.record(at, { PendingTasks: 7 });
  history.record(40_000, { PendingTasks: 1, CurrentDedicatedNodes: 2 });
  history.record(70_000, { PendingTasks: 3 });
  expect(history.latest("PendingTasks", 5, 70_000)).toEqual([1, 3]);
  expect(history.count("CurrentDedicatedNodes", 70_000)).toBe(1);
  expect(history.beginMs("PendingTasks", 200_000)).toBe(40_000);
});
