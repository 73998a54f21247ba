import { spawn, spawnSync, type SpawnSyncOptions } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  openNodeRegistry,
  type NodeRegistry,
} from "../../../../local/batch-emulator/agent/shims/node-registry.ts";

let folder: string;
let registry: NodeRegistry;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "batchai-ssh-"));
  registry = openNodeRegistry(folder);
  await mkdir(join(folder, "node 2"));
  registry.registerNode({
    address: "127.0.0.2",
    nodeRoot: join(folder, "node 2"),
    environment: { PATH: `${registry.binDirectory}:/usr/bin:/bin`, WHO: "it's node 2" },
  });
});
afterAll(() => rm(folder, { recursive: true }));

const ssh = (args: string[], options: SpawnSyncOptions = {}) => {
  const { status, stdout, stderr } = spawnSync("ssh", args, {
    env: { PATH: `${registry.binDirectory}:/usr/bin:/bin`, CALLER: "node 1" },
    ...options,
  });
  return { status, stdout: stdout.toString(), stderr: stderr.toString() };
};

describe("ssh between emulated nodes", () => {
  it("runs the command in the folder and the environment of the node, not of the caller", () => {
    expect(ssh(["127.0.0.2", 'pwd; echo "$WHO" "${CALLER-unset}"'])).toEqual({
      status: 0,
      stdout: `${join(folder, "node 2")}\nit's node 2 unset\n`,
      stderr: "",
    });
  });

  it.skipIf(spawnSync("unshare", ["--uts", "true"]).status !== 0)(
    "gives each node a host name of its own, where the machine allows it",
    () => {
      const [own, machine] = ["127.0.0.2", spawnSync("hostname").stdout.toString().trim()];
      expect(ssh([own, "hostname"])).toEqual({ status: 0, stdout: `${own}\n`, stderr: "" });
      expect(ssh([own], { input: "hostname" }).stdout).toBe(`${own}\n`);
      expect(spawnSync("hostname").stdout.toString().trim()).toBe(machine);
      expect(machine).not.toBe(own);
    },
  );

  it("joins the words by blanks and lets the shell of the node split them again", () => {
    expect(ssh(["127.0.0.2", "printf", "%s.", "'a b'", "c"]).stdout).toBe("a b.c.");
  });

  it("passes input, both outputs and the exit code", () => {
    expect(ssh(["127.0.0.2", "cat; echo bad >&2; exit 42"], { input: "line\n" })).toEqual({
      status: 42,
      stdout: "line\n",
      stderr: "bad\n",
    });
    expect(ssh(["-n", "127.0.0.2", "cat"], { input: "line\n" }).stdout).toBe("");
    expect(ssh(["127.0.0.2"], { input: "echo from a shell\nexit 3\n" })).toMatchObject({
      status: 3,
      stdout: "from a shell\n",
    });
  });

  it("takes the options that scripts use, before and after the host", () => {
    const options = [
      "-q",
      "-o",
      "StrictHostKeyChecking=no",
      "-oBatchMode=yes",
      "-p",
      "23",
      "-i",
      "key",
      "-nT",
      "-l",
      "me",
    ];
    expect(ssh([...options, "user@127.0.0.2", "echo -n kept"]).stdout).toBe("kept");
    expect(ssh(["127.0.0.2", "-p", "23", "-x", "echo", "-n", "kept"]).stdout).toBe("kept");
    expect(ssh(["-tt", "127.0.0.2", "--", "echo", "-n", "kept"]).stdout).toBe("kept");
  });

  it("says that an address is unknown, removed or malformed, and exits with 255", () => {
    expect(ssh(["127.0.0.9", "true"])).toMatchObject({
      status: 255,
      stderr: "ssh: could not reach '127.0.0.9': no emulated node has this address\n",
    });
    expect(ssh(["../bin/ssh", "true"]).status).toBe(255);
    expect(ssh([]).status).toBe(255);
    expect(ssh(["-L", "1:2:3", "127.0.0.2"]).stderr).toContain("-L is not supported");
    registry.registerNode({ address: "gone", nodeRoot: folder, environment: {} });
    expect(ssh(["gone", "exit 1"]).status).toBe(1);
    registry.removeNode("gone");
    expect(ssh(["gone", "exit 1"]).status).toBe(255);
  });

  it("passes signals on to the command", async () => {
    const child = spawn(join(registry.binDirectory, "ssh"), [
      "127.0.0.2",
      "trap 'echo bye; exit 9' TERM; echo up; while :; do sleep 0.02; done",
    ]);
    const seen: string[] = [];
    child.stdout.on("data", (data: Buffer) => {
      seen.push(data.toString());
      if (seen.length === 1) child.kill("SIGTERM");
    });
    const code = await new Promise((resolve) => child.once("close", resolve));
    expect([code, seen.join("")]).toEqual([9, "up\nbye\n"]);
  });

  it("can hop from node to node, and reaches a node by the name it sees in its own list", () => {
    registry.registerNode({ address: "127.0.0.3", nodeRoot: folder, environment: { WHO: "node 3" } });
    expect(ssh(["127.0.0.2", "ssh 127.0.0.3 'echo $WHO'"]).stdout).toBe("node 3\n");
  });
});

describe("the node registry", () => {
  it("refuses addresses and variable names that are not plain", () => {
    const node = { nodeRoot: "/", environment: {} };
    expect(() => registry.registerNode({ ...node, address: "../x" })).toThrow("cannot be the address");
    expect(() => registry.registerNode({ ...node, address: "" })).toThrow("cannot be the address");
    expect(() => registry.registerNode({ ...node, address: "a", environment: { "a;b": "" } })).toThrow(
      "cannot name",
    );
  });
});
