// Jobs in real containers, through the public API: podman on a store of its own, and an image whose programs are this machine's,
// so that nothing is downloaded and MPI is Debian's.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findContainerEngine } from "../../../local/batch-emulator/agent/container-engine.ts";
import { mountPointsBelow } from "../../../local/unmount-below.ts";
import type { JobCreate } from "../../support/batch-ai-client.ts";
import { findPodman } from "../../support/container-engines.ts";
import { place, startJobLab } from "../../support/job-lab.ts";
import type { JobLab } from "../../support/job-lab.ts";
import { missing } from "../../support/toolkits/frameworks.ts";

const { podman, reason } = findPodman();
const absent = podman === undefined ? ` (podman: ${reason})` : "";
const limit = { timeout: 90_000 };
let lab: JobLab;
let image = "";
let clusterId = "";
let engine: Awaited<ReturnType<typeof findContainerEngine>>;

beforeAll(async () => {
  if (podman === undefined) return;
  const machine = podman.importMachine();
  image = machine.image;
  const containerEngine = { command: podman.command, runOptions: machine.runOptions };
  engine = await findContainerEngine({ ...containerEngine, environment: process.env });
  lab = await startJobLab(undefined, { containerEngine });
  clusterId = await lab.cluster("two", 2);
}, 120_000);
afterAll(async () => {
  if (podman === undefined) return;
  await lab.dispose();
  const left = await containers();
  podman.dispose();
  expect(left).toBe("");
});

const inImage = (name = image, more: object = {}): Partial<JobCreate> => ({
  containerSettings: { imageSourceRegistry: { image: name }, ...more },
});
const containers = async () => (await engine?.call(["ps", "-a", "--format", "{{.Names}}"]))?.stdout ?? "";

describe.skipIf(podman === undefined)(`a job in a container${absent}`, () => {
  it(
    "rows 97, 98: has preparation and program in it, with its variables, its shared memory, and its files outside",
    limit,
    async () => {
      const command = [
        "test -e /run/.containerenv && cat prepared && echo $WORD $TOKEN",
        "df -k /dev/shm | awk 'END { print $2 }'",
        'echo model >"$AZ_BATCHAI_OUTPUT_MODEL/model.txt"; cat /mnt/batch/tasks/shared/LS_root/mounts/files/*/*/*/*/*/*/*/*/*/outputs/model.txt',
      ].join("; ");
      await lab.submit("one", clusterId, command, {
        ...inImage(image, { shmSize: "32m" }),
        jobPreparation: { commandLine: "test -e /run/.containerenv && echo in a container >prepared" },
        environmentVariables: [{ name: "WORD", value: "a  'word'" }],
        secrets: [{ name: "TOKEN", value: "t0ken" }],
        outputDirectories: [{ id: "MODEL", pathPrefix: "$AZ_BATCHAI_MOUNT_ROOT/files" }],
      });
      const job = await lab.finished("one");
      const output = await lab.read("one", "stdout.txt");
      expect(output, JSON.stringify(job.executionInfo)).toBe(
        "in a container\na 'word' t0ken\n32768\nmodel\n",
      );
      expect(job).toMatchObject({ executionState: "succeeded" });
      expect(await lab.read("one", "model.txt", "MODEL")).toBe("model\n");
      expect(await containers()).toBe("");
    },
  );

  const noMpi = missing("mpi4py");
  it.skipIf(noMpi !== "")(
    `row 97: on two nodes is started in the containers of both by mpirun, which needs no ssh in them${noMpi}`,
    limit,
    async () => {
      const program = [
        "import os",
        "from mpi4py import MPI",
        "world = MPI.COMM_WORLD",
        "inside = os.path.exists('/run/.containerenv') and not os.path.exists('/proc/' + os.environ['OUTSIDE'])",
        "print(world.rank, os.environ['AZ_BATCH_NODE_ID'], os.environ['WORDS'], world.allreduce(1), inside, flush=True)",
      ].join("\n");
      await lab.client.jobs.create(...place, "mpi", {
        cluster: { id: clusterId },
        nodeCount: 2,
        stdOutErrPathPrefix: "$AZ_BATCHAI_MOUNT_ROOT/files",
        ...inImage(),
        environmentVariables: [
          { name: "PROGRAM", value: program },
          { name: "WORDS", value: "it's" },
          { name: "OUTSIDE", value: String(process.pid) },
        ],
        customMpiSettings: { processCount: 4, commandLine: 'python3 -c "$PROGRAM"' },
      });
      const job = await lab.finished("mpi");
      const errors = await lab.read("mpi", "stderr.txt");
      expect(job, errors).toMatchObject({ executionState: "succeeded" });
      const lines = (await lab.read("mpi", "stdout.txt")).trim().split("\n").sort();
      const nodes = lines.map((line) => line.split(" ")[1]);
      expect(new Set(nodes).size).toBe(2);
      expect(nodes).toEqual([nodes[0], nodes[0], nodes[2], nodes[2]]);
      expect(lines).toEqual(nodes.map((node, rank) => `${rank} ${node} it's 4 True`));
    },
  );

  it.skipIf(process.getuid?.() !== 0)(
    "has what the job mounts by a command of its own, and nothing stays mounted",
    limit,
    async () => {
      const folder = mkdtempSync(join(tmpdir(), "own-mount-"));
      writeFileSync(join(folder, "word"), "of the mount\n");
      await lab.submit("mounted", clusterId, 'cat "$AZ_BATCHAI_JOB_MOUNT_ROOT/own/word"', {
        ...inImage(),
        mountVolumes: {
          unmanagedFileSystems: [{ mountCommand: `mount --bind ${folder}`, relativeMountPath: "own" }],
        },
      });
      const job = await lab.finished("mounted");
      expect(await lab.read("mounted", "stdout.txt"), JSON.stringify(job.executionInfo)).toBe(
        "of the mount\n",
      );
      expect(mountPointsBelow(dirname(lab.cloud.cloudFile))).toEqual([]);
      rmSync(folder, { recursive: true });
    },
  );

  it("whose image is nowhere fails with the engine's words and what helps", limit, async () => {
    const name = "127.0.0.1:9/none:1";
    await lab.submit("none", clusterId, "true", inImage(name));
    const job = await lab.finished("none");
    expect(job.executionInfo).toMatchObject({
      exitCode: -1,
      errors: [
        {
          code: "FailedStartingContainer",
          details: [
            { name: "ImageName", value: name },
            { name: "Info", value: expect.stringMatching(/127\.0\.0\.1:9/) as string },
            { name: "Remedy", value: expect.stringMatching(/could not be reached/) as string },
          ],
        },
      ],
    });
  });

  it("leaves no container when it is terminated", limit, async () => {
    await lab.submit("long", clusterId, "echo begun; sleep 1000", inImage());
    await lab.reaches("long", "running");
    while ((await lab.read("long", "stdout.txt")) !== "begun\n") await lab.reaches("long", "running");
    expect(await containers()).toMatch(/^batchai-/);
    await lab.client.jobs.terminate(...place, "long");
    expect((await lab.finished("long")).executionInfo?.errors?.[0]).toMatchObject({ code: "JobTerminated" });
    await lab.submit("after", clusterId, "true", { ...inImage(), nodeCount: 2 });
    expect(await lab.finished("after")).toMatchObject({ executionState: "succeeded" });
    expect(await containers()).toBe("");
  });
});
