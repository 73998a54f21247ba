// `batchai up`, `status` and `down`: the local cloud as a process that goes on when the command has ended.
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, it } from "vitest";
import { until } from "../support/batch-ai-client.ts";
import { isAlive } from "../support/processes.ts";

const program = fileURLToPath(new URL("../../dist/local/batchai.mjs", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "background-"));

interface Ended {
  readonly code: unknown;
  readonly out: string;
  readonly err: string;
}
function typed(line: string): Promise<Ended> {
  const env = { PATH: process.env["PATH"], HOME: folder };
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...line.split(" ")], { cwd: folder, env }, (error, out, err) =>
      resolve({ code: error === null ? 0 : error.code, out, err }),
    );
  });
}
afterAll(async () => {
  await typed("down");
  rmSync(folder, { recursive: true, force: true });
});

it("starts once, is found by the commands of the folder, and ends in order", async () => {
  expect(await typed("status")).toMatchObject({ code: 6, out: "" });
  const up = await typed("up --port 0 -o json");
  expect(up).toMatchObject({ code: 0 });
  const { api, pid } = JSON.parse(up.out) as { api: string; pid: number };
  const again = await typed("up --port 0 -o json");
  expect(JSON.parse(again.out)).toMatchObject({ api, pid });
  expect(JSON.parse((await typed("status")).out)).toMatchObject({
    endpoint: api,
    state: "answers",
    origin: join(folder, ".batchai", "cloud.json"),
  });
  await typed("workspace create -n kept");
  expect(await typed("down")).toMatchObject({ code: 0 });
  await until("the end of the process", async () => (isAlive(pid) ? undefined : true));
  const stopped = await typed("status");
  expect(stopped).toMatchObject({ code: 1 });
  expect(JSON.parse(stopped.out)).toMatchObject({ state: "does not answer" });
  expect(await typed("down")).toMatchObject({ code: 0 });

  expect((await typed("up --port 0")).code).toBe(0);
  expect(JSON.parse((await typed("workspace list")).out)).toMatchObject([{ name: "kept" }]);
  expect(await typed("down")).toMatchObject({ code: 0 });
});

it("says why it does not start", async () => {
  const foreign = await typed("up --data /proc --port 0");
  expect(foreign.code).toBe(1);
  expect(foreign.err).toMatch(/did not start: it ended with [^]*not a data folder/);
});
