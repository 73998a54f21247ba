// A reader that stops as soon as it sees the job finished, without a last read, as `az batchai job file stream` does.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { until } from "../../support/batch-ai-client.ts";
import { place, startJobLab } from "../../support/job-lab.ts";
import type { JobLab } from "../../support/job-lab.ts";

let lab: JobLab;
beforeAll(async () => {
  lab = await startJobLab({});
});
afterAll(() => lab.dispose());

/** Of the two seconds for which the end of a job is kept back, so that whoever read before its output was complete reads again. */
const graceMs = 1_900;

/** The loop of the command: a read of what is new, a look at the job, the end if it is finished, a second's pause. */
async function stream(name: string): Promise<string> {
  const url = await until("the file", async () => {
    const files = await lab.client.jobs.listOutputFiles(...place, name, { outputdirectoryid: "stdouterr" });
    return files.find((file) => file.name === "stdout.txt")?.downloadUrl;
  });
  let text = "";
  for (;;) {
    const askedAt = performance.now();
    const reply = await fetch(url, { headers: { "x-ms-range": `bytes=${text.length}-` } });
    if (reply.status === 206) text += await reply.text();
    const { executionState = "" } = await lab.client.jobs.get(...place, name);
    // A reader that this machine held up between its read and its look, for longer than that, is promised nothing.
    const isPrompt = performance.now() - askedAt < graceMs;
    if (isPrompt && ["succeeded", "failed"].includes(executionState)) return text;
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
}

describe("following a file", () => {
  it.each([
    ["succeeds", "exit 0"],
    ["fails", "exit 3"],
  ])("row 110: shows the last byte of a job that %s", { timeout: 60_000 }, async (how, end) => {
    const cluster = await lab.cluster(how, 1);
    const command = `for line in 1 2 3; do echo line $line; sleep 0.4; done; echo the last words; ${end}`;
    await lab.submit(how, cluster, command);
    expect(await stream(how)).toBe("line 1\nline 2\nline 3\nthe last words\n");
  });
});
