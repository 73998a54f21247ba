import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { withContainers } from "../../../../local/batch-emulator/agent/container-executor.ts";
import { containerImages, fullReference } from "../../../../local/batch-emulator/agent/container-images.ts";
import type { ContainerLaunch, Launch } from "../../../../local/batch-emulator/agent/executor.ts";
import { systemClock } from "../../../../local/clock.ts";
import { silentLogger } from "../../../../local/logger.ts";
import type { LogFields } from "../../../../local/logger.ts";
import { systemRandom } from "../../../../local/random.ts";
import { fakeEngine } from "../../../support/container-engines.ts";
import type { FakeEngine } from "../../../support/container-engines.ts";
import { processFixture, until, type ProcessFixture } from "./process-fixture.ts";

let engineFolder: string;
let fake: FakeEngine;
let agent: ProcessFixture;
let errors: string[];
beforeEach(async () => {
  engineFolder = await mkdtemp(join(tmpdir(), "fake-engine-"));
  fake = await fakeEngine(engineFolder);
  fake.have("tool:1");
  errors = [];
  const note = (event: string, fields?: LogFields) => void errors.push(`${event} ${JSON.stringify(fields)}`);
  agent = await processFixture(undefined, (inner, folder) =>
    withContainers({
      inner,
      engine: fake.engine,
      directory: join(folder, "containers"),
      clock: systemClock(),
      random: systemRandom(),
      logger: { ...silentLogger, error: note },
    }),
  );
});
afterEach(async () => {
  await agent.dispose();
  expect(fake.containers()).toEqual([]);
  expect(errors).toEqual([]);
  await rm(engineFolder, { recursive: true, force: true });
});

const inContainer = (container: Partial<ContainerLaunch> = {}, more: Partial<Launch> = {}) => ({
  environment: { AZ_BATCH_POOL_ID: "p", AZ_BATCH_NODE_ID: "n1" },
  ...more,
  container: {
    imageName: "tool:1",
    runOptions: "",
    workingDirectory: "task" as const,
    registries: [],
    ...container,
  },
});
const containerFiles = () =>
  readdirSync(join(agent.folder, "containers")).filter((name) => name !== "instance");
const runCalls = () => fake.calls().filter(([verb]) => verb === "run");

