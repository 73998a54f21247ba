// Histories recorded from the engine, replayed against today's orchestrations: the same history must lead to the same
// actions. Orchestrations live for weeks, so that a difference means a new version of the orchestration, not a new
// recording. New stories are recorded with UPDATE_GOLDEN=1; existing files are never overwritten.
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { orchestrations } from "../../orchestrations/index.ts";
import { fakeFileServers } from "../support/app/fake-file-servers.ts";
import type { FakeFileServers } from "../support/app/fake-file-servers.ts";
import {
  clusterPath,
  experimentPath,
  fileServerBody,
  fileServerPath,
  jobBody,
  workspacePath,
  worldWithCluster,
} from "../support/app/stories.ts";
import { sdkInvoker } from "../unit/local/durable-engine/support/sdk-app.ts";

type World = Awaited<ReturnType<typeof worldWithCluster>>;

interface Golden {
  readonly name: string;
  readonly instanceId: string;
  readonly input: unknown;
  readonly history: readonly Record<string, unknown>[];
  readonly actions: unknown;
  readonly isDone: boolean;
}

const folder = fileURLToPath(new URL("golden/", import.meta.url));
const jobPath = `${experimentPath}/jobs/j`;

async function submitted(world: World): Promise<string> {
  await world.api("PUT", jobPath, { body: jobBody() });
  await world.advance(50);
  return world.onlyTask();
}

/** Story → the orchestrations whose histories it yields. */
interface Story {
  run(world: World): Promise<unknown>;
  readonly records: readonly string[];
  readonly machines?: () => FakeFileServers;
}

const stories: Readonly<Record<string, Story>> = {
  "job-succeeds": {
    records: ["createCluster", "monitorCluster"],
    async run(world) {
      const task = await submitted(world);
      world.azure.start(task);
      await world.advance(1_000);
      world.azure.complete(task, { exitCode: 0 });
      await world.advance(5_000);
    },
  },
  "job-fails": {
    records: ["runJob"],
    async run(world) {
      const task = await submitted(world);
      world.azure.start(task);
      const result = "outcome preparation-failed\nexitCode 3\nnode n1\ndetail no pip\nend result\n";
      world.azure.complete(task, { exitCode: 3, result });
      await world.advance(5_000);
    },
  },
  "job-is-requeued": {
    records: ["runJob"],
    async run(world) {
      const task = await submitted(world);
      world.azure.start(task);
      await world.advance(1_000);
      world.azure.requeue(task);
      await world.advance(3_000);
      world.azure.start(world.onlyTask());
      await world.advance(3_000);
      world.azure.complete(world.onlyTask(), { exitCode: 0 });
      await world.advance(5_000);
    },
  },
  "job-is-terminated": {
    records: ["runJob"],
    async run(world) {
      world.azure.start(await submitted(world));
      await world.advance(1_000);
      await world.api("POST", `${jobPath}/terminate`);
      await world.advance(3_000);
    },
  },
  "job-is-deleted": {
    records: ["deleteJob"],
    async run(world) {
      world.azure.start(await submitted(world));
      await world.advance(1_000);
      await world.api("DELETE", jobPath);
      await world.advance(3_000);
    },
  },
  "cluster-is-resized": {
    records: ["resizeCluster", "monitorCluster"],
    async run(world) {
      const scaleSettings = { manual: { targetNodeCount: 3 } };
      await world.api("PATCH", clusterPath, { body: { properties: { scaleSettings } } });
      await world.advance(500);
      world.azure.settle();
      await world.advance(5_000);
    },
  },
  "file-server-fails": {
    records: ["createFileServer", "deleteFileServer"],
    async run(world) {
      await world.api("PUT", fileServerPath, { body: fileServerBody() });
      await world.advance(1_000);
      await world.api("DELETE", fileServerPath);
      await world.advance(1_000);
    },
  },
  "file-server-is-built": {
    records: ["createFileServer", "deleteFileServer"],
    machines: fakeFileServers,
    async run(world) {
      const machines = world.services.fileServers as FakeFileServers;
      await world.api("PUT", fileServerPath, { body: fileServerBody() });
      await world.advance(3_000);
      machines.finish();
      await world.advance(10_000);
      machines.slowToGo = true;
      await world.api("DELETE", fileServerPath);
      await world.advance(3_000);
      machines.slowToGo = false;
      await world.advance(10_000);
    },
  },
  "workspace-is-deleted": {
    records: ["deleteParent", "deleteCluster", "runJob"],
    async run(world) {
      world.azure.start(await submitted(world));
      await world.advance(1_000);
      await world.api("DELETE", workspacePath);
      await world.advance(10_000);
    },
  },
};

