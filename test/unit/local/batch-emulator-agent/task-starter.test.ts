import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { parseStat } from "../../../../local/batch-emulator/agent/process-table.ts";
import { installTaskStarter, taskStarterImage } from "../../../../local/batch-emulator/agent/task-starter.ts";

const folder = mkdtempSync(join(tmpdir(), "batchai-starter-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const qemu = "/usr/bin/qemu-aarch64-static";
const isLinux = process.platform === "linux";
const runners: [name: string, words: () => string[] | undefined][] = [
  ["of this machine", () => only(isLinux ? installTaskStarter(folder) : undefined)],
  ["for arm64, emulated", () => (existsSync(qemu) ? [qemu, foreign("arm64")] : undefined)],
];

function only(path: string | undefined): string[] | undefined {
  return path === undefined ? undefined : [path];
}

function foreign(architecture: NodeJS.Architecture): string {
  const path = join(folder, architecture);
  writeFileSync(path, taskStarterImage(architecture) ?? "");
  chmodSync(path, 0o700);
  return path;
}

/** Runs the starter with its record, as a supervisor does. */
function start(starter: readonly string[], ...words: string[]) {
  const record = join(folder, "record");
  const { status, stdout } = spawnSync(
    "/bin/sh",
    ["-c", 'record=$1; shift; "$@" 3>"$record"', "sh", record, ...starter, ...words],
    { env: { GREETING: "good  day" }, encoding: "latin1", stdio: ["ignore", "pipe", "inherit"] },
  );
  return { status, stdout, written: readFileSync(record, "latin1") };
}

describe.each(runners)("the task starter %s", (_name, words) => {
  const starter = words() ?? [];
  const absent = starter.length === 0;

  it.skipIf(absent)("becomes the program, with its arguments, environment and exit code", () => {
    const script = 'printf "%s|%s|%s" "$GREETING" "$1" "$2"; exit 9';
    const { status, stdout } = start(starter, "/bin/sh", "-c", script, "sh", "a b", "");
    expect(stdout).toBe("good  day|a b|");
    expect(status).toBe(9);
  });

  it.skipIf(absent)("has written down which process that is, which leads a group of its own", () => {
    const { stdout, written } = start(starter, "/bin/sh", "-c", "cat /proc/$$/stat");
    const told = parseStat(stdout);
    expect(parseStat(written)?.pid).toBe(told?.pid);
    expect(told?.group).toBe(told?.pid);
  });

  it.skipIf(absent)("does not pass the record on", () => {
    const { stdout } = start(starter, "/bin/sh", "-c", "if (: >&3) 2>/dev/null; then echo open; fi");
    expect(stdout).toBe("");
  });

  it.skipIf(absent)("has a script without an interpreter run by /bin/sh", () => {
    const script = join(folder, "script");
    writeFileSync(script, 'echo "$1"; exit 4\n', { mode: 0o700 });
    expect(start(starter, script, "word")).toMatchObject({ status: 4, stdout: "word\n" });
  });

  it.skipIf(absent)("ends with 126 when there is nothing to become", () => {
    expect(start(starter, join(folder, "nothing")).status).toBe(126);
  });
});

describe("installing the task starter", () => {
  it.skipIf(!isLinux)("leaves the same program as it is, and replaces another", () => {
    const path = installTaskStarter(folder) ?? "";
    const image = readFileSync(path);
    rmSync(path);
    writeFileSync(path, "another");
    expect(installTaskStarter(folder)).toBe(path);
    expect(readFileSync(path)).toEqual(image);
    expect(installTaskStarter(folder)).toBe(path);
  });

  it("is given up where no program can be put or none is known", () => {
    expect(installTaskStarter(join(folder, "absent"))).toBeUndefined();
    expect(taskStarterImage("ppc64")).toBeUndefined();
  });
});
