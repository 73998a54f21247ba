// Container pools and tasks through the genuine client: on a fake engine that is always there, and on podman where it can
// run a container (otherwise those tests are skipped, and the skip says why).
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BatchServiceModels } from "@azure/batch";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { withContainers } from "../../../local/batch-emulator/agent/container-executor.ts";
import { findContainerEngine } from "../../../local/batch-emulator/agent/container-engine.ts";
import type { ContainerEngine } from "../../../local/batch-emulator/agent/container-engine.ts";
import { createProcessExecutor } from "../../../local/batch-emulator/agent/process-executor.ts";
import { systemClock } from "../../../local/clock.ts";
import { silentLogger } from "../../../local/logger.ts";
import { systemRandom } from "../../../local/random.ts";
import { fakeEngine, findPodman } from "../../support/container-engines.ts";
import { eventually, linuxPool, underTest } from "./emulator-under-test.ts";
import type { UnderTest } from "./emulator-under-test.ts";

interface EngineBench {
  readonly t: UnderTest;
  readonly engine: ContainerEngine;
  readonly image: string;
  /** Prints `entered` and its arguments. */
  readonly entryImage: string;
  readonly folder: string;
}

const containerPool = (containerConfiguration: BatchServiceModels.ContainerConfiguration = {}) => ({
  ...linuxPool,
  virtualMachineConfiguration: {
    ...linuxPool.virtualMachineConfiguration,
    containerConfiguration,
  },
});

const newFolder = () => mkdtemp(join(tmpdir(), "batch-containers-"));

async function open(
  folder: string,
  engine: ContainerEngine,
  images: Pick<EngineBench, "image" | "entryImage">,
): Promise<EngineBench> {
  const shared = { clock: systemClock(), random: systemRandom(), logger: silentLogger };
  const executor = withContainers({
    inner: createProcessExecutor({ stateDirectory: join(folder, "tasks"), ...shared }),
    engine,
    directory: join(folder, "containers"),
    ...shared,
  });
  return { t: await underTest({ dataDirectory: join(folder, "data"), executor }), engine, folder, ...images };
}

async function close(bench: EngineBench): Promise<void> {
  await bench.t.emulator.dispose();
  expect(bench.t.errors).toEqual([]);
  const left = await bench.engine.call([
    "ps",
    "-a",
    "--filter",
    "label=batchai.pool=boxes",
    "--format",
    "{{.Names}}",
  ]);
  expect(left.stdout).toBe("");
  await rm(bench.folder, { recursive: true, force: true });
}

const read = async (t: UnderTest, job: string, task: string, file = "stdout.txt") => {
  let text = "";
  for await (const chunk of (await t.batch.file.getFromTask(job, task, file)).readableStreamBody ?? [])
    text += String(chunk);
  return text;
};
const completed = (t: UnderTest, job: string, task: string) =>
  eventually(
    () => t.batch.task.get(job, task),
    (one) => one.state === "completed",
    30_000,
  );

const podman = findPodman();
afterAll(() => podman.podman?.dispose());
const engines = [
  {
    name: "a fake engine",
    missing: false,
    start: async () => {
      const folder = await newFolder();
      const fake = await fakeEngine(join(folder, "engine"));
      fake.have("box:1");
      fake.have("entry:1", { entrypoint: ["/bin/echo", "entered"], directory: "/usr" });
      return open(folder, fake.engine, { image: "box:1", entryImage: "entry:1" });
    },
  },
  {
    name: podman.podman ? "podman" : `podman (${podman.reason})`,
    missing: podman.podman === undefined,
    start: async () => {
      const { command, runOptions, image, entryImage } = podman.podman ?? {
        command: "",
        runOptions: "",
        image: "",
        entryImage: "",
      };
      const engine = await findContainerEngine({ command, runOptions, environment: process.env });
      if (engine === undefined) throw new Error("podman does not answer any more");
      return open(await newFolder(), engine, { image, entryImage });
    },
  },
];

