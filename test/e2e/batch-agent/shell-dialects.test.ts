import { isAlive } from "../../support/processes.ts";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  bestSupervision,
  shellDialect,
  shellSupervision,
  type Supervision,
} from "../../../local/batch-emulator/agent/supervision.ts";
import {
  processFixture,
  until,
  type ProcessFixture,
} from "../../unit/local/batch-emulator-agent/process-fixture.ts";

const binaries = mkdtempSync(join(tmpdir(), "batchai-supervisor-"));
afterAll(() => rmSync(binaries, { recursive: true, force: true }));
const bash = { ...shellDialect(), shell: "/bin/bash", jobControl: true };
const plain = { ...shellDialect(), shell: "/bin/sh", jobControl: false };

describe.each<[string, Supervision]>([
  ["what this machine does best", bestSupervision(binaries)],
  ["the job control of bash", shellSupervision(bash)],
  ["a plain POSIX shell with setsid(1)", shellSupervision(plain)],
  ["ps(1) instead of /proc", shellSupervision({ ...bash, procfs: false, subreaper: undefined })],
  ["a plain POSIX shell and ps(1)", shellSupervision({ ...plain, procfs: false, subreaper: undefined })],
])("with %s", (_name, supervision) => {
  let agent: ProcessFixture;
  beforeEach(async () => {
    agent = await processFixture(supervision);
  });
  afterEach(() => agent.dispose());

  it("tasks end with their exit codes, one after the other and side by side", async () => {
    const run = (code: number) => agent.run(`task-${code}`, `/bin/sh -c 'exit ${code}'`);
    expect(await run(3)).toMatchObject({ kind: "exited", exitCode: 3 });
    const ends = await Promise.all([4, 5, 6].map(run));
    expect(ends.map((end) => end.kind === "exited" && end.exitCode)).toEqual([4, 5, 6]);
    expect(await agent.run("int", `/bin/sh -c 'kill -INT $$'`)).toMatchObject({
      kind: "exited",
      exitCode: 130,
    });
    expect(await run(7)).toMatchObject({ exitCode: 7 });
  });

  it("a program sees its own name as it was written, whatever its environment is", async () => {
    for (const [id, more] of [
      ["plain", {}],
      ["special", { environment: { PATH: "/usr/bin:/bin", LC_ALL: "C", "a.b": "1" } }],
    ] as const) {
      await agent.run(id, `sh -c 'echo $0'`, more);
      expect(agent.text(id, "stdout.txt")).toBe("sh\n");
    }
  });

  it("a task and its children are killed, also after the task was reattached", async () => {
    const pids = () => agent.text("tree", "stdout.txt").trim().split("\n").map(Number);
    void agent.run("tree", `/bin/sh -c 'echo $$; sleep 100 & echo $!; wait'`);
    await until(() => existsSync(join(agent.folder, "tree/stdout.txt")) && pids().length === 2);
    const found = await (await agent.reopen(true)).recover();
    await agent.executor.kill("tree");
    expect(await found.get("tree")).toMatchObject({ kind: "killed" });
    expect(pids().filter(isAlive)).toEqual([]);
  });

  it.skipIf(!supervision.introduce(process.pid).ancestor)(
    "what left group, session and environment is gathered, in a task's time, at its end and after its emulator",
    async () => {
      const pidOf = (id: string) => Number(agent.text(id, "stdout.txt"));
      const wrote = (id: string) => () =>
        existsSync(join(agent.folder, id, "stdout.txt")) && agent.text(id, "stdout.txt").endsWith("\n");
      const hidden =
        'env -i setsid sh -c "echo \\$\\$; exec sleep 100" & until [ -s ../stdout.txt ]; do :; done';
      const running = agent.run("during", `/bin/sh -c '${hidden}; sleep 100'`);
      await until(wrote("during"));
      await agent.executor.kill("during");
      expect(await running).toMatchObject({ kind: "killed" });
      expect(isAlive(pidOf("during"))).toBe(false);
      await agent.run("after", `/bin/sh -c '${hidden}'`);
      expect(isAlive(pidOf("after"))).toBe(true);
      await agent.executor.kill("after");
      expect(isAlive(pidOf("after"))).toBe(false);
      await agent.run("left", `/bin/sh -c '${hidden}'`);
      await agent.executor.forget("left");
      await (await agent.reopen(true)).recover();
      await until(() => !isAlive(pidOf("left")));
    },
  );

  it.skipIf(!supervision.introduce(process.pid).ancestor)(
    "what a task left behind is gone when it ends, though no further task comes: no zombie keeps its number",
    async () => {
      const release = join(agent.folder, "release");
      const orphan = `setsid sh -c "echo \\$\\$; until [ -e ${release} ]; do sleep 0.02; done" &`;
      const both = `/bin/sh -c '${orphan} ${orphan} until [ "$(wc -l <../stdout.txt)" -eq 2 ]; do :; done'`;
      for (const id of ["one", "two"]) await agent.run(id, both);
      const left = ["one", "two"].flatMap((id) =>
        agent.text(id, "stdout.txt").trim().split("\n").map(Number),
      );
      expect(left.filter((pid) => existsSync(`/proc/${pid}`))).toEqual(left);
      await writeFile(release, "");
      await until(() => left.every((pid) => !existsSync(`/proc/${pid}`)));
      expect(await agent.run("next", "/bin/sh -c 'exit 8'")).toMatchObject({ exitCode: 8 });
    },
  );

  it("a reattached task's exit code is learnt", async () => {
    const release = join(agent.folder, "release");
    void agent.run("alive", `/bin/sh -c 'until [ -e ${release} ]; do sleep 0.02; done; exit 4'`);
    await until(() => existsSync(join(agent.folder, "alive", "stdout.txt")));
    const found = await (await agent.reopen(true)).recover();
    await writeFile(release, "");
    expect(await found.get("alive")).toMatchObject({ kind: "exited", exitCode: 4 });
  });
});
