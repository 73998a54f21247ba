// The storage of the local cloud stands still, as a machine that was suspended or a disk that hangs makes it: what was asked
// meanwhile is answered once it goes on, what runs goes on, and nothing is lost or done twice.
import { readFileSync, readdirSync } from "node:fs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startJobLab } from "../../support/job-lab.ts";
import type { JobLab } from "../../support/job-lab.ts";

let lab: JobLab;
beforeAll(async () => {
  lab = await startJobLab();
});
afterAll(() => lab.dispose());

/** The storage's process, among the children of this one. */
function storagePid(): number {
  const isOurs = (pid: string) => {
    try {
      const parent = /\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, "utf8"))?.[1];
      const command = readFileSync(`/proc/${pid}/cmdline`, "utf8");
      return parent === String(process.pid) && command.includes("azurite.mjs");
    } catch {
      return false;
    }
  };
  const found = readdirSync("/proc").filter((name) => /^\d+$/.test(name) && isOurs(name));
  expect(found).toHaveLength(1);
  return Number(found[0]);
}

it.skipIf(process.platform !== "linux")(
  "requests wait for a storage that stands still, and jobs go on once it does",
  async () => {
    const cluster = await lab.cluster("c", 1);
    await lab.submit("before", cluster, "echo one >>$AZ_BATCHAI_STDOUTERR_DIR/count; sleep 2");
    await lab.reaches("before", "running");
    const pid = storagePid();
    process.kill(pid, "SIGSTOP");
    let answered = false;
    const asked = lab.submit("meanwhile", cluster, "true").finally(() => (answered = true));
    try {
      // What needs no storage is served, long enough for the other to have come as far as it can.
      for (let round = 0; round < 20; round += 1) {
        const description = await fetch(`${lab.cloud.description.urls.api}/openapi.json`);
        expect(description.status).toBe(200);
        await description.text();
      }
      expect(answered).toBe(false);
    } finally {
      process.kill(pid, "SIGCONT");
    }
    expect(await asked).toMatchObject({ name: "meanwhile" });
    expect((await lab.finished("before")).executionState).toBe("succeeded");
    expect((await lab.finished("meanwhile")).executionState).toBe("succeeded");
    expect(await lab.read("before", "count")).toBe("one\n");
  },
);
