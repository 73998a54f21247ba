import { describe, expect, it } from "vitest";
import { planLaunch } from "../../../../domain/launch/plan.ts";
import { toolkits } from "../../../../domain/toolkits/registry.ts";
import { spreadRanks } from "../../../../domain/toolkits/spread.ts";
import { cluster, job, share } from "../samples.ts";

const script = { pythonScriptFilePath: "$AZ_BATCHAI_INPUT_CODE/train.py" };
const on = (vmSize: string) =>
  cluster({
    vmSize,
    scaleSettings: { manual: { targetNodeCount: 4 } },
    nodeSetup: { mountVolumes: { azureFileShares: [share()] } },
  });
const withToolkit = (block: object, nodeCount = 1, vmSize = "STANDARD_D2") =>
  job({ customToolkitSettings: undefined, nodeCount, ...block }, on(vmSize));
const processes = (block: object, nodeCount = 1, vmSize?: string) =>
  planLaunch(withToolkit(block, nodeCount, vmSize)).processes;

describe("the toolkits", () => {
  it("are the nine of the service, each with its tool type", () => {
    expect(Object.fromEntries(toolkits.map(({ block, toolType }) => [block, toolType]))).toEqual({
      customToolkitSettings: "custom",
      customMpiSettings: "custommpi",
      tensorFlowSettings: "tensorflow",
      pyTorchSettings: "pytorch",
      horovodSettings: "horovod",
      chainerSettings: "chainer",
      cntkSettings: "cntk",
      caffeSettings: "caffe",
      caffe2Settings: "caffe2",
    });
  });

  it("spread ranks over the nodes in blocks", () => {
    expect(spreadRanks(5, 2)).toEqual([0, 0, 0, 1, 1]);
    expect(spreadRanks(2, 2)).toEqual([0, 1]);
    expect(spreadRanks(3, 1)).toEqual([0, 0, 0]);
  });
});

describe("TensorFlow", () => {
  it("is one process from a script path alone", () => {
    expect(
      processes({ tensorFlowSettings: { ...script, masterCommandLineArgs: "--epochs 3" } }),
    ).toMatchObject([
      {
        command: `"$AZ_BATCHAI_INTERPRETER" "\${AZ_BATCHAI_INPUT_CODE-}"'/train.py' --epochs 3`,
        environment: { TF_CONFIG: '{"cluster":{},"task":{"type":"master","index":0},"environment":"cloud"}' },
      },
    ]);
  });

  it("has its master as worker 0, ports from 2222 on every host, and servers that do not keep the job alive", () => {
    const plan = processes(
      {
        tensorFlowSettings: {
          ...script,
          masterCommandLineArgs: "--job_name=worker",
          workerCommandLineArgs: "--worker",
          parameterServerCommandLineArgs: "--ps",
        },
      },
      2,
    );
    expect(
      plan.map(({ node, role, index, ends, stdout, command }) => [
        node,
        role,
        index,
        ends,
        stdout,
        command.split(" ").at(-1),
      ]),
    ).toEqual([
      [0, "worker", 0, "required", "stdout.txt", "--job_name=worker"],
      [1, "worker", 1, "required", "stdout-wk-1.txt", "--worker"],
      [0, "ps", 0, "service", "stdout-ps-0.txt", "--ps"],
    ]);
    expect(plan.map(({ role, node, port }) => [role, node, port])).toEqual([
      ["worker", 0, 2223],
      ["worker", 1, 2222],
      ["ps", 0, 2222],
    ]);
    expect(plan[2]?.environment).toEqual({
      AZ_BATCHAI_TASK_INDEX: "0",
      AZ_BATCHAI_PS_HOSTS: "${AZ_BATCHAI_ENDPOINT_ps_0}",
      AZ_BATCHAI_WORKER_HOSTS: "${AZ_BATCHAI_ENDPOINT_worker_0},${AZ_BATCHAI_ENDPOINT_worker_1}",
      TF_CONFIG:
        '{"cluster":{"ps":["${AZ_BATCHAI_ENDPOINT_ps_0}"],"worker":["${AZ_BATCHAI_ENDPOINT_worker_0}","${AZ_BATCHAI_ENDPOINT_worker_1}"]},' +
        '"task":{"type":"ps","index":0},"environment":"cloud"}',
    });
  });

  it.each([
    [{ workerCount: 3 }, 2, "STANDARD_D2", /workerCount: 3 workers are more than 2, one per GPU/],
    [{ workerCount: 9 }, 2, "STANDARD_NC64AS_T4_V3", /workerCount: 9 workers are more than 8/],
    [
      { parameterServerCount: 3 },
      2,
      "STANDARD_D2",
      /parameterServerCount: 3 parameter servers are more than 2 nodes/,
    ],
  ])("cannot have %j on %i nodes of %s", (more, nodeCount, vmSize, message) => {
    expect(() => withToolkit({ tensorFlowSettings: { ...script, ...more } }, nodeCount, vmSize)).toThrow(
      message,
    );
  });

  it("may have any number of workers on a size with GPUs whose number nobody knows", () => {
    const many = { tensorFlowSettings: { ...script, workerCount: 16 } };
    expect(processes(many, 2, "Standard_NC128ds_Next_v9")).toHaveLength(17);
  });

  it("may have one worker per GPU", () => {
    expect(
      processes({ tensorFlowSettings: { ...script, workerCount: 8 } }, 2, "STANDARD_NC64AS_T4_V3"),
    ).toHaveLength(9);
  });
});