describe("a task in a container", () => {
  it("gives its output and exit code, in the task's directory, and leaves no container", async () => {
    const end = await agent.run("one", `/bin/sh -c 'echo out; echo err >&2; pwd; exit 7'`, inContainer());
    expect(end).toMatchObject({ kind: "exited", exitCode: 7, container: { state: "exited" } });
    expect(end.container?.containerId).toMatch(/^id-of-batchai-/);
    expect(agent.text("one", "stdout.txt")).toBe(`out\n${join(agent.folder, "one", "wd")}\n`);
    expect(agent.text("one", "stderr.txt")).toBe("err\n");
    await agent.executor.forget("one");
    expect(containerFiles()).toEqual([]);
  });

  it("has the task's environment whatever the values are, none of them on a command line", async () => {
    const environment = { PLAIN: "s3cret  value ", EQUALS: "a=b#c", EMPTY: "", LINES: "one\ntwo s3cret" };
    await agent.run("env", "/usr/bin/env -0", inContainer({}, { environment }));
    const seen = Object.fromEntries(
      agent
        .text("env", "stdout.txt")
        .split("\0")
        .filter(Boolean)
        .map((pair) => pair.split(/=(.*)/s).slice(0, 2)),
    ) as Record<string, string>;
    expect(seen).toMatchObject(environment);
    // PATH is the image's, PWD the fake engine's shell's.
    expect(Object.keys(seen).sort()).toEqual(["EMPTY", "EQUALS", "LINES", "PATH", "PLAIN", "PWD"]);
    expect(JSON.stringify(fake.calls())).not.toContain("s3cret");
    expect(statSync(join(agent.folder, "containers", "env.env")).mode & 0o777).toBe(0o600);
  });

  it("is refused when a variable of the engine's own could not be kept apart", async () => {
    const end = await agent.run("bad", "/bin/true", inContainer({}, { environment: { PATH: "a\nb" } }));
    expect(end).toMatchObject({ kind: "failed", failure: { code: "ContainerInvalidSettings" } });
  });

  it("passes the run options on untouched, after the engine's own", async () => {
    await agent.run(
      "options",
      "/bin/true",
      inContainer({ runOptions: `--network=host --label 'my label=x  y'` }),
    );
    const words = runCalls()[0] ?? [];
    const at = words.indexOf("--network=host");
    expect(words.slice(at, at + 3)).toEqual(["--network=host", "--label", "my label=x  y"]);
    expect(words).toEqual(
      expect.arrayContaining(["batchai.pool=p", "batchai.node=n1", "batchai.launch=options"]),
    );
  });

  it.each([
    "-d",
    "--detach",
    "-itd",
    "--name x",
    "--name=x",
    "--cidfile f",
    "--restart=always",
    "--rm=false",
  ])("refuses the option %s, which would take it out of the agent's hands", async (runOptions) => {
    const end = await agent.run("refused", "/bin/true", inContainer({ runOptions }));
    expect(end).toMatchObject({ kind: "failed", failure: { code: "ContainerInvalidSettings" } });
    expect(runCalls()).toEqual([]);
  });

  it("does what the image says when the command line is empty, where the image says", async () => {
    fake.have("own:1", { entrypoint: ["/bin/sh", "-c", "echo from the image; pwd"], directory: "/usr" });
    await agent.run("own", "", inContainer({ imageName: "own:1", workingDirectory: "image" }));
    expect(agent.text("own", "stdout.txt")).toBe("from the image\n/usr\n");
  });

  it("replaces the image's entry point by the command line, unless the options name one", async () => {
    fake.have("own:1", { entrypoint: ["/bin/echo", "from the image"] });
    await agent.run("a", "/bin/echo mine", inContainer({ imageName: "own:1" }));
    expect(agent.text("a", "stdout.txt")).toBe("mine\n");
    await agent.run(
      "b",
      "-n last",
      inContainer({ imageName: "own:1", runOptions: "--entrypoint /bin/echo" }),
    );
    expect(agent.text("b", "stdout.txt")).toBe("last");
  });

  it("sees the node's folders at the same paths, and where its mounts lead", async () => {
    const store = join(agent.folder, "store");
    mkdirSync(store);
    mkdirSync(join(agent.folder, "fsmounts/deep"), { recursive: true });
    symlinkSync(store, join(agent.folder, "fsmounts/deep/data"));
    await agent.run("mounts", "/bin/true", inContainer());
    const mounts = (runCalls()[0] ?? []).filter((_, index, words) => words[index - 1] === "--mount");
    expect(mounts).toEqual([agent.folder, store].map((path) => `type=bind,source=${path},target=${path}`));
  });

  it("tells why the engine would not create it", async () => {
    const end = await agent.run("flag", "/bin/true", inContainer({ runOptions: "--nonsense" }));
    expect(end).toMatchObject({
      kind: "failed",
      failure: { code: "ContainerInvalidSettings", category: "UserError" },
    });
    expect(end.kind === "failed" ? end.failure.details[0]?.value : "").toBe(
      "Error: unknown flag: --nonsense",
    );
  });

  it("ends with 127 and the engine's reason when the image has no such program", async () => {
    const end = await agent.run("nothing", "/no/such/program", inContainer());
    expect(end).toMatchObject({ kind: "exited", exitCode: 127 });
    expect(end.container?.error).toContain("/no/such/program");
  });
});

