// customMpi with every MPI that can be had, through the nodes' remote shell: what each rank has, and which node it is on.
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { environmentOf, missing, pythonOf } from "../../support/toolkits/frameworks.ts";
import type { Framework } from "../../support/toolkits/frameworks.ts";
import { openLab } from "../../support/toolkits/lab.ts";
import type { Lab } from "../../support/toolkits/lab.ts";

let lab: Lab;
beforeAll(async () => {
  lab = await openLab(3);
});
afterAll(() => lab.dispose());

/** Writes one JSON line: what the rank knows of itself, of its node and of the job. */
const program = `
import json, os, sys
from mpi4py import MPI
world = MPI.COMM_WORLD
names = ["AZ_BATCH_NODE_ID", "AZ_BATCHAI_JOB_TEMP", "AZ_BATCHAI_OUTPUT_MODEL", "WORDS", "FROM_BASHRC"]
told = {name: os.environ.get(name) for name in names}
with open("node") as file: told["prepared"] = file.read()
told.update(rank=world.rank, size=world.size, sum=world.allreduce(world.rank), directory=os.getcwd())
print(json.dumps(told), flush=True)
`;

/** What a process sees, MPI or not. */
const seen = `
import json, os
names = ["AZ_BATCH_NODE_ID", "AZ_BATCHAI_JOB_TEMP", "AZ_BATCHAI_OUTPUT_MODEL", "WORDS", "DATA"]
print(json.dumps({name: os.environ.get(name) for name in names}), flush=True)
`;
const ownOpen = "--allow-run-as-root -np 2 -npernode 1 --hostfile $AZ_BATCHAI_MPI_HOST_FILE";
const ownIntel = "-n 2 -ppn 1 -hosts $AZ_BATCH_HOST_LIST";

/** One line per rank: its number, its node, what it has from all others. */
const placed = `
import os
from mpi4py import MPI
world = MPI.COMM_WORLD
print(f"{world.rank} {os.environ['AZ_BATCH_NODE_ID']} sum {world.allreduce(world.rank)}", flush=True)
`;
const averaged = `
import os, torch, horovod.torch as hvd
hvd.init()
average = hvd.allreduce(torch.tensor(float(hvd.rank()))).item()
node = os.environ["AZ_BATCH_NODE_ID"]
print(f"{hvd.rank()} {node} local {hvd.local_rank()} of {hvd.local_size()}, average {average}", flush=True)
`;

/** The lines in the order of the ranks, whose nodes are numbered as they appear. */
function placement(log = ""): string[] {
  const nodes: string[] = [];
  const lines = log
    .trim()
    .split("\n")
    .map((line) => line.split(" "));
  return lines
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([, node = "", ...rest]) => {
      if (!nodes.includes(node)) nodes.push(node);
      return [nodes.indexOf(node), ...rest].join(" ");
    });
}

interface Told {
  readonly rank: number;
  readonly AZ_BATCH_NODE_ID: string;
  readonly AZ_BATCHAI_JOB_TEMP: string;
}

/** Name, what it needs, the folder of its programs ("" when they are on the PATH), its Python. */
const kinds: readonly (readonly [string, Framework, string, string])[] = [
  ["Open MPI 4.1", "mpi4py", "", "python3"],
  ["Open MPI 5", "openmpi5", environmentOf("openmpi5"), pythonOf("openmpi5")],
  ["Intel MPI", "intel-mpi", environmentOf("intel-mpi"), pythonOf("intel-mpi")],
];

