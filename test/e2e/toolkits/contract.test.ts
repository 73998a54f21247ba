// What a job's processes may rely on, whichever the framework: variables, their expansion, preparation, interpreter, roles.
// The scripts are shell scripts; the recipes prove the same with real frameworks.
import { existsSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { BatchAIManagementModels } from "@azure/arm-batchai";
import { openLab } from "../../support/toolkits/lab.ts";
import type { Lab } from "../../support/toolkits/lab.ts";
import { until } from "../../support/batch-ai-client.ts";

/** In the container before the nodes mount it. */
const scripts = {
  "variables.sh": 'echo "$WORD/$TOKEN"\n',
  "nested/args.sh": 'for word; do echo "$word"; done\n',
  "where.py": "import os, greeting; print(greeting.text, os.environ['AZ_BATCH_NODE_ID'])\n",
  "executable.py": "import sys; print(sys.executable)\n",
  "ranks.sh": 'echo "$AZ_BATCHAI_TASK_INDEX $AZ_BATCHAI_PYTORCH_BACKEND $AZ_BATCHAI_PYTORCH_INIT_METHOD"\n',
  // As in a real job, no worker gets far without its parameter servers.
  "role.sh": `echo "$AZ_BATCHAI_TASK_INDEX $1 $AZ_BATCHAI_PS_HOSTS $AZ_BATCHAI_WORKER_HOSTS $TF_CONFIG"
[ "$1" != ps ] || exec sleep 600
for server in 0 1; do
  until [ -s "$AZ_BATCHAI_STDOUTERR_DIR/stdout-ps-$server.txt" ]; do sleep 0.1; done
done
`,
};
const script = (name: keyof typeof scripts) => ({
  pythonScriptFilePath: `$AZ_BATCHAI_MOUNT_ROOT/recipes/scripts/${name}`,
});
const shell = { pythonInterpreterPath: "/bin/sh" };

let lab: Lab;
beforeAll(async () => {
  lab = await openLab();
  for (const [name, text] of Object.entries(scripts)) await lab.uploadText(`scripts/${name}`, text);
});
afterAll(() => lab.dispose());

const limit = 60_000;
const python = "/usr/bin/python3";

function variables(log: string | undefined): Record<string, string> {
  const lines = (log ?? "").split("\n").filter((line) => line.includes("="));
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
  );
}

