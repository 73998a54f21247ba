// A run that is to end before its program does is told: SIGTERM, time to save what it has, SIGKILL. Run for real in every shell of this
// machine; storage and the node's metadata service are a listener of the test, which says nothing before the program is ready.
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { fakeEngine } from "../../support/container-engines.ts";
import { job } from "../../unit/domain/samples.ts";
import { EmulatedNodes, shells } from "./emulated-nodes.ts";

const open: EmulatedNodes[] = [];
const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) server.close();
  for (const made of open.splice(0)) await made.dispose();
});

interface Notices {
  /** What the stop file says, once there is one. */
  stop: string | undefined;
  /** Machines that the metadata service announces the end of. */
  evicted: readonly string[];
  readonly asked: string[];
}

const someEvent = (type: string, machine: string) => ({
  EventId: "E",
  EventStatus: "Scheduled",
  EventType: type,
  ResourceType: "VirtualMachine",
  Resources: ["another_3", machine],
  NotBefore: "Mon, 19 Sep 2026 18:29:47 GMT",
});

/** Nodes with such surroundings; `ready` is the file by which the programs of all nodes say that they may be told. */
async function nodes(shell: readonly string[], count = 1, grace = 20) {
  const made = await EmulatedNodes.create(shell, count);
  open.push(made);
  const notices: Notices = { stop: undefined, evicted: [], asked: [] };
  const isReady = () =>
    Array.from({ length: count }, (_, n) => join(made.root, `ready-tvm-${n}`)).every((f) => existsSync(f));
  const server = createServer((request, response) => {
    const [, node = "", path = ""] = /^\/([^/]+)\/([^?]*)/.exec(request.url ?? "") ?? [];
    notices.asked.push(`${node} ${path}`);
    const answer = (status: number, text = "") => response.writeHead(status).end(text);
    if (node === "storage")
      return answer(notices.stop !== undefined && isReady() ? 200 : 404, `${notices.stop}\n`);
    if (request.headers["metadata"] !== "true") return answer(400);
    if (path === "metadata/instance/compute/name") return answer(200, `vm-of-${node}`);
    const events = [
      someEvent("Freeze", `vm-of-${node}`),
      someEvent("Preempt", "vm-of-another"),
      ...(isReady() ? notices.evicted.map((machine) => someEvent("Preempt", machine)) : []),
    ];
    return answer(200, JSON.stringify({ DocumentIncarnation: 1, Events: events }, undefined, 1));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  servers.push(server);
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const perNode = (n: number) => ({ BATCH_EMULATOR_METADATA_URL: `${url}/tvm-${n}` });
  Object.assign(made.variables, {
    BATCHAI_STOP_URL: `${url}/storage/stop?sig=a%2Fb`,
    BATCHAI_TERMINATION_GRACE_S: String(grace),
    READY: made.root,
  });
  const start = async (document: Parameters<EmulatedNodes["stage"]>[0]) => {
    await made.stage(document);
    if (count === 1) return made.start("run", 0, perNode(0));
    for (let n = 0; n < count; n += 1)
      expect((await made.start("prepare", n, perNode(n)).ended).code).toBe(0);
    return made.start("run", 0, perNode(0));
  };
  return { made, notices, start };
}

const saving = `trap 'echo "saved on $AZ_BATCH_NODE_ID"; echo last >>"$AZ_BATCHAI_METRICS_FILE"; exit 0' TERM
echo begun; : >"$READY/ready-$AZ_BATCH_NODE_ID"
while :; do sleep 0.1; done`;
const stubborn = `trap '' TERM; : >"$READY/ready-$AZ_BATCH_NODE_ID"; while :; do sleep 0.1; done`;
const custom = (commandLine: string, more: object = {}) =>
  job({ customToolkitSettings: { commandLine }, ...more });
const onBlob = { stdOutErrPathPrefix: "$AZ_BATCHAI_MOUNT_ROOT/bfs" };
const ranks = (more: object = {}) =>
  job({
    customToolkitSettings: undefined,
    nodeCount: 2,
    pyTorchSettings: {
      pythonScriptFilePath: "$AZ_BATCHAI_MOUNT_ROOT/bfs/train.sh",
      pythonInterpreterPath: "/bin/sh",
      communicationBackend: "gloo",
      processCount: 2,
    },
    ...onBlob,
    ...more,
  });

describe.each(shells)("in %s, a run", (_name, shell) => {
  it("that is asked to stop has SIGTERM, and what it writes then is kept", async () => {
    const { made, notices, start } = await nodes(shell);
    const bfs = await made.mountEverywhere("bfs");
    notices.stop = "stop";
    const document = custom(saving, onBlob);
    expect((await (await start(document)).ended).code).toBe(143);
    expect(await made.log(document, bfs, "stdout.txt")).toBe("begun\nsaved on tvm-0\n");
    expect(await made.result()).toMatchObject({ outcome: "ended", exitCode: 143 });
    expect(await made.log(document, bfs, "execution.log")).toMatch(
      "the job was asked to stop: its processes get SIGTERM, and after 20 seconds SIGKILL",
    );
    expect(notices.asked).not.toContain("tvm-0 metadata/scheduledevents"); // a dedicated machine is not evicted
    await vi.waitFor(() => expect(made.livingGroups()).toBe(0), 30_000);
  });

  it.each(["requeued", "deallocated", "rehearsed"])(
    "that is asked to stop for more than its end says %s",
    async (word) => {
      const { made, notices, start } = await nodes(shell);
      await made.mountEverywhere("afs");
      notices.stop = word;
      expect((await (await start(custom(saving))).ended).code).toBe(143);
      expect(await made.result()).toMatchObject({ outcome: word, exitCode: 143 });
    },
  );

  it("that is asked to stop while it prepares stops", async () => {
    const { made, notices, start } = await nodes(shell);
    await made.mountEverywhere("afs");
    notices.stop = "stop";
    const document = custom("echo never", { jobPreparation: { commandLine: saving } });
    expect((await (await start(document)).ended).code).toBe(143);
    expect(await made.result()).toMatchObject({ outcome: "ended" });
  });

  it("whose time is over has SIGTERM, and SIGKILL when it does not heed it", async () => {
    const { made, start } = await nodes(shell, 1, 1);
    const afs = await made.mountEverywhere("afs");
    made.variables["BATCHAI_TIME_LIMIT_S"] = "1";
    const document = custom(stubborn);
    expect((await (await start(document)).ended).code).toBe(143);
    expect(await made.result()).toMatchObject({ outcome: "time-over", exitCode: 143 });
    expect(await made.log(document, afs, "execution.log")).toMatch("the job's time of 1 seconds is over");
    await vi.waitFor(() => expect(made.livingGroups()).toBe(0), 30_000);
  });

  it("on a machine that is to be evicted saves what it has, and stays until the machine is gone", async () => {
    const { made, notices, start } = await nodes(shell);
    const bfs = await made.mountEverywhere("bfs");
    made.variables["AZ_BATCH_NODE_IS_DEDICATED"] = "false";
    notices.evicted = ["vm-of-tvm-0"];
    const document = custom(saving, onBlob);
    const { child, ended } = await start(document);
    await vi.waitFor(async () => expect(await made.result()).toMatchObject({ outcome: "evicted" }), 60_000);
    expect(child.exitCode).toBeNull();
    expect(await made.log(document, bfs, "stdout.txt")).toBe("begun\nsaved on tvm-0\n");
    expect(await made.log(document, bfs, "metrics.jsonl")).toBe("last\n");
    process.kill(-(child.pid ?? 0), "SIGKILL"); // the eviction
    expect((await ended).code).toBe(137);
  });

  it("of two nodes tells the processes of both", async () => {
    const { made, notices, start } = await nodes(shell, 2);
    const bfs = await made.mountEverywhere("bfs");
    await writeFile(join(bfs, "train.sh"), saving);
    notices.stop = "stop";
    const document = ranks();
    expect((await (await start(document)).ended).code).toBe(143);
    for (const rank of [0, 1])
      expect(await made.log(document, bfs, `stdout-${rank}.txt`)).toBe(`begun\nsaved on tvm-${rank}\n`);
    expect(await made.result()).toMatchObject({ outcome: "ended", exitCode: 143 });
  });

  it("of two nodes of which the second is to be evicted tells the processes of both, and stays until Batch ends it", async () => {
    const { made, notices, start } = await nodes(shell, 2);
    const bfs = await made.mountEverywhere("bfs");
    await writeFile(join(bfs, "train.sh"), saving);
    made.variables["AZ_BATCH_NODE_IS_DEDICATED"] = "false";
    notices.evicted = ["vm-of-tvm-1"];
    const document = ranks();
    const { child, ended } = await start(document);
    await vi.waitFor(
      async () =>
        expect(await made.result()).toMatchObject({
          outcome: "evicted",
          detail: "node 1 of the job is about to be evicted",
        }),
      60_000,
    );
    for (const rank of [0, 1])
      expect(await made.log(document, bfs, `stdout-${rank}.txt`)).toBe(`begun\nsaved on tvm-${rank}\n`);
    expect(await made.log(document, bfs, "execution-tvm-0.log")).toMatch(
      "node 1 of the job is about to be evicted: its processes get SIGTERM, and after 20 seconds SIGKILL",
    );
    expect(child.exitCode).toBeNull();
    process.kill(-(child.pid ?? 0), "SIGKILL"); // the node is gone, and Batch takes the task back
    expect((await ended).code).toBe(137);
  });

  it("of two nodes is evicted, and not failed, where one program fails because the other ends", async () => {
    const { made, notices, start } = await nodes(shell, 2);
    const bfs = await made.mountEverywhere("bfs");
    await writeFile(
      join(bfs, "train.sh"),
      `: >"$READY/ready-$AZ_BATCH_NODE_ID"
if [ "$AZ_BATCH_NODE_ID" = tvm-0 ]; then while [ ! -e "$READY/leaving" ]; do sleep 0.01; done; exit 1; fi
trap ': >"$READY/leaving"; sleep 1; exit 0' TERM
while :; do sleep 0.1; done`,
    );
    made.variables["AZ_BATCH_NODE_IS_DEDICATED"] = "false";
    notices.evicted = ["vm-of-tvm-1"];
    const { child } = await start(ranks());
    await vi.waitFor(async () => expect(await made.result()).toMatchObject({ outcome: "evicted" }), 60_000);
    expect(child.exitCode).toBeNull();
  });

  it("hands none of it to its program", async () => {
    const { made, start } = await nodes(shell);
    const afs = await made.mountEverywhere("afs");
    made.variables["BATCHAI_TIME_LIMIT_S"] = "1000";
    const document = custom("env; true");
    expect((await (await start(document)).ended).code).toBe(0);
    expect(await made.log(document, afs, "stdout.txt")).not.toMatch(/BATCHAI_(STOP|TIME|TERMINATION)/);
  });
});

describe("the container of a run on a machine that is to be evicted", () => {
  // A container has no variables of the node but the service's.
  const heedless = (root: string) =>
    `trap 'echo told' TERM; : >"${root}/ready-$AZ_BATCH_NODE_ID"; while :; do sleep 0.1; done`;
  const kinds = [
    ["begins with its only process", {}],
    ["is there before the preparation", { jobPreparation: { commandLine: "true" } }],
  ] as const;

  async function evictable(grace: number, more: object) {
    const { made, notices, start } = await nodes(shells[0]?.[1] ?? ["/bin/sh"], 1, grace);
    const engine = await fakeEngine(join(made.root, "engine"));
    engine.have("train:1");
    await made.program("fake-engine", `#!/bin/sh\nexec ${engine.command} "$@"\n`);
    made.variables["BATCHAI_CONTAINER_CLI"] = "fake-engine";
    made.variables["AZ_BATCH_NODE_IS_DEDICATED"] = "false";
    notices.evicted = ["vm-of-tvm-0"];
    const afs = await made.mountEverywhere("afs");
    const settings = { containerSettings: { imageSourceRegistry: { image: "train:1" } }, ...more };
    const document = custom(heedless(made.root), settings);
    const output = async () => made.log(document, afs, "stdout.txt").catch(() => "");
    return { made, engine, settings, output, started: await start(document) };
  }

  it.each(kinds)(
    "that %s is removed when its processes had SIGTERM and did not end",
    async (_which, more) => {
      const { made, engine, output, started } = await evictable(1, more);
      await vi.waitFor(async () => expect(await made.result()).toMatchObject({ outcome: "evicted" }), 60_000);
      expect(await output()).toMatch(/^(told\n)+$/);
      expect(engine.containers()).toEqual([]);
      expect(started.child.exitCode).toBeNull();
      process.kill(-(started.child.pid ?? 0), "SIGKILL"); // the eviction
      expect((await started.ended).code).toBe(137);
    },
  );

  it.each(kinds)(
    "that %s ends with a task that is killed meanwhile, and is removed by the next run",
    async (_which, more) => {
      const { made, engine, settings, output, started } = await evictable(20, more);
      await vi.waitFor(async () => expect(await output()).toMatch(/told/), 60_000);
      const [name = ""] = engine.containers();
      const first = Number(await readFile(join(made.root, "engine/containers", name, "pid"), "utf8"));
      process.kill(-(started.child.pid ?? 0), "SIGKILL");
      expect((await started.ended).code).toBe(137);
      await vi.waitFor(() => expect(() => process.kill(first, 0)).toThrow(), 60_000);
      made.variables["AZ_BATCH_NODE_IS_DEDICATED"] = "true";
      expect((await made.run(custom("true", settings))).code).toBe(0);
      expect(engine.containers()).toEqual([]);
    },
  );
});
