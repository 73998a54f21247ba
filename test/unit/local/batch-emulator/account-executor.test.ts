import { expect, test } from "vitest";
import { accountExecutors, executorPrefix } from "../../../../local/batch-emulator/agent/account-executor.ts";
import type { Launch, LaunchEnd } from "../../../../local/batch-emulator/agent/executor.ts";
import { manualClock } from "../../../../local/clock.ts";
import { scriptedExecutor } from "../../../support/scripted-executor.ts";

const clock = manualClock();
const launch = (id: string): Launch => ({
  id,
  ...{
    nodeRoot: "/n",
    taskDirectory: "/n/t",
    workingDirectory: "/n/t/wd",
    commandLine: "wait",
    environment: {},
  },
  ...{ resourceFiles: [], commonResourceFiles: [], outputFiles: [], keepOutput: false },
});
const always = () => true;

test("launches of the same id in two accounts are two, and each account ends its own", async () => {
  const shared = scriptedExecutor(clock);
  const accounts = accountExecutors(shared, clock);
  const first = accounts.of("", always);
  const second = accounts.of(executorPrefix("ab12"), always);
  const ends = [first.run(launch("t1.0"), () => undefined), second.run(launch("t1.0"), () => undefined)];
  expect([...shared.running.keys()]).toEqual(["t1.0", "a.ab12.t1.0"]);
  await second.kill("t1.0");
  expect([...shared.running.keys()]).toEqual(["t1.0"]);
  await second.forget("t1.0");
  expect(shared.forgotten).toEqual(["a.ab12.t1.0"]);
  await second.close(false);
  expect(shared.running.size).toBe(1);
  await first.kill("t1.0");
  expect((await Promise.all(ends)).map((end) => end.kind)).toEqual(["killed", "killed"]);
});

test("after a restart each account finds its own launches, and those of accounts that are no more are ended", async () => {
  const ended = Promise.resolve<LaunchEnd>({ kind: "lost", endedAt: 0 });
  const found = new Map(["t1.0", "a.ab12.t1.0", "a.ab12.n2.1", "a.cd34.t1.0"].map((id) => [id, ended]));
  const shared = { ...scriptedExecutor(clock), recover: () => Promise.resolve(found) };
  const accounts = accountExecutors(shared, clock);
  const own = async (prefix: string) => [...(await accounts.of(prefix, always).recover()).keys()];
  expect(await own("")).toEqual(["t1.0"]);
  expect(await own(executorPrefix("ab12"))).toEqual(["t1.0", "n2.1"]);
  await accounts.endUnclaimed();
  expect([shared.killed, shared.forgotten]).toEqual([["a.cd34.t1.0"], ["a.cd34.t1.0"]]);
});