describe("variables", () => {
  const directories = {
    inputDirectories: [{ id: "DATA", path: "$AZ_BATCHAI_MOUNT_ROOT/recipes/digits" }],
    outputDirectories: [{ id: "MODEL", pathPrefix: "$AZ_BATCHAI_MOUNT_ROOT/results", pathSuffix: "models" }],
  };

  it.each([1, 2])(
    "row 101: the service's variables are there for the preparation and the tool on %i node(s)",
    async (nodeCount) => {
      const { job, logs } = await lab.run(`environment-${nodeCount}`, {
        nodeCount,
        ...directories,
        jobPreparation: { commandLine: "env" },
        customToolkitSettings: {
          commandLine:
            "env; cat $AZ_BATCHAI_MPI_HOST_FILE | sed 's/^/host: /'; ls -d $AZ_BATCHAI_OUTPUT_MODEL",
        },
      });
      expect(job.executionState).toBe("succeeded");
      const found = variables(logs["stdout.txt"]);
      const root = found["AZ_BATCHAI_ROOT"] ?? "no root";
      const segment = job.jobOutputDirectoryPathSegment ?? "no segment";
      const results = `${root}/mounts/results`;
      expect(found).toMatchObject({
        AZ_BATCHAI_MOUNT_ROOT: `${root}/mounts`,
        AZ_BATCHAI_JOB_MOUNT_ROOT: `${root}/jobs/lab/toolkits/environment-${nodeCount}/mounts`,
        AZ_BATCHAI_STDOUTERR_DIR: `${results}/${segment}/stdouterr`,
        AZ_BATCHAI_INPUT_DATA: `${root}/mounts/recipes/digits`,
        AZ_BATCHAI_OUTPUT_MODEL: `${results}/${segment}/outputs/models`,
        AZ_BATCHAI_NUM_GPUS: expect.stringMatching(/^\d+$/) as string,
        AZ_BATCHAI_MPI_HOST_FILE: `${found["AZ_BATCHAI_JOB_TEMP"]}/hostfile`,
        PWD: found["AZ_BATCHAI_JOB_TEMP"],
      });
      expect(found["AZ_BATCHAI_JOB_TEMP"]?.startsWith(`${found["AZ_BATCHAI_JOB_TEMP_DIR"]}/`)).toBe(true);
      expect(found["AZ_BATCHAI_SHARED_JOB_TEMP"]).toBeDefined();
      const hosts = [...(logs["stdout.txt"] ?? "").matchAll(/^host: (\S+) slots=\d+$/gm)].map(
        ([, host]) => host,
      );
      expect(hosts).toHaveLength(nodeCount);
      if (nodeCount > 1) expect(found["AZ_BATCH_HOST_LIST"]?.split(",").sort()).toEqual([...hosts].sort());
      const ofService = (all: Record<string, string>) =>
        Object.entries(all).filter(([name]) => name.startsWith("AZ_BATCHAI_"));
      const prepared =
        nodeCount === 1 ? "stdout-job_prep.txt" : `stdout-job_prep-${found["AZ_BATCH_NODE_ID"]}.txt`;
      expect(ofService(variables(logs[prepared]))).toEqual(ofService(found));
    },
    limit,
  );

  it(
    "row 102: the user's variables and secrets are there for the preparation and the processes on all nodes",
    async () => {
      const { job, logs } = await lab.run("user-variables", {
        nodeCount: 2,
        environmentVariables: [{ name: "WORD", value: "two words" }],
        secrets: [{ name: "TOKEN", value: "s3cr$et" }],
        jobPreparation: { commandLine: 'echo "prepared $WORD/$TOKEN"' },
        pyTorchSettings: { ...shell, ...script("variables.sh"), communicationBackend: "TCP" },
      });
      expect(job.secrets).toEqual([{ name: "TOKEN" }]);
      const said = Object.fromEntries(Object.entries(logs).filter(([, text]) => text.includes("s3cr")));
      const prepared = Object.keys(said).filter((name) => name.startsWith("stdout-job_prep-"));
      expect(prepared).toHaveLength(2);
      expect(said).toEqual({
        "stdout.txt": "two words/s3cr$et\n",
        "stdout-0.txt": "two words/s3cr$et\n",
        "stdout-1.txt": "two words/s3cr$et\n",
        ...Object.fromEntries(prepared.map((name) => [name, "prepared two words/s3cr$et\n"])),
      });
    },
    limit,
  );

  it(
    "row 100: they expand in paths, arguments and commands, within each other, and undefined ones to nothing",
    async () => {
      const { job, logs } = await lab.run("nested", {
        nodeCount: 1,
        environmentVariables: [
          { name: "FOLDER", value: "nested" },
          { name: "SHELL_NAME", value: "sh" },
        ],
        inputDirectories: [
          { id: "SCRIPTS", path: "$AZ_BATCHAI_MOUNT_ROOT/recipes/scripts/${FOLDER}" },
          { id: "DEEPER", path: "$AZ_BATCHAI_INPUT_SCRIPTS/deeper$UNDEFINED" },
        ],
        outputDirectories: [
          { id: "MODEL", pathPrefix: "$AZ_BATCHAI_MOUNT_ROOT/results", pathSuffix: "$FOLDER" },
        ],
        jobPreparation: { commandLine: 'echo "prepares $FOLDER in $AZ_BATCHAI_INPUT_DEEPER"' },
        pyTorchSettings: {
          pythonInterpreterPath: "/bin/$SHELL_NAME",
          pythonScriptFilePath: "$AZ_BATCHAI_INPUT_SCRIPTS/args.sh",
          commandLineArgs:
            "--in=$AZ_BATCHAI_INPUT_DEEPER $AZ_BATCHAI_INPUT_DATASET --out=$AZ_BATCHAI_OUTPUT_MODEL '$FOLDER'",
        },
      });
      expect(job.executionInfo).toMatchObject({ exitCode: 0 });
      const words = (logs["stdout.txt"] ?? "").trim().split("\n");
      expect(words).toEqual([
        expect.stringMatching(/^--in=\/.*\/mounts\/recipes\/scripts\/nested\/deeper$/),
        expect.stringMatching(/^--out=\/.*\/outputs\/nested$/),
        "$FOLDER",
      ]);
      expect(logs["stdout-job_prep.txt"]).toBe(`prepares nested in ${words[0]?.slice("--in=".length)}\n`);
    },
    limit,
  );
});