describe.each(engines)("with $name", ({ missing, start }) => {
  let bench: EngineBench;
  let t: UnderTest;
  beforeAll(async () => {
    if (missing) return;
    bench = await start();
    t = bench.t;
    await t.batch.pool.add({
      id: "boxes",
      ...containerPool({ containerImageNames: [bench.image] }),
      targetDedicatedNodes: 2,
      taskSlotsPerNode: 1,
      enableInterNodeCommunication: true,
      startTask: {
        commandLine: "/bin/sh -c 'echo prepared > $AZ_BATCH_NODE_SHARED_DIR/mark'",
        containerSettings: { imageName: bench.image },
      },
    });
    await eventually(
      () => t.batch.computeNode.list("boxes"),
      (nodes) => nodes.filter((node) => node.state === "idle").length === 2,
      60_000,
    );
    await t.batch.job.add({
      id: "j",
      poolInfo: { poolId: "boxes" },
      jobPreparationTask: {
        commandLine: "/bin/sh -c 'echo $AZ_BATCH_TASK_ID > $AZ_BATCH_NODE_SHARED_DIR/job'",
        containerSettings: { imageName: bench.image },
      },
    });
  }, 120_000);
  afterAll(async () => {
    if (!missing) await close(bench);
  });

  it.skipIf(missing)(
    "a task runs in its image with its environment and files, and tells its exit code",
    async () => {
      await t.batch.task.add("j", {
        id: "one",
        commandLine: `/bin/sh -c 'echo "$AZ_BATCH_TASK_ID $GREETING"; pwd; cat $AZ_BATCH_NODE_SHARED_DIR/*; echo kept > made; exit 3'`,
        environmentSettings: [{ name: "GREETING", value: "hello  there" }],
        containerSettings: { imageName: bench.image },
      });
      const task = await completed(t, "j", "one");
      expect(task.executionInfo).toMatchObject({
        exitCode: 3,
        failureInfo: { code: "FailureExitCode" },
        containerInfo: { state: "exited" },
      });
      expect(task.executionInfo?.containerInfo?.containerId).toMatch(/.{12}/);
      const [line, directory, ...shared] = (await read(t, "j", "one")).trim().split("\n");
      expect(line).toBe("one hello  there");
      expect(directory).toMatch(/\/workitems\/j\/job-1\/one\/wd$/);
      expect(shared).toEqual(["jobpreparation", "prepared"]);
      expect(await read(t, "j", "one", "wd/made")).toBe("kept\n");
    },
    60_000,
  );

  it.skipIf(missing)(
    "an empty command line runs what the image says, any other replaces it",
    async () => {
      const settings = { imageName: bench.entryImage, workingDirectory: "containerImageDefault" as const };
      await t.batch.task.addCollection("j", [
        { id: "image", commandLine: "", containerSettings: settings },
        { id: "mine", commandLine: "/bin/sh -c pwd", containerSettings: settings },
      ]);
      await completed(t, "j", "image");
      await completed(t, "j", "mine");
      expect(await read(t, "j", "image")).toBe("entered\n");
      expect(await read(t, "j", "mine")).not.toContain("/wd");
    },
    60_000,
  );

  it.skipIf(missing)(
    "an image that cannot be had fails the task before its command",
    async () => {
      const containerSettings = { imageName: "localhost:1/no/such:image" };
      await t.batch.task.add("j", { id: "none", commandLine: "/bin/true", containerSettings });
      const { executionInfo } = await completed(t, "j", "none");
      expect(executionInfo).toMatchObject({
        result: "failure",
        failureInfo: { code: "ContainerInvalidImage" },
      });
      expect(executionInfo?.exitCode).toBeUndefined();
    },
    60_000,
  );

  it.skipIf(missing)(
    "terminating a task and its wall clock kill the container",
    async () => {
      const containerSettings = { imageName: bench.image };
      const commandLine = `/bin/sh -c 'echo begun; while :; do sleep 1; done'`;
      await t.batch.task.add("j", { id: "ended", commandLine, containerSettings });
      await t.batch.task.add("j", {
        id: "late",
        commandLine,
        containerSettings,
        constraints: { maxWallClockTime: "PT3S" },
      });
      await eventually(
        () => read(t, "j", "ended").catch(() => ""),
        (text) => text === "begun\n",
        30_000,
      );
      expect((await t.batch.task.get("j", "ended")).executionInfo?.containerInfo?.state).toBe("running");
      await t.batch.task.terminate("j", "ended");
      const late = await completed(t, "j", "late");
      expect(late.executionInfo).toMatchObject({
        exitCode: 137,
        failureInfo: { code: "MaxWallClockTimeExceeded" },
      });
      await t.emulator.idle();
      const left = await bench.engine.call([
        "ps",
        "-a",
        "--filter",
        "label=batchai.pool=boxes",
        "--format",
        "{{.Names}}",
      ]);
      expect(left.stdout).toBe("");
    },
    60_000,
  );

  it.skipIf(missing)(
    "a multi-instance task coordinates and runs in containers on its nodes",
    async () => {
      await t.batch.task.add("j", {
        id: "gang",
        commandLine: "/bin/sh -c 'echo $CCP_NODES; cat coordinated'",
        containerSettings: { imageName: bench.image },
        multiInstanceSettings: {
          numberOfInstances: 2,
          coordinationCommandLine: "/bin/sh -c 'echo $AZ_BATCH_IS_CURRENT_NODE_MASTER > coordinated'",
        },
      });
      expect((await completed(t, "j", "gang")).executionInfo?.result).toBe("success");
      expect(await read(t, "j", "gang")).toMatch(/^2 127\S+ 1 127\S+ 1\ntrue\n$/);
      const { value } = await t.batch.task.listSubtasks("j", "gang");
      expect(value?.[0]).toMatchObject({ exitCode: 0, containerInfo: { state: "exited" } });
    },
    60_000,
  );

  it.skipIf(missing)(
    "a release task runs in a container when the job ends",
    async () => {
      const containerSettings = { imageName: bench.image };
      await t.batch.job.add({
        id: "released",
        poolInfo: { poolId: "boxes" },
        jobPreparationTask: { commandLine: "/bin/true", containerSettings },
        jobReleaseTask: { commandLine: "/bin/sh -c 'exit 4'", containerSettings },
      });
      await t.batch.task.add("released", { id: "t", commandLine: "/bin/true", containerSettings });
      await completed(t, "released", "t");
      await t.batch.job.terminate("released");
      const statuses = await eventually(
        () => t.batch.job.listPreparationAndReleaseTaskStatus("released"),
        (list) => list.some((one) => one.jobReleaseTaskExecutionInfo?.state === "completed"),
        30_000,
      );
      const release = statuses.find((one) => one.jobReleaseTaskExecutionInfo)?.jobReleaseTaskExecutionInfo;
      expect(release).toMatchObject({ exitCode: 4, containerInfo: { state: "exited" } });
    },
    60_000,
  );
});

