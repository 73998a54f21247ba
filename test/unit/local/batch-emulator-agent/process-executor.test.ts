import { existsSync, readFileSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { isAlive } from "../../../support/processes.ts";
import { processFixture, until, type ProcessFixture } from "./process-fixture.ts";

// These look into /proc or need setsid(1).
const onLinux = it.skipIf(process.platform !== "linux");

let agent: ProcessFixture;
beforeEach(async () => {
  agent = await processFixture();
});
afterEach(() => agent.dispose());

/** Written by the task, one a line. */
const pids = (id: string) => agent.text(id, "stdout.txt").trim().split("\n").map(Number);
const hasPids = (id: string, count: number) => () =>
  existsSync(join(agent.folder, id, "stdout.txt")) && agent.text(id, "stdout.txt").split("\n").length > count;

const supervisorOf = (id: string) =>
  Number(/supervisor (\d+)/.exec(readFileSync(join(agent.folder, `state/${id}.run`), "utf8"))?.[1]);

describe("a task's process", () => {
  it("writes its output into files of the task's directory and tells its exit code", async () => {
    let started = 0;
    const end = await agent.executor.run(
      agent.launch("one", "/bin/sh -c 'echo out; echo err >&2; pwd; exit 7'"),
      () => (started += 1),
    );
    expect(end).toMatchObject({ kind: "exited", exitCode: 7 });
    expect(started).toBe(1);
    expect(agent.text("one", "stdout.txt")).toBe(`out\n${join(agent.folder, "one", "wd")}\n`);
    expect(agent.text("one", "stderr.txt")).toBe("err\n");
  });

  onLinux("gets exactly the environment it was given, whatever the names and values are", async () => {
    const environment = {
      PATH: "/usr/bin:/bin",
      PLAIN: "a b",
      QUOTES: `it's "quoted" $HOME \\ \`x\``,
      LINES: "first\nsecond",
      EMPTY: "",
      "with-dash.and.dot": "kept",
      IFS: "x",
      LC_ALL: "C",
    };
    await agent.run("env", "/usr/bin/env -0", { environment });
    const pairs = agent.text("env", "stdout.txt").split("\0").filter(Boolean);
    const seen = Object.fromEntries(
      pairs.map((pair) => pair.split(/=(.*)/s).slice(0, 2) as [string, string]),
    );
    expect(seen).toMatchObject(environment);
    const own = ["BATCHAI_LAUNCH", "PWD", "SHLVL", "_"]; // the last three are the shell's
    expect(Object.keys(seen).filter((name) => !(name in environment) && !own.includes(name))).toEqual([]);
  });

  it("has no input, the default signals, and a process group of its own", async () => {
    const command = `/bin/sh -c 'cat; ps -o pgid= -p $$; echo $$; grep SigIgn /proc/$$/status || true'`;
    await agent.run("group", command);
    const [group, pid, ignored] = agent.text("group", "stdout.txt").split("\n");
    expect(group?.trim()).toBe(pid);
    if (ignored) expect(BigInt(`0x${ignored.split("\t")[1]}`)).toBe(0n);
  });

  it.each([
    ["KILL", 137],
    ["TERM", 143],
    ["INT", 130],
  ])("ended by SIG%s counts as exit code %i", async (name, exitCode) => {
    expect(await agent.run(name, `/bin/sh -c 'kill -${name} $$'`)).toMatchObject({
      kind: "exited",
      exitCode,
    });
  });

  onLinux("that stops itself is not taken for ended", async () => {
    const running = agent.run("stopped", `/bin/sh -c 'echo $$; kill -STOP $$; exit 5'`);
    await until(
      () =>
        existsSync(join(agent.folder, "stopped/stdout.txt")) && agent.text("stopped", "stdout.txt") !== "",
    );
    const pid = Number(agent.text("stopped", "stdout.txt"));
    await until(() => / T /.test(readFileSync(`/proc/${pid}/stat`, "utf8")));
    process.kill(pid, "SIGCONT");
    expect(await running).toMatchObject({ kind: "exited", exitCode: 5 });
  });

  it("appends when output is kept, and starts anew otherwise", async () => {
    const taskDirectory = join(agent.folder, "shared");
    await agent.run("first", "/bin/echo one", { taskDirectory });
    await agent.run("second", "/bin/echo two", { taskDirectory, keepOutput: true });
    expect(readFileSync(join(taskDirectory, "stdout.txt"), "utf8")).toBe("one\ntwo\n");
    await agent.run("third", "/bin/echo three", { taskDirectory });
    expect(readFileSync(join(taskDirectory, "stdout.txt"), "utf8")).toBe("three\n");
  });

  it("fails to launch when the program does not exist, is not executable or is badly quoted", async () => {
    const code = async (id: string, commandLine: string) => {
      const end = await agent.run(id, commandLine);
      return end.kind === "failed" ? end.failure.code : end.kind;
    };
    expect(await code("absent", "cmd /c echo hello")).toBe("CommandProgramNotFound");
    expect(await code("nothing", "")).toBe("CommandProgramNotFound");
    expect(await code("quote", "echo 'open")).toBe("CommandLaunchFailed");
    await mkdir(join(agent.folder, "plain", "wd"), { recursive: true });
    await writeFile(join(agent.folder, "plain", "wd", "file"), "", { mode: 0o600 });
    expect(await code("plain", "./file")).toBe("CommandLaunchFailed");
    expect(await code("null", "echo \0")).toBe("CommandLaunchFailed");
  });

  it.each(["no-such-program a", "./folder", "echo 'open"])(
    "that could not be started (%s) leaves empty output and says why",
    async (commandLine) => {
      await mkdir(join(agent.folder, "none", "wd", "folder"), { recursive: true });
      const end = await agent.run("none", commandLine);
      expect([agent.text("none", "stdout.txt"), agent.text("none", "stderr.txt")]).toEqual(["", ""]);
      const failure = end.kind === "failed" ? end.failure : undefined;
      expect(failure?.details).toEqual([
        { name: "CommandLine", value: commandLine },
        { name: "Message", value: failure?.message },
      ]);
    },
  );

  it("keeps what earlier commands of the task printed when a later one cannot be started", async () => {
    const taskDirectory = join(agent.folder, "kept");
    await agent.run("coordination", "/bin/echo one", { taskDirectory });
    await agent.run("main", "no-such-program", { taskDirectory, keepOutput: true });
    expect(readFileSync(join(taskDirectory, "stdout.txt"), "utf8")).toBe("one\n");
  });

  it("sees its own name as it was written", async () => {
    await agent.run("short", `sh -c 'echo $0'`);
    await agent.run("long", `/bin/sh -c 'echo $0'`);
    expect([agent.text("short", "stdout.txt"), agent.text("long", "stdout.txt")]).toEqual([
      "sh\n",
      "/bin/sh\n",
    ]);
  });

  it("is one of many that run side by side on reused supervisors", async () => {
    const ids = Array.from({ length: 40 }, (_, index) => `many-${index}`);
    const ends = await Promise.all(ids.map((id, index) => agent.run(id, `/bin/sh -c 'exit ${index}'`)));
    expect(ends.map((end) => end.kind === "exited" && end.exitCode)).toEqual(ids.map((_, index) => index));
  });
});

describe("ending a task", () => {
  onLinux("kills its whole process group and children that moved to another session", async () => {
    const script = "echo $$; sleep 100 & echo $!; setsid sh -c 'echo $$; exec sleep 100' & sleep 100";
    const running = agent.run("tree", `/bin/sh -c "${script.replaceAll("$", "\\$")}"`);
    await until(hasPids("tree", 3));
    await agent.executor.kill("tree");
    expect(await running).toMatchObject({ kind: "killed" });
    expect(pids("tree").filter(isAlive)).toEqual([]);
  });

  it("also kills what a command left in the background after it exited", async () => {
    const end = await agent.run("left", `/bin/sh -c 'sleep 100 & echo $!'`);
    expect(end).toMatchObject({ kind: "exited", exitCode: 0 });
    expect(pids("left").filter(isAlive)).toHaveLength(1);
    await agent.executor.kill("left");
    expect(pids("left").filter(isAlive)).toEqual([]);
  });

  onLinux("finds a daemon that left the group and the session before its command exited", async () => {
    await agent.run(
      "daemon",
      `/bin/sh -c 'setsid sh -c "echo \\$\\$; exec sleep 100" & while ! [ -s ../stdout.txt ]; do :; done'`,
    );
    expect(pids("daemon").filter(isAlive)).toHaveLength(1);
    await agent.executor.kill("daemon");
    await until(() => !pids("daemon").some(isAlive));
  });

  onLinux(
    "finds what left the group, the session and the environment, before and after its command exited",
    async () => {
      const hidden =
        'env -i setsid sh -c "echo \\$\\$; exec sleep 100" & while ! [ -s ../stdout.txt ]; do :; done';
      const running = agent.run("hiding", `/bin/sh -c '${hidden}; sleep 100'`);
      await until(hasPids("hiding", 1));
      await agent.executor.kill("hiding");
      expect(await running).toMatchObject({ kind: "killed" });
      expect(pids("hiding").filter(isAlive)).toEqual([]);
      await agent.run("hidden", `/bin/sh -c '${hidden}'`);
      expect(pids("hidden").filter(isAlive)).toHaveLength(1);
      await agent.executor.kill("hidden");
      expect(pids("hidden").filter(isAlive)).toEqual([]);
    },
  );

  onLinux("leaves alone what runs beside it and after it on the same supervisors", async () => {
    const release = join(agent.folder, "release");
    const wait = `/bin/sh -c 'echo $$; until [ -e ${release} ]; do sleep 0.02; done; exit 4'`;
    const leaving = `/bin/sh -c 'env -i setsid sleep 100 & echo $!'`;
    await agent.run("leaving", leaving);
    const beside = agent.run("beside", wait);
    await until(hasPids("beside", 1));
    await agent.executor.kill("leaving");
    await agent.executor.forget("leaving");
    const after = agent.run("after", wait);
    await until(hasPids("after", 1));
    await agent.executor.kill("leaving");
    await writeFile(release, "");
    expect([await beside, await after]).toMatchObject([{ exitCode: 4 }, { exitCode: 4 }]);
  });

  onLinux("is told with its cause when somebody else ended what supervises it", async () => {
    const running = agent.run("bereft", `/bin/sh -c 'echo $$; sleep 100'`);
    await until(hasPids("bereft", 1));
    process.kill(supervisorOf("bereft"), "SIGKILL");
    expect(await running).toMatchObject({
      kind: "aborted",
      failure: { category: "ServerError", code: "TaskSupervisorEnded" },
    });
    expect(pids("bereft").filter(isAlive)).toEqual([]);
  });

  it("before its files have arrived keeps it from starting", async () => {
    const { createServer } = await import("node:http");
    const server = createServer(() => {}).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as { port: number };
    const asked = new Promise((resolve) => server.once("request", resolve));
    const running = agent.run("waiting", "/bin/echo ran", {
      resourceFiles: [{ httpUrl: `http://127.0.0.1:${port}/never`, filePath: "never" }],
    });
    await asked;
    await agent.executor.kill("waiting");
    expect(await running).toMatchObject({ kind: "killed" });
    expect(existsSync(join(agent.folder, "waiting", "stdout.txt"))).toBe(false);
    server.closeAllConnections();
    server.close();
  });

  it("is done for all when the executor closes without leaving them", async () => {
    const running = agent.run("closing", `/bin/sh -c 'echo $$; sleep 100'`);
    await until(hasPids("closing", 1));
    await agent.executor.close(false);
    expect(await running).toMatchObject({ kind: "killed" });
    expect(pids("closing").filter(isAlive)).toEqual([]);
  });
});

describe("a new executor on the same folder", () => {
  it("reattaches what runs, reports what ended, and denies what was never started", async () => {
    const release = join(agent.folder, "release");
    void agent.run("ended", `/bin/sh -c 'exit 9'`);
    void agent.run("alive", `/bin/sh -c 'until [ -e ${release} ]; do sleep 0.02; done; echo done; exit 4'`);
    await until(() => existsSync(join(agent.folder, "alive", "stdout.txt")));
    const record = join(agent.folder, "state", "ended.run");
    await until(() => existsSync(record) && readFileSync(record, "utf8").includes("exit"));
    await agent.reopen(true);
    await writeFile(join(agent.folder, "state", "queued.launch"), "#{}\nexit 0\n");
    const found = await agent.executor.recover();
    expect([...found.keys()].sort()).toEqual(["alive", "ended", "queued"]);
    expect(await found.get("ended")).toMatchObject({ kind: "exited", exitCode: 9 });
    expect(await found.get("queued")).toMatchObject({ kind: "lost" });
    await writeFile(release, "");
    expect(await found.get("alive")).toMatchObject({ kind: "exited", exitCode: 4 });
    expect(agent.text("alive", "stdout.txt")).toBe("done\n");
    for (const id of found.keys()) await agent.executor.forget(id);
    expect((await (await agent.reopen(true)).recover()).size).toBe(0);
  });

  it("can kill what it reattached", async () => {
    void agent.run("survivor", `/bin/sh -c 'echo $$; sleep 100'`);
    await until(hasPids("survivor", 1));
    const pid = Number(agent.text("survivor", "stdout.txt"));
    const found = await (await agent.reopen(true)).recover();
    await agent.executor.kill("survivor");
    expect(await found.get("survivor")).toMatchObject({ kind: "killed" });
    expect(isAlive(pid)).toBe(false);
  });

  it("finds what the old one killed at its close as killed, not as ended by itself", async () => {
    void agent.run("closing", `/bin/sh -c 'echo $$; sleep 100'`);
    await agent.run("ended", `/bin/sh -c 'kill -KILL $$'`);
    await until(hasPids("closing", 1));
    const found = await (await agent.reopen(false)).recover();
    expect(await found.get("closing")).toMatchObject({ kind: "killed" });
    expect(await found.get("ended")).toMatchObject({ kind: "exited", exitCode: 137 });
  });

  it("goes on with a kill that the old one had begun", async () => {
    void agent.run("begun", `/bin/sh -c 'echo $$; sleep 100'`);
    await until(hasPids("begun", 1));
    await agent.reopen(true);
    await writeFile(join(agent.folder, "state", "begun.kill"), "");
    const found = await agent.executor.recover();
    expect(await found.get("begun")).toMatchObject({ kind: "killed" });
    expect(pids("begun").filter(isAlive)).toEqual([]);
  });

  onLinux("still finds what a task hid when its command exits with no emulator there", async () => {
    const release = join(agent.folder, "release");
    const script = `env -i setsid sh -c "echo \\$\\$; exec sleep 100" & until [ -e ${release} ]; do sleep 0.02; done`;
    void agent.run("hidden", `/bin/sh -c '${script}'`);
    await until(hasPids("hidden", 1));
    await agent.executor.close(true);
    await writeFile(release, "");
    const record = join(agent.folder, "state", "hidden.run");
    await until(() => readFileSync(record, "utf8").includes("exit"));
    const found = await (await agent.reopen(true)).recover();
    expect(await found.get("hidden")).toMatchObject({ kind: "exited", exitCode: 0 });
    expect(pids("hidden").filter(isAlive)).toHaveLength(1);
    await agent.executor.kill("hidden");
    expect(pids("hidden").filter(isAlive)).toEqual([]);
  });

  onLinux("ends what was started for a folder that was removed, and nothing of another folder", async () => {
    const other = await processFixture();
    try {
      const script = `/bin/sh -c 'env -i setsid sh -c "echo \\$\\$; exec sleep 100" & echo $$; exec sleep 100'`;
      void agent.run("unknown", script);
      void other.run("elsewhere", `/bin/sh -c 'echo $$; exec sleep 100'`);
      await until(hasPids("unknown", 2));
      await until(() => existsSync(join(other.folder, "elsewhere", "stdout.txt")));
      await until(() => other.text("elsewhere", "stdout.txt") !== "");
      const supervisor = supervisorOf("unknown");
      await agent.executor.close(true);
      await rm(join(agent.folder, "state"), { recursive: true });
      expect((await (await agent.reopen(true)).recover()).size).toBe(0);
      expect(pids("unknown").filter(isAlive)).toEqual([]);
      await until(() => !isAlive(supervisor));
      expect(isAlive(Number(other.text("elsewhere", "stdout.txt")))).toBe(true);
    } finally {
      await other.dispose();
    }
  });

  onLinux("tells with its cause that the supervisor of what it reattached was ended", async () => {
    void agent.run("survivor", `/bin/sh -c 'echo $$; sleep 100'`);
    await until(hasPids("survivor", 1));
    const found = await (await agent.reopen(true)).recover();
    process.kill(supervisorOf("survivor"), "SIGKILL");
    expect(await found.get("survivor")).toMatchObject({ kind: "aborted" });
    expect(pids("survivor").filter(isAlive)).toEqual([]);
  });

  it("gives up a process whose supervisor was killed too, and does not leave it running", async () => {
    void agent.run("orphan", `/bin/sh -c 'echo $$; sleep 100'`);
    await until(hasPids("orphan", 1));
    const supervisor = supervisorOf("orphan");
    await agent.reopen(true);
    process.kill(supervisor, "SIGKILL");
    await until(() => !isAlive(supervisor));
    const found = await agent.executor.recover();
    expect(await found.get("orphan")).toMatchObject({ kind: "lost" });
    expect(isAlive(Number(agent.text("orphan", "stdout.txt")))).toBe(false);
  });
});
