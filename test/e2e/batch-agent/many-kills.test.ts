import fs, { readFileSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { join } from "node:path";
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

/** How often all processes of the machine are looked through while `work` is done. */
async function scansDuring(work: () => Promise<unknown>): Promise<number> {
  const { readdirSync } = fs;
  let scans = 0;
  const counting = (...asked: Parameters<typeof readdirSync>) => {
    if (asked[0] === "/proc") scans += 1;
    return readdirSync(...asked);
  };
  fs.readdirSync = counting as typeof readdirSync;
  syncBuiltinESMExports();
  try {
    await work();
  } finally {
    fs.readdirSync = readdirSync;
    syncBuiltinESMExports();
  }
  return scans;
}

describe("200 tasks with children of their own", () => {
  it("are ended together and completely, by a few looks at the machine's processes", async () => {
    const ids = Array.from({ length: 200 }, (_, index) => `many-${index}`);
    const runs = ids.map((id) => {
      let begin: () => void = () => undefined;
      const started = new Promise<void>((resolve) => (begin = resolve));
      const end = agent.executor.run(agent.launch(id, "/bin/sh -c 'sleep 300 & sleep 300'"), begin);
      return { started, end };
    });
    await Promise.all(runs.map((run) => run.started));
    const scans = await scansDuring(() => Promise.all(ids.map((id) => agent.executor.kill(id))));
    const ends = await Promise.all(runs.map((run) => run.end));
    expect(ends.filter((end) => end.kind !== "killed")).toEqual([]);
    const instance = readFileSync(join(agent.folder, "state/instance"), "utf8");
    const { byLaunch } = await processTable(process.platform === "linux").scan();
    expect([...byLaunch.keys()].filter((cookie) => cookie.startsWith(instance))).toEqual([]);
    // One for each launch would hold up the event loop for seconds.
    expect(scans).toBeLessThan(ids.length / 4);
  }, 120_000);
});
