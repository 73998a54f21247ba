import { spawn, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it, vi } from "vitest";
import { addressImage, launchImage } from "../../../../local/batch-emulator/agent/launch-image.ts";
import { parseStat } from "../../../../local/batch-emulator/agent/process-table.ts";
import {
  installTaskSupervisor,
  taskSupervisorProgram,
} from "../../../../local/batch-emulator/agent/task-supervisor.ts";

const folder = mkdtempSync(join(tmpdir(), "batchai-supervisor-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const qemu = "/usr/bin/qemu-aarch64-static";
const isLinux = process.platform === "linux";
const runners: [name: string, words: () => string[] | undefined][] = [
  ["of this machine", () => only(isLinux ? installTaskSupervisor(folder) : undefined)],
  ["for arm64, emulated", () => (existsSync(qemu) ? [qemu, foreign("arm64")] : undefined)],
];

function only(path: string | undefined): string[] | undefined {
  return path === undefined ? undefined : [path];
}

function foreign(architecture: NodeJS.Architecture): string {
  const path = join(folder, architecture);
  writeFileSync(path, taskSupervisorProgram(architecture) ?? "");
  chmodSync(path, 0o700);
  return path;
}

let launches = 0;

interface Wanted {
  readonly words: readonly string[];
  /** Where it is not the first word. */
  readonly program?: string;
  readonly environment?: Record<string, string>;
  readonly workingDirectory?: string;
  readonly isFresh?: boolean;
}

/** Writes a launch into a folder of its own, where the supervisor will be at home. */
function prepare(wanted: Wanted, home = mkdtempSync(join(folder, "launch-"))) {
  const id = `t${(launches += 1)}.1`;
  const image = launchImage(
    {
      taskDirectory: home,
      workingDirectory: wanted.workingDirectory ?? home,
      environment: wanted.environment ?? {},
    },
    {
      program: wanted.program ?? wanted.words[0] ?? "",
      words: wanted.words,
      cookie: "c",
      header: `{"id":"${id}"}`,
      isFresh: wanted.isFresh ?? true,
    },
  );
  const text = (file: string) => readFileSync(join(home, file), "utf8");
  return {
    id,
    home,
    message: addressImage(image ?? Buffer.alloc(0), id, "supervisor 1 2\n"),
    record: () => text(`${id}.run`),
    text,
  };
}

/** What it answers, but for whether anything of the launch lives. */
function supervise(supervisor: readonly string[], home: string, ...messages: Buffer[]): string {
  return answers(supervisor, home, ...messages).replaceAll(/^(exit \d+) .*$/gm, "$1");
}

function answers(supervisor: readonly string[], home: string, ...messages: Buffer[]): string {
  const [program = "", ...words] = supervisor;
  const input = Buffer.concat(messages);
  const { status, stdout } = spawnSync(program, words, {
    cwd: home,
    env: {},
    input,
    encoding: "latin1",
    stdio: ["pipe", "pipe", "ignore"],
    timeout: 20_000,
  });
  expect(status, "it ends with its input").toBe(0);
  return stdout;
}

describe.each(runners)("the task supervisor %s", (_name, words) => {
  const supervisor = words() ?? [];
  const absent = supervisor.length === 0;
  const run = (wanted: Wanted) => {
    const launch = prepare(wanted);
    return { ...launch, answer: supervise(supervisor, launch.home, launch.message) };
  };

  it.skipIf(absent)("runs the program with its arguments, environment, directory and files", () => {
    const script = 'printf "%s|%s|%s|%s" "$GREETING" "$1" "$2" "$PWD"; echo bad >&2; cat; exit 9';
    const environment = { GREETING: "gööd  day", EMPTY: "", PATH: "/usr/bin:/bin" };
    const { answer, text, home } = run({ words: ["/bin/sh", "-c", script, "sh", "a ü b", ""], environment });
    expect(answer).toBe("exit 009\n");
    expect(text("stdout.txt")).toBe(`gööd  day|a ü b||${home}`);
    expect(text("stderr.txt")).toBe("bad\n");
  });

  it.skipIf(absent)("gives the program nothing but what it was given", () => {
    const { text } = run({ words: ["/usr/bin/env", "-0"], environment: { A: "1", "b.c-d": "two\nlines" } });
    expect(text("stdout.txt").split("\0").sort()).toEqual([
      "",
      "A=1",
      "BATCHAI_LAUNCH=c",
      "b.c-d=two\nlines",
    ]);
  });

  it.skipIf(absent)(
    "has claimed the launch and written down its process, which leads a group of its own",
    () => {
      const { id, text, record } = run({ words: ["/bin/sh", "-c", "cat /proc/$$/stat"] });
      const told = parseStat(text("stdout.txt"));
      const [claim, header, written = "", ...exit] = record().split("\n");
      expect([claim, header]).toEqual(["supervisor 1 2", `launch {"id":"${id}"}`]);
      expect(exit).toEqual(["exit 000", ""]);
      expect(parseStat(written)?.pid).toBe(told?.pid);
      expect(told?.group).toBe(told?.pid);
    },
  );

  it.skipIf(absent)("keeps its own files to itself", () => {
    const { text } = run({ words: ["/bin/sh", "-c", "readlink /proc/$$/fd/*"] });
    expect(text("stdout.txt")).toContain("stdout.txt");
    expect(text("stdout.txt")).not.toMatch(/\.(run|launch)$/m);
  });

  it.skipIf(absent)("leaves alone what another has claimed", () => {
    const launch = prepare({ words: ["/bin/sh", "-c", "echo ran"] });
    writeFileSync(join(launch.home, `${launch.id}.run`), "void\n");
    expect(supervise(supervisor, launch.home, launch.message)).toBe("exit\n");
    expect(launch.record()).toBe("void\n");
    expect(existsSync(join(launch.home, "stdout.txt"))).toBe(false);
  });

  it.skipIf(absent)("appends to what is there only when it is to be kept", () => {
    const first = prepare({ words: ["/bin/echo", "one"] });
    const second = prepare({ words: ["/bin/echo", "two"] }, first.home);
    const third = prepare({ words: ["/bin/echo", "three"], isFresh: false }, first.home);
    supervise(supervisor, first.home, first.message, second.message);
    expect(first.text("stdout.txt")).toBe("one\ntwo\n");
    supervise(supervisor, first.home, third.message);
    expect(first.text("stdout.txt")).toBe("three\n");
  });

  it.skipIf(absent)("tells every end as a shell would, one launch after the other", () => {
    const home = mkdtempSync(join(folder, "ends-"));
    const ends = ["exit 0", "exit 255", "exit 100", "kill -KILL $$", "kill -INT $$", "kill -PIPE $$"];
    const messages = ends.map((end) => prepare({ words: ["/bin/sh", "-c", end] }, home).message);
    const codes = [0, 255, 100, 137, 130, 141].map((code) => `exit ${String(code).padStart(3, "0")}\n`);
    expect(supervise(supervisor, home, ...messages)).toBe(codes.join(""));
  });

  it.skipIf(absent)("has a script without an interpreter run by /bin/sh", () => {
    const script = join(folder, "script");
    writeFileSync(script, 'echo "$1"; exit 4\n', { mode: 0o700 });
    const { answer, text } = run({ words: [script, "word"] });
    expect([answer, text("stdout.txt")]).toEqual(["exit 004\n", "word\n"]);
  });

  it.skipIf(absent)("calls the program by the name that it is given, and a script by its path", () => {
    const named = run({ program: "/bin/sh", words: ["any name", "-c", 'echo "$0"'] });
    expect(named.text("stdout.txt")).toBe("any name\n");
    const script = join(folder, "named");
    writeFileSync(script, 'echo "$0 $1"\n', { mode: 0o700 });
    expect(run({ program: script, words: ["named", "word"] }).text("stdout.txt")).toBe(`${script} word\n`);
  });

  it.skipIf(absent)("claims nothing of which it received only a part", () => {
    const { home, id, message } = prepare({ words: ["/bin/sh", "-c", "echo ran"] });
    for (const length of [message.length - 1, 401, 400, 399, 1, 0])
      expect(supervise(supervisor, home, message.subarray(0, length))).toBe("");
    expect(existsSync(join(home, `${id}.run`))).toBe(false);
    expect(existsSync(join(home, "stdout.txt"))).toBe(false);
  });

  it.skipIf(absent)("answers 126 when there is nothing to run, or nowhere to run it", () => {
    expect(run({ words: [join(folder, "nothing")] }).answer).toBe("exit 126\n");
    expect(run({ words: ["/bin/true"], workingDirectory: join(folder, "nowhere") }).answer).toBe(
      "exit 126\n",
    );
  });

  it.skipIf(absent)("takes as much as any program may be given", () => {
    const long = Array.from({ length: 10 }, (_, index) => String(index).repeat(100_000));
    const { text } = run({ words: ["/bin/sh", "-c", 'IFS=; printf "%s" "$*"', "sh", ...long] });
    expect(text("stdout.txt")).toBe(long.join(""));
  });
});

// The emulation of arm64 does not let a process adopt orphans.
describe("the task supervisor", () => {
  const path = isLinux ? installTaskSupervisor(folder) : undefined;

  it.skipIf(path === undefined)(
    "tells when nothing of the launch lives, and reaps what ends before it",
    () => {
      const home = mkdtempSync(join(folder, "alone-"));
      const orphans = prepare(
        { words: ["/bin/sh", "-c", "(exit 5 &) ; (exit 6 &) ; sleep 0.1; exit 3"] },
        home,
      );
      const nothing = prepare({ words: [join(folder, "nothing")] }, home);
      expect(answers([path ?? ""], home, orphans.message, nothing.message)).toBe(
        "exit 003 alone\nexit 126 alone\n",
      );
    },
  );

  it.skipIf(path === undefined)(
    "stays above what a launch left, in whatever session, until that has ended",
    async () => {
      const script = "env -i setsid sleep 100 & echo $!; exit 3";
      const launch = prepare({ words: ["/bin/sh", "-c", script], environment: { PATH: "/usr/bin:/bin" } });
      const child = spawn(path ?? "", { cwd: launch.home, env: {}, stdio: ["pipe", "pipe", "ignore"] });
      const exited = new Promise((resolve) => child.once("exit", resolve));
      const [answer] = (await Promise.all([
        new Promise((resolve) => child.stdout.once("data", resolve)),
        new Promise<void>((resolve) => child.stdin.end(launch.message, resolve)),
      ])) as [Buffer, void];
      expect(answer.toString()).toBe("exit 003\n");
      const left = Number(launch.text("stdout.txt"));
      expect(parseStat(readFileSync(`/proc/${left}/stat`, "latin1"))?.parent).toBe(child.pid);
      expect(child.exitCode).toBeNull();
      process.kill(left, "SIGKILL");
      expect(await exited).toBe(0);
    },
  );

  it.skipIf(path === undefined)(
    "reads the end of what a launch left while it waits for the next, which begins with no signal ignored",
    async () => {
      const home = mkdtempSync(join(folder, "left-"));
      const launch = prepare({ words: ["/bin/sh", "-c", "/bin/sleep 100 & echo $!"] }, home);
      const child = spawn(path ?? "", { cwd: home, env: {}, stdio: ["pipe", "pipe", "ignore"] });
      const exited = new Promise((resolve) => child.once("exit", resolve));
      const order = async (message: Buffer) => {
        const [answer] = (await Promise.all([
          new Promise((resolve) => child.stdout.once("data", resolve)),
          new Promise<void>((resolve) => void child.stdin.write(message, () => resolve())),
        ])) as [Buffer, void];
        return answer.toString();
      };
      expect(await order(launch.message)).toBe("exit 000\n");
      const left = Number(launch.text("stdout.txt"));
      process.kill(left, "SIGKILL");
      await vi.waitFor(() => expect(existsSync(`/proc/${left}`)).toBe(false), 20_000);
      const ignored = prepare({ words: ["/bin/sh", "-c", "exec grep SigIgn /proc/self/status"] }, home);
      expect(await order(ignored.message)).toBe("exit 000 alone\n");
      const signals = BigInt(`0x${/SigIgn:\s*([0-9a-f]+)/.exec(ignored.text("stdout.txt"))?.[1] ?? "ff"}`);
      const childEnded = 1n << 16n; // SIGCHLD
      expect(signals & childEnded).toBe(0n);
      child.stdin.end();
      expect(await exited).toBe(0);
    },
  );
});

describe("the machine code of the task supervisor", () => {
  const script = fileURLToPath(new URL("../../../../scripts/assemble-supervisor.mjs", import.meta.url));
  const { status, stderr } = spawnSync(process.execPath, [script, "--check"], { encoding: "utf8" });
  const lacksAssembler = 3;

  it.skipIf(status === lacksAssembler)(
    "is what an assembler makes of its sources, for both processors",
    () => {
      expect([status, stderr]).toEqual([0, ""]);
    },
  );
});

describe("the image of a launch", () => {
  it("is not made of what is longer than the supervisor's memory", () => {
    const launch = {
      taskDirectory: "/t",
      workingDirectory: "/t",
      environment: { LONG: "x".repeat(4 * 2 ** 20) },
    };
    const command = { program: "/bin/true", words: ["true"], cookie: "c", header: "{}", isFresh: true };
    expect(launchImage(launch, command)).toBeUndefined();
  });
});

describe("installing the task supervisor", () => {
  it.skipIf(!isLinux)("leaves the same program as it is, and replaces another", () => {
    const path = installTaskSupervisor(folder) ?? "";
    const image = readFileSync(path);
    rmSync(path);
    writeFileSync(path, "another");
    expect(installTaskSupervisor(folder)).toBe(path);
    expect(readFileSync(path)).toEqual(image);
    expect(installTaskSupervisor(folder)).toBe(path);
  });

  it("is given up where no program can be put or none is known", () => {
    expect(installTaskSupervisor(join(folder, "absent"))).toBeUndefined();
    expect(taskSupervisorProgram("ppc64")).toBeUndefined();
  });
});