describe("container settings", () => {
  let bench: EngineBench;
  beforeAll(async () => {
    bench = await engines[0]!.start();
  });
  afterAll(() => close(bench));

  it("are answered without their passwords, on both planes", async () => {
    const registry = { registryServer: "reg.example", username: "ann", password: "s3cret" };
    const { t } = bench;
    await t.arm.poolOperations.create("local", "devbatch", "private", {
      vmSize: "STANDARD_D2S_V3",
      deploymentConfiguration: {
        virtualMachineConfiguration: {
          imageReference: {},
          nodeAgentSkuId: "batch.node.ubuntu 22.04",
          containerConfiguration: {
            type: "DockerCompatible",
            containerImageNames: ["a:1"],
            containerRegistries: [{ registryServer: "reg.example", userName: "ann", password: "s3cret" }],
          },
        },
      },
    });
    const managed = await t.arm.poolOperations.get("local", "devbatch", "private");
    expect(managed.deploymentConfiguration?.virtualMachineConfiguration?.containerConfiguration).toEqual({
      type: "DockerCompatible",
      containerImageNames: ["a:1"],
      containerRegistries: [{ registryServer: "reg.example", userName: "ann" }],
    });
    const pool = await t.batch.pool.get("private");
    expect(pool.virtualMachineConfiguration?.containerConfiguration?.containerRegistries).toEqual([
      { registryServer: "reg.example", userName: "ann" },
    ]);
    await t.batch.job.add({
      id: "secrets",
      poolInfo: { poolId: "private" },
      jobManagerTask: { id: "m", commandLine: "x", containerSettings: { imageName: "a:1", registry } },
      jobPreparationTask: { commandLine: "x", containerSettings: { imageName: "a:1", registry } },
    });
    await t.batch.task.add("secrets", {
      id: "t",
      commandLine: "",
      containerSettings: { imageName: "a:1", registry },
    });
    const shown = [await t.batch.job.get("secrets"), await t.batch.task.get("secrets", "t")];
    expect(JSON.stringify(shown)).toContain("reg.example");
    expect(JSON.stringify(shown)).not.toContain("s3cret");
  });

  it("on a pool without containerConfiguration fail the task", async () => {
    const { t } = bench;
    await t.batch.pool.add({ id: "plain", ...linuxPool, targetDedicatedNodes: 1 });
    await t.batch.job.add({ id: "plain", poolInfo: { poolId: "plain" } });
    await t.batch.task.add("plain", {
      id: "t",
      commandLine: "x",
      containerSettings: { imageName: bench.image },
    });
    expect((await completed(t, "plain", "t")).executionInfo).toMatchObject({
      failureInfo: { code: "ContainerInvalidSettings" },
    });
  });

  it("on a pool of an image that has no engine are refused in Azure's words", async () => {
    const pool = containerPool();
    const imageReference = {
      publisher: "Canonical",
      offer: "0001-com-ubuntu-server-jammy",
      sku: "22_04-LTS",
    };
    const virtualMachineConfiguration = { ...pool.virtualMachineConfiguration, imageReference };
    const reason =
      "The specified imageReference with publisher Canonical offer 0001-com-ubuntu-server-jammy sku 22_04-LTS does not support container feature.";
    await expect(
      bench.t.batch.pool.add({ id: "bare", ...pool, virtualMachineConfiguration }),
    ).rejects.toMatchObject({
      code: "InvalidPropertyValue",
      body: { values: [{ value: "containerConfiguration" }, {}, { key: "Reason", value: reason }] },
    });
  });

  it("of a pool whose image cannot be fetched make its nodes unusable", async () => {
    const { t } = bench;
    const pool = containerPool({ containerImageNames: ["localhost:1/no/such:image"] });
    await t.batch.pool.add({ id: "broken", ...pool, targetDedicatedNodes: 1 });
    const [node] = await eventually(
      () => t.batch.computeNode.list("broken"),
      (nodes) => nodes[0]?.state === "unusable",
    );
    expect(node?.errors?.[0]).toMatchObject({ code: "ContainerInvalidImage" });
  });

  it("that cannot be honoured are refused", async () => {
    const { t } = bench;
    const identityReference = { resourceId: "/subscriptions/s/identities/one" };
    const withIdentity = containerPool({
      containerRegistries: [{ registryServer: "r.example", identityReference }],
    });
    await expect(t.batch.pool.add({ id: "identity", ...withIdentity })).rejects.toMatchObject({
      statusCode: 501,
    });
    await t.batch.job.add({ id: "empty", poolInfo: { poolId: "plain" } });
    await expect(t.batch.task.add("empty", { id: "t", commandLine: "" })).rejects.toMatchObject({
      statusCode: 400,
      code: "InvalidPropertyValue",
    });
  });

  it("are taken where no engine answers, and fail with the remedy", async () => {
    const bare = await underTest();
    await bare.batch.pool.add({ id: "p", ...containerPool(), targetDedicatedNodes: 1 });
    await bare.batch.job.add({ id: "j", poolInfo: { poolId: "p" } });
    const task = { id: "t", commandLine: "x", containerSettings: { imageName: "a" } };
    await bare.batch.task.add("j", task);
    const ended = await eventually(
      () => bare.batch.task.get("j", "t"),
      (one) => one.state === "completed",
    );
    expect(ended.executionInfo?.failureInfo?.code).toBe("ContainerMiscError");
    expect(JSON.stringify(ended.executionInfo?.failureInfo)).toContain("install docker or podman");
    await bare.emulator.dispose();
  });
});
