// Every recipe, on the local cloud, through the 2018 client. Where the framework can be had it is the real one; where it
// cannot any more (CNTK, Caffe, Caffe2), a shim checks that it was started as the contract says.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { environmentOf, missing, pythonOf } from "../../support/toolkits/frameworks.ts";
import type { Framework } from "../../support/toolkits/frameworks.ts";
import { openLab } from "../../support/toolkits/lab.ts";
import type { EndedJob, Lab } from "../../support/toolkits/lab.ts";
import { jobFiles, runRecipe, uploadRecipes } from "../../support/toolkits/recipe.ts";

const shims = fileURLToPath(new URL("../../fixtures/shims/bin", import.meta.url));
const shimPython = join(shims, "python");
const intelMpi = await mkdtemp(join(tmpdir(), "batchai-intel-mpi-"));
let lab: Lab;
beforeAll(async () => {
  // What Intel's installer leaves beside its programs: the script that puts them on the PATH.
  const home = environmentOf("intel-mpi");
  const variables = `export I_MPI_ROOT='${home}' PATH='${home}/bin':"$PATH" LD_LIBRARY_PATH='${home}/lib'\n`;
  await writeFile(join(intelMpi, "mpivars.sh"), variables);
  lab = await openLab();
  await uploadRecipes(lab);
});
afterAll(async () => {
  await lab.dispose();
  await rm(intelMpi, { recursive: true });
});