describe("an image", () => {
  it("is pulled when it is not here, from Docker Hub when it names no registry, and looked up only once", async () => {
    fake.offer("docker.io/library/new:2");
    await Promise.all(
      [1, 2, 3].map((n) => agent.run(`n${n}`, "/bin/true", inContainer({ imageName: "new:2" }))),
    );
    await agent.run("n4", "/bin/true", inContainer({ imageName: "new:2" }));
    const verbs = fake.calls().map(([verb]) => verb);
    expect(verbs.filter((verb) => verb === "image" || verb === "pull")).toEqual(["image", "pull"]);
    expect(runCalls()).toHaveLength(4);
  });

  it("that does not exist fails the task before its command", async () => {
    const end = await agent.run("none", "/bin/true", inContainer({ imageName: "example.org/none:1" }));
    expect(end).toMatchObject({
      kind: "failed",
      failure: { code: "ContainerInvalidImage", category: "UserError" },
    });
    expect(runCalls()).toEqual([]);
  });

  it("that went away meanwhile is no failure of the task: the next attempt pulls it", async () => {
    fake.offer("example.org/t:1");
    await agent.run("a", "/bin/true", inContainer({ imageName: "example.org/t:1" }));
    fake.lose("example.org/t:1");
    expect(await agent.run("b", "/bin/true", inContainer({ imageName: "example.org/t:1" }))).toMatchObject({
      kind: "lost",
    });
    expect(await agent.run("c", "/bin/true", inContainer({ imageName: "example.org/t:1" }))).toMatchObject({
      exitCode: 0,
    });
  });

  it("of a private registry needs its login, whose password is nowhere afterwards", async () => {
    fake.offer("reg.example/t:1", { login: "reg.example" });
    const login = (password: string) => ({
      imageName: "reg.example/t:1",
      registries: [{ server: "reg.example", username: "ann", password }],
    });
    expect(await agent.run("r1", "/bin/true", inContainer({ imageName: "reg.example/t:1" }))).toMatchObject({
      failure: { code: "ContainerInvalidImage" },
    });
    expect(await agent.run("r2", "/bin/true", inContainer(login("wrong")))).toMatchObject({
      failure: { code: "ContainerInvalidRegistry" },
    });
    expect(await agent.run("r3", "/bin/true", inContainer(login("right")))).toMatchObject({ exitCode: 0 });
    expect(JSON.stringify(fake.calls())).not.toMatch(/right|wrong/);
    expect(containerFiles().filter((name) => name.startsWith("login"))).toEqual([]);
  });

  it("is fetched for a node beforehand; the first that cannot be had is told", async () => {
    fake.offer("example.org/a:1");
    const { containers } = agent.executor;
    expect(await containers?.prefetch(["example.org/a:1", "tool:1"], [])).toBeUndefined();
    expect(await containers?.prefetch(["example.org/a:1", "example.org/b:1"], [])).toMatchObject({
      code: "ContainerInvalidImage",
    });
  });

  it("is fetched by nerdctl, too, which finds no fault with one that is not there", async () => {
    const nerdctl = await fakeEngine(join(engineFolder, "nerdctl"), "nerdctl");
    nerdctl.offer("example.org/a:1");
    const directory = join(engineFolder, "logins");
    const images = containerImages({ engine: nerdctl.engine, directory, random: systemRandom() });
    expect(await images.ensure("example.org/a:1", [])).toEqual({ reference: "example.org/a:1" });
    expect(nerdctl.has("example.org/a:1")).toBe(true);
  });

  it.each([
    ["busybox", "docker.io/library/busybox"],
    ["ann/tool:1", "docker.io/ann/tool:1"],
    ["localhost/tool", "localhost/tool"],
    ["reg:5000/tool", "reg:5000/tool"],
    ["mcr.microsoft.com/a/b@sha256:12", "mcr.microsoft.com/a/b@sha256:12"],
  ])("%s means %s", (name, full) => expect(fullReference(name)).toBe(full));
});

