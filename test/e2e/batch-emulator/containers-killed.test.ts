// The stand-alone emulator, killed while containers run: they go on, are found again with their exit codes, and none is left.
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BatchServiceClient, BatchSharedKeyCredentials } from "@azure/batch";
import { afterAll, describe, expect, it } from "vitest";
import { findContainerEngine } from "../../../local/batch-emulator/agent/container-engine.ts";
import { eventually, linuxPool } from "../../conformance/batch/emulator-under-test.ts";
import { fakeEngine, findPodman } from "../../support/container-engines.ts";

const program = join(import.meta.dirname, "../../../dist/local/batchai.mjs");
const taskCount = 9;
const slots = 3;

interface Running {
  readonly batch: BatchServiceClient;
  end(signal: NodeJS.Signals): Promise<void>;
}

async function start(data: string, engine: { command: string; runOptions: string }): Promise<Running> {
  const options = ["--container-cli", engine.command, `--container-options=${engine.runOptions}`];
  const child: ChildProcess = spawn(process.execPath, [program, "emulator", "--data", data, ...options], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const line = await new Promise<string>((resolve, reject) => {
    let text = "";
    child.stdout?.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      if (text.endsWith("\nready\n")) resolve(text.split("\n")[0] ?? "");
    });
    void ended.then(() => reject(new Error("the emulator ended")));
  });
  const { url, accountName, accountKey } = JSON.parse(line) as Record<string, string>;
  const credentials = new BatchSharedKeyCredentials(accountName ?? "", accountKey ?? "");
  return {
    batch: new BatchServiceClient(credentials, url ?? "", { noRetryPolicy: true }),
    end(signal) {
      child.kill(signal);
      return ended;
    },
  };
}

const podman = findPodman();
afterAll(() => podman.podman?.dispose());
const engines = [
  {
    name: "a fake engine",
    missing: false,
    open: async (folder: string) => {
      const fake = await fakeEngine(join(folder, "engine"));
      fake.have("box:1");
      return { command: fake.command, runOptions: "", image: "box:1" };
    },
  },
  {
    name: podman.podman ? "podman" : `podman (${podman.reason})`,
    missing: podman.podman === undefined,
    open: () => Promise.resolve(podman.podman ?? { command: "", runOptions: "", image: "" }),
  },
];

describe.each(engines)("with $name", ({ missing, open }) => {
  it.skipIf(missing)(
    "a kill in the middle loses no container's exit code and leaks no container",
    async () => {
      const folder = await mkdtemp(join(tmpdir(), "containers-killed-"));
      const { image, ...engine } = await open(folder);
      const data = join(folder, "data");
      const first = await start(data, engine);
      await addTasks(first.batch, image);
      const before = await eventually(
        () => first.batch.task.list("j"),
        (tasks) =>
          tasks.some((task) => task.state === "completed") &&
          tasks.filter((task) => task.executionInfo?.containerInfo?.state === "running").length === slots,
        60_000,
      );
      const running = before.filter((task) => task.executionInfo?.containerInfo?.state === "running");
      await first.end("SIGKILL");

      const second = await start(data, engine);
      await writeFile(join(await sharedFolder(data), "go"), "");
      const after = await eventually(
        () => second.batch.task.list("j"),
        (tasks) => tasks.every((task) => task.state === "completed"),
        60_000,
      );
      await second.end("SIGTERM");
      const runs = await marks(data);
      for (const { id = "", executionInfo } of after) {
        expect([id, executionInfo?.exitCode]).toEqual([id, Number(id.slice(1))]);
        expect(runs.get(id)).toBeLessThanOrEqual(1 + (executionInfo?.requeueCount ?? 0));
        if (running.some((one) => one.id === id)) expect([id, executionInfo?.requeueCount]).toEqual([id, 0]);
      }
      const found = await findContainerEngine({ ...engine, environment: process.env });
      const left = await found?.call([
        "ps",
        "-a",
        "--filter",
        "label=batchai.pool=killed",
        "--format",
        "{{.Names}}",
      ]);
      expect(left).toMatchObject({ exitCode: 0, stdout: "" });
      expect((await readdir(join(data, "containers"))).filter((name) => name !== "instance")).toEqual([]);
      await rm(folder, { recursive: true, force: true });
    },
    180_000,
  );
});

/** Every third task ends by itself, the others when the file `go` is there. */
async function addTasks(batch: BatchServiceClient, image: string): Promise<void> {
  await batch.pool.add({
    id: "killed",
    ...linuxPool,
    virtualMachineConfiguration: {
      ...linuxPool.virtualMachineConfiguration,
      containerConfiguration: { containerImageNames: [image] },
    },
    targetDedicatedNodes: 1,
    taskSlotsPerNode: slots,
  });
  await batch.job.add({ id: "j", poolInfo: { poolId: "killed" } });
  await batch.task.addCollection(
    "j",
    Array.from({ length: taskCount }, (_, index) => ({
      id: `t${index}`,
      commandLine: `/bin/sh -c 'cd $AZ_BATCH_NODE_SHARED_DIR; echo run >> $AZ_BATCH_TASK_ID; ${index % 3 === 0 ? "" : "until [ -e go ]; do sleep 1; done; "}exit ${index}'`,
      containerSettings: { imageName: image },
    })),
  );
}

/** How often each task's command began. */
async function marks(data: string): Promise<Map<string, number>> {
  const shared = await sharedFolder(data);
  const found = new Map<string, number>();
  for (const name of await readdir(shared))
    found.set(name, (await readFile(join(shared, name), "utf8")).trim().split("\n").length);
  return found;
}

/** Of the one node. */
async function sharedFolder(data: string): Promise<string> {
  const [node = ""] = await readdir(join(data, "nodes"));
  return join(data, "nodes", node, "shared");
}