interface Case {
  readonly proves: string;
  readonly recipe: string;
  readonly file?: string;
  readonly needs?: readonly Framework[];
  /** Where the framework is on this machine. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly check: (ended: EndedJob) => void;
}

/** Lines that ranks wrote, in their order; nodes are numbered by their first rank. */
function ranks(...logs: readonly (string | undefined)[]): string[] {
  const nodes: string[] = [];
  const rankOf = (line: string) => Number(/rank (\d+)/.exec(line)?.[1]);
  return logs
    .flatMap((log) => log?.split("\n") ?? [])
    .filter((line) => /rank \d+ of/.test(line))
    .sort((a, b) => rankOf(a) - rankOf(b))
    .map((line) =>
      line.replace(/tvmps_\w+/, (node) => {
        if (!nodes.includes(node)) nodes.push(node);
        return `node-${nodes.indexOf(node)}`;
      }),
    );
}

const accuracyIn = (log: string | undefined) => Number(/test accuracy ([\d.]+) %/.exec(log ?? "")?.[1]);
const lossesIn = (log: string | undefined) =>
  [...(log ?? "").matchAll(/loss ([\d.]+)/g)].map(([, loss]) => Number(loss));
const fourOnTwo = [0, 1, 2, 3].map((rank) => `rank ${rank} of 4 on node-${rank < 2 ? 0 : 1}`);
const twoOnTwo = ["rank 0 of 2 on node-0", "rank 1 of 2 on node-1"];

const cases: readonly Case[] = [
  {
    proves:
      "rows 82, 103: the custom toolkit's command runs once, and reaches every node by ssh without a password",
    recipe: "custom/ssh-between-nodes",
    check: ({ logs }) => {
      const lines = (logs["stdout.txt"] ?? "").trim().split("\n");
      const started = /^started once, on (.*)$/.exec(lines[0] ?? "")?.[1];
      const visited = lines.slice(1).map((line) => line.split(" is ")[1]);
      expect(visited[0]).toBe(started);
      expect(new Set(visited).size).toBe(2);
      expect(lines).toHaveLength(3);
    },
  },
  {
    proves: "rows 83, 84: every MPI rank knows its rank, size, node, a user variable and an output directory",
    recipe: "custom-mpi/pi",
    needs: ["mpi4py"],
    check: ({ logs }) => {
      expect(ranks(logs["stdout.txt"]).map((line) => line.replace(/ \(.*\)$/, ""))).toEqual(fourOnTwo);
      expect(logs["stdout.txt"]).toContain("pi is about 3.141593");
    },
  },
  {
    proves: "row 85: Horovod trains on digits with 4 ranks on 2 nodes",
    recipe: "horovod/mnist-pytorch",
    needs: ["horovod"],
    environment: { PYTHON: pythonOf("horovod") },
    check: ({ logs }) => {
      expect(ranks(logs["stdout.txt"])).toEqual([
        "rank 0 of 4, 0 of 2 on node-0",
        "rank 1 of 4, 1 of 2 on node-0",
        "rank 2 of 4, 0 of 2 on node-1",
        "rank 3 of 4, 1 of 2 on node-1",
      ]);
      expect(accuracyIn(logs["stdout.txt"])).toBeGreaterThan(85);
    },
  },
  {
    proves: "row 86: ChainerMN trains on digits with a rank on each of 2 nodes",
    recipe: "chainer/mnist",
    needs: ["chainer"],
    environment: { PYTHON: pythonOf("chainer") },
    check: ({ logs }) => {
      expect(ranks(logs["stdout.txt"])).toEqual(twoOnTwo);
      expect(accuracyIn(logs["stdout.txt"])).toBeGreaterThan(85);
    },
  },
  {
    proves: "row 91: PyTorch trains on digits over Gloo, a rank on each of 2 nodes, backend in lower case",
    recipe: "pytorch/mnist",
    needs: ["torch"],
    check: ({ logs }) => {
      expect(ranks(logs["stdout.txt"], logs["stdout-1.txt"])).toEqual(twoOnTwo);
      const losses = lossesIn(logs["stdout.txt"]);
      expect(losses).toEqual(lossesIn(logs["stdout-1.txt"]));
      expect(losses[1]).toBeLessThan((losses[0] ?? 0) / 2);
      expect(accuracyIn(logs["stdout.txt"])).toBeGreaterThan(85);
    },
  },
  {
    proves: "PyTorch trains in one process without a backend",
    recipe: "pytorch/mnist",
    file: "job-one-node.json",
    needs: ["torch"],
    check: ({ logs }) => expect(accuracyIn(logs["stdout.txt"])).toBeGreaterThan(80),
  },
  {
    proves: "rows 93, 94: TensorFlow trains on digits with a parameter server that never exits and 2 workers",
    recipe: "tensorflow/mnist-parameter-server",
    needs: ["tensorflow"],
    environment: { PYTHON: pythonOf("tensorflow") },
    check: ({ logs }) => {
      expect(logs["stdout-ps-0.txt"]).toMatch(/^ps 0 on/);
      expect(accuracyIn(logs["stdout.txt"])).toBeGreaterThan(80);
      const steps = [logs["stdout.txt"], logs["stdout-wk-1.txt"]].map((log) =>
        Number(/took (\d+) of/.exec(log ?? "")?.[1]),
      );
      expect(Math.min(...steps)).toBeGreaterThan(0);
      expect((steps[0] ?? 0) + (steps[1] ?? 0)).toBeGreaterThanOrEqual(600);
    },
  },
  {
    proves:
      "row 93: TensorFlow trains on digits in step, 2 workers that know each other from TF_CONFIG alone",
    recipe: "tensorflow/mnist-tf-config",
    needs: ["tensorflow"],
    environment: { PYTHON: pythonOf("tensorflow") },
    check: ({ logs }) => {
      expect(logs["stdout.txt"]).toMatch(/worker 0: 2 in step/);
      expect(accuracyIn(logs["stdout-wk-1.txt"])).toBe(accuracyIn(logs["stdout.txt"]));
      expect(accuracyIn(logs["stdout.txt"])).toBeGreaterThan(85);
    },
  },
  {
    proves: "row 92: TensorFlow trains in one process from a script path alone",
    recipe: "tensorflow/mnist-tf-config",
    file: "job-one-node.json",
    needs: ["tensorflow"],
    environment: { PYTHON: pythonOf("tensorflow") },
    check: ({ logs }) => {
      expect(logs["stdout.txt"]).toMatch(/^master 0 on .* of \{\}$/m);
      expect(accuracyIn(logs["stdout.txt"])).toBeGreaterThan(85);
    },
  },
  {
    proves: "row 88: CNTK, BrainScript without languageType on 2 nodes",
    recipe: "cntk/brainscript",
    needs: ["mpi4py"],
    environment: { CNTK_PATH: shims },
    check: ({ logs }) => {
      const words =
        "configFile=$INPUT_SCRIPTS/net.cntk dataDir=$INPUT_DATA outputDir=$OUTPUT_MODEL parallelTrain=true";
      expect(ranks(logs["stdout.txt"])).toEqual(twoOnTwo.map((rank) => `cntk: ${rank}: ${words}`));
    },
  },
  {
    proves: "row 88: CNTK, BrainScript without languageType in one process",
    recipe: "cntk/brainscript",
    file: "job-one-node.json",
    environment: { CNTK_PATH: shims },
    check: ({ logs }) =>
      expect(ranks(logs["stdout.txt"])).toMatchObject([/^cntk: rank 0 of 1 on node-0: configFile/]),
  },
  {
    proves: "row 88: CNTK, Python, 4 processes on 2 nodes",
    recipe: "cntk/python",
    needs: ["mpi4py"],
    environment: { CNTK_PYTHON: shimPython },
    check: ({ logs }) => {
      const words = "$INPUT_SCRIPTS/train.py --datadir $INPUT_DATA --outputdir $OUTPUT_MODEL";
      expect(ranks(logs["stdout.txt"])).toEqual(fourOnTwo.map((rank) => `python: ${rank}: ${words}`));
    },
  },
  {
    proves: "row 88: CNTK, Python without languageType in one process",
    recipe: "cntk/python",
    file: "job-one-node.json",
    environment: { CNTK_PYTHON: shimPython },
    check: ({ logs }) =>
      expect(ranks(logs["stdout.txt"])[0]).toMatch(
        /^python: rank 0 of 1 on node-0: \$INPUT_SCRIPTS\/train\.py/,
      ),
  },
  {
    proves: "row 87: Intel MPI, put on the PATH in ~/.bashrc, starts 8 ranks on 2 nodes",
    recipe: "cntk/brainscript-infiniband",
    needs: ["intel-mpi"],
    environment: { CNTK_PATH: shims, INTEL_MPI: intelMpi },
    check: ({ logs }) => {
      const lines = ranks(logs["stdout.txt"]).map((line) => line.slice(0, line.indexOf(": configFile")));
      expect(lines).toEqual(
        Array.from({ length: 8 }, (_, rank) => `cntk: rank ${rank} of 8 on node-${rank < 4 ? 0 : 1}`),
      );
    },
  },
  {
    proves: "row 89: Caffe, a solver file",
    recipe: "caffe/solver",
    environment: { CAFFE_PATH: shims },
    check: ({ logs }) =>
      expect(ranks(logs["stdout.txt"])).toEqual([
        "caffe: rank 0 of 1 on node-0: train -solver=$INPUT_SCRIPTS/solver.prototxt -iterations 1000",
      ]),
  },
  {
    proves: "row 89: Caffe, a Python script on 2 nodes",
    recipe: "caffe/python",
    needs: ["mpi4py"],
    environment: { CAFFE_PYTHON: shimPython },
    check: ({ logs }) => {
      const words = "$INPUT_SCRIPTS/train.py --solver $MOUNT_ROOT/recipes/caffe/solver/solver.prototxt";
      expect(ranks(logs["stdout.txt"])).toEqual(twoOnTwo.map((rank) => `python: ${rank}: ${words}`));
    },
  },
  {
    proves: "row 90: Caffe2, one process a node, which meet in the shared temp directory",
    recipe: "caffe2/mnist",
    environment: { CAFFE2_PYTHON: shimPython },
    check: ({ logs }) => {
      const words = "$INPUT_SCRIPTS/train.py --data $INPUT_DATA --shards 2 --shard";
      expect(ranks(logs["stdout.txt"], logs["stdout-1.txt"])).toEqual(
        twoOnTwo.map((rank, shard) => `python: ${rank}: ${words} ${shard} --rendezvous $SHARED_JOB_TEMP`),
      );
    },
  },
];

describe("recipes", () => {
  for (const { proves, recipe, file = "job.json", needs = [], environment = {}, check } of cases) {
    const absent = missing(...needs);
    it.skipIf(absent !== "")(
      `${proves} (${recipe}/${file})${absent}`,
      async () => {
        const ended = await runRecipe(lab, recipe, { file, environment });
        const told = { ...ended.job.executionInfo, stderr: ended.logs["stderr.txt"] };
        expect(ended.job.executionState, JSON.stringify(told)).toBe("succeeded");
        check(ended);
      },
      300_000,
    );
  }

  it("are all run here, but the one that the quickstart runs", async () => {
    const run = cases.map(({ recipe, file = "job.json" }) => `${recipe}/${file}`);
    expect(run.sort()).toEqual((await jobFiles()).filter((file) => file !== "custom/mnist-tfjs/job.json"));
  });
});