describe("a container", () => {
  const begun = (id: string) => existsSync(join(agent.folder, id, "wd", "begun"));
  const forever = `/bin/sh -c 'echo > begun; while :; do sleep 1; done'`;

  it("is killed with its task", async () => {
    const end = agent.run("long", forever, inContainer());
    await until(() => begun("long"));
    expect(agent.executor.containers?.infoOf("long")).toMatchObject({ state: "running" });
    expect(fake.containers()).toHaveLength(1);
    await agent.executor.kill("long");
    expect(fake.containers()).toEqual([]);
    expect(await end).toMatchObject({ kind: "killed", container: { state: "exited" } });
  });

  it("is not created any more when its task is killed while the image is pulled", async () => {
    const gate = join(engineFolder, "gate");
    fake.offer("example.org/slow:1", { gate });
    const end = agent.run("early", forever, inContainer({ imageName: "example.org/slow:1" }));
    await until(() => fake.calls().some(([verb]) => verb === "pull"));
    await agent.executor.kill("early");
    expect(await end).toMatchObject({ kind: "killed" });
    writeFileSync(gate, "");
    await until(() => fake.has("example.org/slow:1"));
    expect(runCalls()).toEqual([]);
  });

  it("does not outlive the engine's command line", async () => {
    const end = agent.run("torn", forever, inContainer());
    await until(() => begun("torn"));
    const run = readdirSync("/proc").find((pid) => {
      try {
        return (
          /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(`${engineFolder}\0run`)
        );
      } catch {
        return false;
      }
    });
    process.kill(Number(run), "SIGKILL");
    expect(await end).toMatchObject({ kind: "exited", exitCode: 137 });
    expect(fake.containers()).toEqual([]);
  });

  it("goes on while no emulator runs and is reattached with its output and exit code", async () => {
    const gate = join(agent.folder, "gate");
    const command = `/bin/sh -c 'echo > begun; while [ ! -e ${gate} ]; do sleep 0.02; done; echo done; exit 9'`;
    void agent.run("kept", command, inContainer());
    await until(() => begun("kept"));
    const next = await agent.reopen(true);
    const found = await next.recover();
    writeFileSync(gate, "");
    expect(await found.get("kept")).toMatchObject({ exitCode: 9, container: { state: "exited" } });
    expect(agent.text("kept", "stdout.txt")).toBe("done\n");
    await next.forget("kept");
    expect(containerFiles()).toEqual([]);
  });

  it("that nobody knows after a restart is removed", async () => {
    void agent.run("stray", forever, inContainer());
    await until(() => begun("stray"));
    await agent.executor.close(true);
    // As if the launch had been forgotten just before the crash.
    for (const suffix of ["launch", "run"]) await rm(join(agent.folder, "state", `stray.${suffix}`));
    expect(fake.containers()).toHaveLength(1);
    await (await agent.reopen(true)).recover();
    expect(fake.containers()).toEqual([]);
  });

  it("whose launch never came to be leaves no environment behind", async () => {
    const environment = join(agent.folder, "containers", "t1.1.env");
    writeFileSync(environment, `#{"image":"tool:1","taskDirectory":"${agent.folder}"}\nSECRET=s3cret\n`);
    expect([...(await (await agent.reopen(true)).recover()).keys()]).toEqual([]);
    expect(containerFiles()).toEqual([]);
  });

  it("of an emulator whose folder was emptied is removed by the next one at its place, no other", async () => {
    void agent.run("old", forever, inContainer());
    await until(() => begun("old"));
    const other = join(engineFolder, "containers", "batchai-other-1");
    mkdirSync(other);
    writeFileSync(join(other, "labels"), "batchai.instance=other\nbatchai.folder=0123456789abcdef");
    await agent.executor.close(true);
    rmSync(join(agent.folder, "containers"), { recursive: true });
    rmSync(join(agent.folder, "state"), { recursive: true });
    await (await agent.reopen(true)).recover();
    expect(fake.containers()).toEqual(["batchai-other-1"]);
    rmSync(other, { recursive: true });
  });

  it("goes with the emulator when that is stopped for good", async () => {
    void agent.run("last", forever, inContainer());
    await until(() => begun("last"));
    await agent.executor.close(false);
    expect(fake.containers()).toEqual([]);
  });
});
