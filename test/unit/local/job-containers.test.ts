// The command by which launchers on emulated nodes find this machine's engine, run for real over a shim, and the removal of what
// they leave.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createJobContainers } from "../../../local/job-containers.ts";
import { silentLogger } from "../../../local/logger.ts";
import { shareGpus } from "../../../local/gpus.ts";
import { createNodeSupport } from "../../../local/node-support.ts";
import { fakeEngine } from "../../support/container-engines.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "job containers-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function withEngine() {
  const fake = await fakeEngine(join(folder, "engine").replaceAll(" ", "_"));
  fake.have("train:1");
  const engine = {
    ...fake.engine,
    runOptions: ["--network", "host", "--shm-size", "1 m"],
    environment: { ...fake.engine.environment, HOME: "/home/it's", REGISTRY_AUTH_FILE: "/own/auth.json" },
  };
  const directory = join(folder, "shims");
  const containers = createJobContainers({ directory, engine, containers: "engine", logger: silentLogger });
  const call = (args: readonly string[], environment: Record<string, string> = {}) =>
    spawnSync(containers.environment["BATCHAI_CONTAINER_CLI"] ?? "", args, {
      encoding: "utf8",
      env: { PATH: `${containers.binDirectory}:/usr/bin:/bin`, ...environment },
    });
  const start = (name: string, node: string) =>
    call(["run", "-d", "--name", name, "--label", `batchai.node=${node}`, "train:1", "/bin/sleep", "100"]);
  return { fake, containers, call, start };
}
afterEach(() => rmSync(join(folder, "engine").replaceAll(" ", "_"), { recursive: true, force: true }));

describe("the engine's command on emulated nodes", () => {
  it("runs with the options of this machine, and the network named once, by the launcher", async () => {
    const { fake, containers, start } = await withEngine();
    expect(start("a", "/nodes/1")).toMatchObject({ status: 0, stderr: "" });
    const label = `batchai.cloud=${join(folder, "shims")}`;
    expect(fake.calls().at(-1)?.slice(0, 5)).toEqual(["run", "--label", label, "--shm-size", "1 m"]);
    await containers.close();
    expect(fake.containers()).toEqual([]);
  });

  it("has what the engine was found with, but for a login of the launcher's own", async () => {
    const environment = { HOME: "/home/it's", REGISTRY_AUTH_FILE: "/own/auth.json" };
    const call = async () => ({ exitCode: 0, stdout: "", stderr: "" });
    const command = ["/bin/sh", "-c", 'echo "$HOME $REGISTRY_AUTH_FILE"', "sh"];
    const engine = { command, runOptions: [], environment, user: undefined, call };
    const made = createJobContainers({
      directory: folder,
      engine,
      containers: "engine",
      logger: silentLogger,
    });
    const told = (variables: Record<string, string>) =>
      spawnSync(join(made.binDirectory, made.environment["BATCHAI_CONTAINER_CLI"] ?? ""), ["login"], {
        encoding: "utf8",
        env: { PATH: "/usr/bin:/bin", HOME: "/of/the/task", ...variables },
      }).stdout;
    expect(told({})).toBe("/home/it's /own/auth.json\n");
    expect(told({ REGISTRY_AUTH_FILE: "/run/login" })).toBe("/home/it's /run/login\n");
  });

  it("is not there where jobs run on the host, or no engine is", () => {
    const made = (containers: "engine" | "host") =>
      createJobContainers({ directory: folder, engine: undefined, containers, logger: silentLogger });
    expect(made("host").environment).toEqual({ BATCHAI_CONTAINERS: "host" });
    expect(made("engine").environment).toEqual({});
  });
});

describe("a node that is gone", () => {
  it("takes its containers along and gives back its GPUs, and leaves those of others", async () => {
    const { fake, containers, start } = await withEngine();
    const gpus = shareGpus(["GPU-1"], join(folder, "gpus.json"));
    const support = createNodeSupport({
      directory: join(folder, "support"),
      nodeProgram: process.execPath,
      mountService: { endpoint: "", environmentOf: () => ({}), close: async () => undefined },
      jobContainers: containers,
      gpus,
    });
    const root = (name: string) => join(folder, name);
    for (const [index, name] of ["one", "two"].entries()) {
      mkdirSync(root(name));
      await support.nodeUp({ address: `127.0.0.${index + 2}`, nodeRoot: root(name), environment: {} });
      start(name, root(name));
    }
    const gpusOf = (name: string) =>
      support.environmentOf(name, root(name), { vmSize: "STANDARD_NC6" })["CUDA_VISIBLE_DEVICES"];
    expect([gpusOf("one"), gpusOf("two")]).toEqual(["GPU-1", ""]);
    support.nodeDown("127.0.0.2");
    while (fake.containers().includes("one")) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(fake.containers()).toEqual(["two"]);
    mkdirSync(root("three"));
    expect(gpusOf("three")).toBe("GPU-1");
    await containers.close();
    expect(fake.containers()).toEqual([]);
  });

  it("costs no call of the engine where no job had a container", async () => {
    const { fake, containers } = await withEngine();
    const before = fake.calls().length;
    containers.removeOf("/nodes/1");
    await containers.close();
    expect(fake.calls()).toHaveLength(before);
    writeFileSync(join(folder, "shims/used"), "");
    await containers.close();
    expect(fake.calls().length).toBeGreaterThan(before);
  });
});