describe("the MPI toolkits", () => {
  it.each([
    ["customMpiSettings", { commandLine: "./solve" }],
    ["horovodSettings", script],
    ["chainerSettings", script],
    ["cntkSettings", script],
    ["caffeSettings", { configFilePath: "$X/solver.prototxt" }],
    ["pyTorchSettings", { ...script, communicationBackend: "MPI" }],
  ])("%s start all ranks from the first node", (block, settings) => {
    const [only, ...others] = processes({ [block]: { ...settings, processCount: 8 } }, 2);
    expect(others).toEqual([]);
    expect(only).toMatchObject({ node: 0, main: true, ends: "required" });
    expect(only?.command).toMatch(
      /"\$batchai_mpirun" --allow-run-as-root -np 8 -npernode 4 --oversubscribe --hostfile "\$AZ_BATCHAI_MPI_HOST_FILE"/,
    );
    expect(only?.command).toMatch(/"\$batchai_mpirun" -n 8 -ppn 4 -hosts .* -genvall/);
    expect(() => withToolkit({ [block]: { ...settings, processCount: 1 } }, 2)).toThrow(
      /processCount: 1 processes cannot fill 2 nodes/,
    );
  });

  it("give the first nodes one more where the ranks do not divide", () => {
    const [{ command = "" } = {}] = processes(
      { customMpiSettings: { commandLine: "x", processCount: 7 } },
      3,
    );
    const lines = command.split("\n").filter((line) => /hostfile|-ppn|-npernode/.test(line));
    expect(lines).toEqual([
      expect.stringMatching(/^awk '\{ print \$1 " slots=" 2 \+ \(NR <= 1\) \}'/),
      expect.stringMatching(
        / -np 7 --map-by slot --oversubscribe --hostfile "\$AZ_BATCHAI_JOB_TEMP\/hostfile-ranks"/,
      ),
      expect.stringMatching(/^awk '\{ print \$1 ":" 2 \+ \(NR <= 1\) \}'/),
      expect.stringMatching(/ -n 7 -machinefile "\$AZ_BATCHAI_JOB_TEMP\/hostfile-ranks" -genvall/),
    ]);
  });

  it("use InfiniBand on sizes that have it, unless the user said otherwise", () => {
    const ofSize = (vmSize: string) =>
      processes({ customMpiSettings: { commandLine: "x" } }, 2, vmSize)[0]?.command;
    expect(ofSize("STANDARD_HB120RS_V3")).toContain('I_MPI_FABRICS="${I_MPI_FABRICS:-dapl}"');
    expect(ofSize("STANDARD_NC4AS_T4_V3")).toContain('I_MPI_FABRICS="${I_MPI_FABRICS:-tcp}"');
  });
});

describe("CNTK and Caffe", () => {
  it.each([
    [
      { configFilePath: "$C/net.cntk", commandLineArgs: "parallelTrain=true" },
      `cntk configFile="\${C-}"'/net.cntk' parallelTrain=true`,
    ],
    [
      { ...script, languageType: "python" },
      `"$AZ_BATCHAI_INTERPRETER" "\${AZ_BATCHAI_INPUT_CODE-}"'/train.py'`,
    ],
  ])("cntk %j runs %s", (settings, command) => {
    expect(processes({ cntkSettings: settings })[0]?.command).toBe(command);
  });

  it.each([
    [
      { ...script, configFilePath: "x" },
      /configFilePath: is for BrainScript and pythonScriptFilePath for Python; give one/,
    ],
    [{}, /configFilePath: give it for BrainScript/],
    [
      { languageType: "Python", configFilePath: "x" },
      /pythonScriptFilePath: is required for languageType 'Python'/,
    ],
    [{ configFilePath: "x", pythonInterpreterPath: "y" }, /pythonInterpreterPath: is for Python scripts/],
  ])("cntk %j is refused", (settings, message) => {
    expect(() => withToolkit({ cntkSettings: settings })).toThrow(message);
  });

  it("caffe trains a solver file or runs a script, not both", () => {
    expect(processes({ caffeSettings: { configFilePath: "s.prototxt" } })[0]?.command).toBe(
      "caffe train -solver='s.prototxt'",
    );
    expect(() => withToolkit({ caffeSettings: { configFilePath: "x", ...script } })).toThrow(
      /give exactly one of/,
    );
  });
});

describe("Caffe2", () => {
  it("is one ranked process per node and needs a directory that the nodes share", () => {
    expect(
      processes({ caffe2Settings: script }, 2).map(({ node, environment }) => [node, environment]),
    ).toEqual([
      [0, { AZ_BATCHAI_TASK_INDEX: "0" }],
      [1, { AZ_BATCHAI_TASK_INDEX: "1" }],
    ]);
    const noShare = cluster({ scaleSettings: { manual: { targetNodeCount: 2 } } });
    expect(() =>
      job({ customToolkitSettings: undefined, caffe2Settings: script, nodeCount: 2 }, noShare),
    ).toThrow(/needs an Azure file share; mount one/);
  });
});
