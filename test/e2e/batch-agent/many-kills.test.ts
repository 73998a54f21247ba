import { readFileSync } from "node:fs";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { processTable } from "../../../local/batch-emulator/agent/process-table.ts";
import {
  processFixture,
  type ProcessFixture,
} from "../../unit/local/batch-emulator-agent/process-fixture.ts";

let agent: ProcessFixture;
beforeEach(async () => {
  agent = await processFixture();
});
afterEach(() => agent.dispose());

describe("200 tasks with children of their own", () => {
  it("are ended together, completely, while the event loop goes on", async () => {
    const ids = Array.from({ length: 200 }, (_, index) => `many-${index}`);
    const runs = ids.map((id) => {
      let begin: () => void = () => undefined;
      const started = new Promise<void>((resolve) => (begin = resolve));
      const end = agent.executor.run(agent.launch(id, "/bin/sh -c 'sleep 300 & sleep 300'"), begin);
      return { started, end };
    });
    await Promise.all(runs.map((run) => run.started));
    const delays = monitorEventLoopDelay({ resolution: 5 });
    delays.enable();
    await Promise.all(ids.map((id) => agent.executor.kill(id)));
    delays.disable();
    const ends = await Promise.all(runs.map((run) => run.end));
    expect(ends.filter((end) => end.kind !== "killed")).toEqual([]);
    const instance = readFileSync(join(agent.folder, "state/instance"), "utf8");
    const { byLaunch } = await processTable(process.platform === "linux").scan();
    expect([...byLaunch.keys()].filter((cookie) => cookie.startsWith(instance))).toEqual([]);
    // One scan per launch would hold it up for seconds.
    expect(delays.max / 1e6).toBeLessThan(2_000);
  }, 60_000);
});