describe("customMpi", () => {
  for (const [name, framework, home, python] of kinds) {
    const absent = missing(framework);
    it.skipIf(absent !== "")(
      `rows 83, 84: ${name}: every rank has the user's variables, the job's, and its own node's${absent}`,
      async () => {
        const words = 'two "words" and $HOME\nin two lines';
        const { job, logs } = await lab.run(`mpi-${framework}`, {
          nodeCount: 2,
          environmentVariables: [
            { name: "WORDS", value: words },
            { name: "PROGRAM", value: program },
          ],
          outputDirectories: [{ id: "MODEL", pathPrefix: "$AZ_BATCHAI_MOUNT_ROOT/results" }],
          jobPreparation: { commandLine: `printf %s "$AZ_BATCH_NODE_ID" > node; ${bashrc(home)}` },
          customMpiSettings: { processCount: 4, commandLine: `${python} -c "$PROGRAM"` },
        });
        expect(job.executionInfo, logs["stderr.txt"]).toMatchObject({ exitCode: 0 });
        const lines = (logs["stdout.txt"] ?? "").trim().split("\n");
        const told = lines.map((line) => JSON.parse(line) as Told).sort((a, b) => a.rank - b.rank);
        expect(told).toMatchObject(
          [0, 1, 2, 3].map((rank) => ({
            rank,
            size: 4,
            sum: 6,
            WORDS: words,
            FROM_BASHRC: "yes",
            prepared: told[rank]?.AZ_BATCH_NODE_ID,
            directory: told[rank]?.AZ_BATCHAI_JOB_TEMP,
            AZ_BATCHAI_OUTPUT_MODEL: expect.stringMatching(/\/outputs$/) as string,
          })),
        );
        const nodes = told.map(({ AZ_BATCH_NODE_ID }) => AZ_BATCH_NODE_ID);
        expect(nodes).toEqual([nodes[0], nodes[0], nodes[2], nodes[2]]);
        expect(nodes[0]).not.toBe(nodes[2]);
      },
      180_000,
    );

    it.skipIf(absent !== "")(
      `row 84: ${name}: ranks that the user's own mpirun starts on all nodes have the service's and the user's variables${absent}`,
      async () => {
        const words = "two 'words' and $HOME";
        const { job, logs } = await lab.run(`own-${framework}`, {
          nodeCount: 2,
          environmentVariables: [
            { name: "WORDS", value: words },
            { name: "DATA", value: "$AZ_BATCHAI_JOB_TEMP/data" },
            { name: "PROGRAM", value: seen },
          ],
          outputDirectories: [{ id: "MODEL", pathPrefix: "$AZ_BATCHAI_MOUNT_ROOT/results" }],
          jobPreparation: { commandLine: bashrc(home) },
          customToolkitSettings: {
            commandLine: `mpirun ${framework === "intel-mpi" ? ownIntel : ownOpen} ${python} -c "$PROGRAM"`,
          },
        });
        expect(job.executionInfo, logs["stderr.txt"]).toMatchObject({ exitCode: 0 });
        const told = (logs["stdout.txt"] ?? "")
          .trim()
          .split("\n")
          .map((line) => JSON.parse(line) as Record<string, string>);
        expect(told).toHaveLength(2);
        for (const rank of told)
          expect(rank).toMatchObject({
            WORDS: words,
            DATA: `${rank["AZ_BATCHAI_JOB_TEMP"]}/data`,
            AZ_BATCHAI_OUTPUT_MODEL: expect.stringMatching(/\/outputs$/) as string,
          });
        // Hydra gives every rank the whole environment of the first node, its name for that node included.
        const nodes = new Set(told.map(({ AZ_BATCH_NODE_ID }) => AZ_BATCH_NODE_ID));
        expect(nodes.size).toBe(framework === "intel-mpi" ? 1 : 2);
      },
      180_000,
    );

    it.skipIf(absent !== "")(
      `row 83: ${name}: where the nodes do not divide the ranks, the first have one more and none is left out${absent}`,
      async () => {
        const { job, logs } = await lab.run(`uneven-${framework}`, {
          nodeCount: 3,
          environmentVariables: [{ name: "PROGRAM", value: placed }],
          jobPreparation: { commandLine: bashrc(home) },
          customMpiSettings: { processCount: 5, commandLine: `${python} -c "$PROGRAM"` },
        });
        expect(job.executionInfo, logs["stderr.txt"]).toMatchObject({ exitCode: 0 });
        expect(placement(logs["stdout.txt"])).toEqual([
          "0 sum 10",
          "0 sum 10",
          "1 sum 10",
          "1 sum 10",
          "2 sum 10",
        ]);
      },
      180_000,
    );
  }

  const withoutHorovod = missing("horovod");
  it.skipIf(withoutHorovod !== "")(
    `row 85: 8 processes of Horovod on 2 nodes are 4 on each, which average as one${withoutHorovod}`,
    async () => {
      const { job, logs } = await lab.run("horovod-eight", {
        nodeCount: 2,
        environmentVariables: [{ name: "PROGRAM", value: averaged }],
        jobPreparation: { commandLine: 'printf %s "$PROGRAM" >average.py' },
        horovodSettings: {
          processCount: 8,
          pythonScriptFilePath: "$AZ_BATCHAI_JOB_TEMP/average.py",
          pythonInterpreterPath: pythonOf("horovod"),
        },
      });
      expect(job.executionInfo, logs["stderr.txt"]).toMatchObject({ exitCode: 0 });
      expect(placement(logs["stdout.txt"])).toEqual(
        [0, 1, 2, 3, 4, 5, 6, 7].map((rank) => `${rank < 4 ? 0 : 1} local ${rank % 4} of 4, average 3.5`),
      );
    },
    180_000,
  );

  const absent = missing("mpi4py");
  it.skipIf(absent !== "")(
    `a failing rank ends the others and is the job's exit code${absent}`,
    async () => {
      const { job } = await lab.run("mpi-fails", {
        nodeCount: 2,
        customMpiSettings: {
          processCount: 4,
          commandLine: 'if [ "$OMPI_COMM_WORLD_RANK" = 3 ]; then exit 7; fi; exec sleep 600',
        },
      });
      expect(job).toMatchObject({
        executionState: "failed",
        executionInfo: { exitCode: 7, errors: [{ code: "JobFailed" }] },
      });
    },
    180_000,
  );
});

/** What a preparation leaves in ~/.bashrc, as Intel's instructions have it. */
function bashrc(home: string): string {
  const path =
    home === "" ? "" : ` I_MPI_ROOT=${home} PATH=${join(home, "bin")}:$PATH LD_LIBRARY_PATH=${home}/lib`;
  return `echo 'export FROM_BASHRC=yes${path}' >> ~/.bashrc`;
}