async function record(story: string): Promise<Golden[]> {
  const machines = stories[story]?.machines?.();
  const world = await worldWithCluster({}, machines === undefined ? {} : { fileServers: machines });
  await stories[story]?.run(world);
  const instances = world.engine.client.list({}, { top: 100 }).instances;
  const wanted = stories[story]?.records ?? [];
  return Promise.all(
    wanted.map(async (name) => {
      const instance = instances.find((candidate) => candidate.name === name);
      if (instance === undefined) throw new Error(`the story ${story} has no ${name}`);
      const golden = {
        name,
        instanceId: instance.instanceId,
        input: JSON.parse(instance.input ?? "null") as unknown,
        history: world.engine.client.history(instance.instanceId),
      };
      return { ...golden, ...(await replay(golden)) };
    }),
  );
}

async function replay(golden: Pick<Golden, "name" | "instanceId" | "input" | "history">) {
  const invoker = sdkInvoker({
    orchestrators: Object.fromEntries(orchestrations.map(({ name, handler }) => [name, handler as never])),
  });
  const trigger = JSON.stringify({
    history: golden.history,
    input: golden.input,
    instanceId: golden.instanceId,
    isReplaying: true,
    parentInstanceId: null,
    upperSchemaVersion: 1,
    upperSchemaVersionNew: 3,
    longRunningTimerIntervalDuration: "3.00:00:00",
    maximumShortTimerDuration: "6.00:00:00",
    defaultHttpAsyncRequestSleepTimeMillseconds: 30_000,
  });
  const outcome = await invoker.orchestrator(golden.name, golden.instanceId, trigger);
  if (!outcome.ok) throw new Error(outcome.message);
  const { actions, isDone } = JSON.parse(JSON.stringify(outcome.value)) as Pick<Golden, "actions" | "isDone">;
  return { actions, isDone };
}

describe("a recorded history", () => {
  it.each(Object.keys(stories))("of the story %s leads to the same actions as then", async (story) => {
    const file = `${folder}${story}.json`;
    if (!existsSync(file) && process.env["UPDATE_GOLDEN"] === "1") {
      await mkdir(folder, { recursive: true });
      await writeFile(file, `${JSON.stringify(await record(story), null, 1)}\n`);
    }
    const goldens = JSON.parse(await readFile(file, "utf8")) as Golden[];
    for (const golden of goldens) {
      expect(golden.history.length).toBeGreaterThan(4);
      const { actions, isDone } = await replay(golden);
      expect(actions, golden.name).toEqual(golden.actions);
      expect(isDone).toBe(golden.isDone);
    }
  });

  it("carries nothing that a message of Azure's queues could not, so that no turn waits for a blob", async () => {
    for (const story of Object.keys(stories)) {
      const goldens = JSON.parse(await readFile(`${folder}${story}.json`, "utf8")) as Golden[];
      for (const event of goldens.flatMap(({ history }) => history))
        // UTF-16 and base64 make 43 KiB of so many characters, and a message holds 64.
        expect(JSON.stringify(event).length, story).toBeLessThan(16_384);
    }
  });

  it("holds no secret and no link", async () => {
    for (const story of Object.keys(stories)) {
      const text = await readFile(`${folder}${story}.json`, "utf8");
      expect(text).not.toMatch(/not-to-be-seen|secret-signature/);
    }
  });
});
