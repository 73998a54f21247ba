import { chmodSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import {
  ContainerEngineError,
  engineChoice,
  findContainerEngine,
  lastLine,
} from "../../../../local/batch-emulator/agent/container-engine.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "engines-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function program(name: string, script: string): void {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
}
const find = (variables: Record<string, string> = {}) =>
  findContainerEngine(engineChoice({ PATH: folder, ...variables }));

it("docker is taken when its daemon answers, at the address of its current context", async () => {
  program(
    "docker",
    `case $1 in context) echo unix:///own.sock;; version) echo Server: 1;; *) echo "$DOCKER_HOST";; esac`,
  );
  program("podman", "echo podman");
  const engine = await find();
  expect(engine?.command).toEqual([join(folder, "docker")]);
  expect(engine?.environment["DOCKER_HOST"]).toBe("unix:///own.sock");
  expect((await engine?.call(["ps"]))?.stdout).toBe("unix:///own.sock\n");
});

it("podman is taken when docker's daemon does not answer, and nothing when neither does", async () => {
  program("docker", "echo no daemon >&2; exit 1");
  expect(await find()).toBeUndefined();
  program("podman", "echo Client: Podman Engine");
  expect((await find())?.command).toEqual([join(folder, "podman")]);
});

it("the engine that is named is taken with its words and options, or refused with its own reason", async () => {
  program("mine", `case "$*" in "--fast version") echo podman;; *) echo "cannot $1" >&2; exit 3;; esac`);
  const named = {
    BATCH_CONTAINER_CLI: "mine --fast",
    BATCH_CONTAINER_OPTIONS: "--network host --label 'a b'",
  };
  const engine = await find(named);
  expect(engine?.command).toEqual([join(folder, "mine"), "--fast"]);
  expect(engine?.runOptions).toEqual(["--network", "host", "--label", "a b"]);
  await expect(find({ BATCH_CONTAINER_CLI: "mine --slow" })).rejects.toThrow(
    new ContainerEngineError("The container command 'mine --slow' does not work: cannot --slow."),
  );
  await expect(find({ BATCH_CONTAINER_CLI: "nothing" })).rejects.toThrow("no such program");
});

it("nothing of the emulator's environment reaches it but what it needs, and a failing call is a value", async () => {
  program("podman", `[ "$1" = version ] && echo podman || /usr/bin/env; [ "$1" != bad ]`);
  const engine = await find({ HOME: "/home/me", HTTPS_PROXY: "http://p", SECRET: "x", LD_PRELOAD: "y" });
  const seen = (await engine?.call(["env"]))?.stdout ?? "";
  expect(seen).toContain("HOME=/home/me\n");
  expect(seen).toContain("HTTPS_PROXY=http://p\n");
  expect(seen).not.toMatch(/SECRET|LD_PRELOAD/);
  expect((await engine?.call(["bad"]))?.exitCode).toBe(1);
});

it("why an engine failed is its last line, but for a hint at its help", () => {
  expect(lastLine("docker: invalid reference format.\nSee 'docker run --help'.\n")).toBe(
    "docker: invalid reference format.",
  );
  expect(lastLine("")).toBe("");
});

it("nerdctl is given what says where containerd is, and has no context to be asked for", async () => {
  program(
    "nerdctl",
    'case $1 in version) echo Client:;; context) exit 1;; *) echo "$CONTAINERD_ADDRESS $CONTAINERD_NAMESPACE $NERDCTL_TOML";; esac',
  );
  const where = { CONTAINERD_ADDRESS: "/run/k3s.sock", CONTAINERD_NAMESPACE: "lab", NERDCTL_TOML: "/n.toml" };
  const engine = await find({ BATCHAI_CONTAINER_CLI: "nerdctl", ...where });
  expect((await engine?.call(["ps"]))?.stdout).toBe("/run/k3s.sock lab /n.toml\n");
  expect(engine?.environment).not.toHaveProperty("DOCKER_HOST");
});