describe("the preparation", () => {
  it.skipIf(!existsSync(python))(
    "row 99: what it installs on each node, and exports in ~/.bashrc, is there for the tool on that node",
    async () => {
      const { job, logs } = await lab.run("installs", {
        nodeCount: 2,
        jobPreparation: {
          commandLine:
            'mkdir lib && echo "text = \'installed on $AZ_BATCH_NODE_ID for\'" > lib/greeting.py && echo "export PYTHONPATH=$PWD/lib" >> ~/.bashrc',
        },
        pyTorchSettings: {
          ...script("where.py"),
          communicationBackend: "gloo",
        },
      });
      expect(job.executionInfo).toMatchObject({ exitCode: 0 });
      const lines = [logs["stdout.txt"], logs["stdout-1.txt"]].map(
        (log) => /^installed on (\w+) for (\w+)\n$/.exec(log ?? "") ?? [],
      );
      expect(lines.map(([, installed]) => installed)).toEqual(lines.map(([, , here]) => here));
      expect(new Set(lines.map(([line]) => line)).size).toBe(2);
    },
    limit,
  );

  it(
    "row 99: that fails is the job's failure, and its output is kept",
    async () => {
      const { job, logs } = await lab.run("unprepared", {
        nodeCount: 1,
        jobPreparation: { commandLine: "echo preparing; exit 5" },
        customToolkitSettings: { commandLine: "echo never" },
      });
      expect(job).toMatchObject({
        executionState: "failed",
        executionInfo: { errors: [{ code: "JobPreparationFailed" }] },
      });
      expect(logs["stdout-job_prep.txt"]).toBe("preparing\n");
      expect(logs["stdout.txt"] ?? "").toBe("");
    },
    limit,
  );

  it(
    "row 99: that fails on another node than the first keeps its exit code, and the job says which node it was",
    async () => {
      const { job } = await lab.run("unprepared-second", {
        nodeCount: 2,
        jobPreparation: { commandLine: '[ "$AZ_BATCH_IS_CURRENT_NODE_MASTER" = true ] || exit 7' },
        customToolkitSettings: { commandLine: "echo never" },
      });
      expect(job).toMatchObject({
        executionState: "failed",
        executionInfo: { exitCode: 7, errors: [{ code: "JobPreparationFailed" }] },
      });
      expect(JSON.stringify(job.executionInfo?.errors)).toMatch(/exited with 7 on node tvm/);
    },
    limit,
  );
});

