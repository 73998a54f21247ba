// kill -9 of the whole host, storage included: on the next start waiting work goes on and finished work stays finished.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { fixture, until } from "../../local/functions-host/host-under-test.ts";
import { startCli, type RunningCli } from "./running-cli.ts";

const folders: string[] = [];
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

interface Status {
  runtimeStatus: string;
  output: unknown;
}
const post = async (host: RunningCli, path: string, body: unknown) => {
  const answer = await fetch(`${host.told.url}${path}`, { method: "POST", body: JSON.stringify(body) });
  return answer.status === 202 ? ((await answer.json().catch(() => ({}))) as { id?: string }) : {};
};
const status = async (host: RunningCli, id: string) =>
  (await (await fetch(`${host.told.url}/status/${id}`)).json()) as Status;

it("loses no orchestration and changes no result", async () => {
  const data = await mkdtemp(join(tmpdir(), "functions-host-killed-"));
  folders.push(data);
  const start = () => startCli(fixture("durable-esm"), "--port", "0", "--https-port", "0", "--data", data);
  const first = await start();
  const waiting = await Promise.all(Array.from({ length: 10 }, () => post(first, "/start/approval", {})));
  const done = await post(first, "/start/one", { value: 8 });
  await until(async () => (await status(first, done.id!)).runtimeStatus === "Completed");
  // These are somewhere in the middle when the host dies.
  const busy = await Promise.all(Array.from({ length: 20 }, () => post(first, "/start/fanOut", {})));
  first.child.kill("SIGKILL");
  await first.ended;

  const second = await start();
  expect(second.told.masterKey).toBe(first.told.masterKey);
  expect(await status(second, done.id!)).toMatchObject({ runtimeStatus: "Completed", output: 16 });
  for (const { id } of waiting) await post(second, `/raise/${id}/approved`, "yes");
  for (const [ids, output] of [
    [busy, 30],
    [waiting, "yes"],
  ] as const)
    for (const { id } of ids)
      await until(async () => {
        const found = await status(second, id!);
        return found.runtimeStatus === "Completed" && found.output === output;
      }, `the end of ${id}`);
  second.child.kill("SIGTERM");
  expect(await second.ended).toBe(0);
}, 60_000);
