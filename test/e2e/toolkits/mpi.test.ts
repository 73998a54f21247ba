// customMpi with every MPI that can be had: four ranks on two nodes, through the nodes' remote shell.
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { environmentOf, missing, pythonOf } from "../../support/toolkits/frameworks.ts";
import type { Framework } from "../../support/toolkits/frameworks.ts";
import { openLab } from "../../support/toolkits/lab.ts";
import type { Lab } from "../../support/toolkits/lab.ts";

let lab: Lab;
beforeAll(async () => {
  lab = await openLab();
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
  }

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