describe("processes", () => {
  it.skipIf(!existsSync(python))(
    "row 96: the interpreter is the one that pythonInterpreterPath names",
    async () => {
      const run = (name: string, interpreter: object) =>
        lab.run(name, {
          nodeCount: 1,
          jobPreparation: { commandLine: "ln -s /usr/bin/python3 my-python" },
          pyTorchSettings: {
            ...script("executable.py"),
            ...interpreter,
          },
        });
      const named = await run("named", { pythonInterpreterPath: "$AZ_BATCHAI_JOB_TEMP/my-python" });
      expect(named.logs["stdout.txt"]).toMatch(/\/my-python\n$/);
      expect((await run("unnamed", {})).logs["stdout.txt"]).toMatch(/\/python3\n$/);
    },
    limit,
  );

  it(
    "row 91: PyTorch ranks are unique when there are more than nodes, and all meet at one address",
    async () => {
      const { job, logs } = await lab.run("four-ranks", {
        nodeCount: 2,
        pyTorchSettings: { ...shell, ...script("ranks.sh"), processCount: 4, communicationBackend: "TCP" },
      });
      expect(job.pyTorchSettings?.communicationBackend).toBe("TCP");
      const meeting = /tcp:\/\/[\d.]+:\d+/.exec(logs["stdout.txt"] ?? "")?.[0];
      expect([0, 1, 2, 3].map((rank) => logs[rank === 0 ? "stdout.txt" : `stdout-${rank}.txt`])).toEqual(
        [0, 1, 2, 3].map((rank) => `${rank} tcp ${meeting}\n`),
      );
    },
    limit,
  );

  it(
    "rows 93, 94: TensorFlow's roles know each other; the job ends though servers do not, and its nodes are idle again",
    async () => {
      const { job, logs } = await lab.run("roles", {
        nodeCount: 2,
        tensorFlowSettings: {
          ...shell,
          ...script("role.sh"),
          masterCommandLineArgs: "master",
          workerCommandLineArgs: "worker",
          parameterServerCommandLineArgs: "ps",
          parameterServerCount: 2,
        },
      });
      expect(job.executionInfo).toMatchObject({ exitCode: 0 });
      const [, , ps = "", workers = ""] = (logs["stdout.txt"] ?? "").split(" ");
      expect(new Set([...ps.split(","), ...workers.split(",")]).size).toBe(4);
      const told = (type: string, index: number, role: string) => {
        const cluster = { ps: ps.split(","), worker: workers.split(",") };
        const config = JSON.stringify({ cluster, task: { type, index }, environment: "cloud" });
        return `${index} ${role} ${ps} ${workers} ${config}\n`;
      };
      expect(logs).toMatchObject({
        "stdout.txt": told("worker", 0, "master"),
        "stdout-wk-1.txt": told("worker", 1, "worker"),
        "stdout-ps-0.txt": told("ps", 0, "ps"),
        "stdout-ps-1.txt": told("ps", 1, "ps"),
      });
      await until("idle nodes", async () => {
        const cluster = await lab.client.clusters.get("local", "lab", "cluster-0");
        return cluster.nodeStateCounts?.idleNodeCount === 2 ? true : undefined;
      });
    },
    limit,
  );
});

describe("settings that cannot be", () => {
  const some = { pythonScriptFilePath: "train.py" };
  it.each<[string, Partial<BatchAIManagementModels.JobCreateParameters>]>([
    ["row 95: more workers than nodes", { tensorFlowSettings: { ...some, workerCount: 3 } }],
    ["row 95: more servers than nodes", { tensorFlowSettings: { ...some, parameterServerCount: 3 } }],
    ["row 89: a solver and a script for Caffe", { caffeSettings: { ...some, configFilePath: "s.prototxt" } }],
    [
      "row 88: a configuration and a script for CNTK",
      { cntkSettings: { ...some, configFilePath: "n.cntk" } },
    ],
    ["row 83: fewer MPI processes than nodes", { customMpiSettings: { commandLine: "x", processCount: 1 } }],
  ])("%s: refused with 400", async (title, settings) => {
    const name = title.replace(/\W+/g, "-");
    const refusal = lab.run(name, { nodeCount: 2, ...settings });
    await expect(refusal).rejects.toMatchObject({ statusCode: 400, code: "InvalidRequest" });
    await expect(lab.client.jobs.get("local", "lab", "toolkits", name)).rejects.toMatchObject({
      statusCode: 404,
    });
  });
});
