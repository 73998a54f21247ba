// Golden launch plans: what a node will do for a job, as data and as the file that the launcher reads. When one of these
// differs, look whether the launcher and running jobs can live with it, then record it anew with `npx vitest -u`.
import { describe, expect, it } from "vitest";
import type { JobDocument } from "../../../../domain/job/schema.ts";
import { planLaunch } from "../../../../domain/launch/plan.ts";
import { needsSecrets, renderPlan, renderSecrets, taskCommands } from "../../../../domain/launch/render.ts";
import { accountKey, blob, job, jobWithSecrets, share } from "../samples.ts";

const everything = {
  jobPreparation: { commandLine: "pip install 'numpy>=1' && echo \"$GREETING\"" },
  inputDirectories: [{ id: "DATA", path: "$AZ_BATCHAI_MOUNT_ROOT/bfs/it's here" }],
  outputDirectories: [{ id: "MODEL", pathPrefix: "$AZ_BATCHAI_JOB_MOUNT_ROOT/out", pathSuffix: "models" }],
  environmentVariables: [{ name: "GREETING", value: 'it\'s\n"me"' }],
  secrets: [{ name: "TOKEN", value: "s3cret" }],
  mountVolumes: {
    azureFileShares: [share("out")],
    azureBlobFileSystems: [blob("in", { mountOptions: "-o ro" })],
  },
};
/** Every toolkit, on one node and on two, and the variants of its settings that are started otherwise. */
const script = {
  pythonScriptFilePath: "$AZ_BATCHAI_INPUT_CODE/train.py",
  commandLineArgs: "--epochs $EPOCHS",
};
const solver = { configFilePath: "$AZ_BATCHAI_INPUT_CODE/solver.prototxt" };
const brainScript = { configFilePath: "$AZ_BATCHAI_INPUT_CODE/net.cntk", commandLineArgs: "rootDir=$ROOT" };
const tensorFlowRoles = {
  masterCommandLineArgs: "--job_name=worker --task_index=$AZ_BATCHAI_TASK_INDEX",
  workerCommandLineArgs: "--job_name=worker --task_index=$AZ_BATCHAI_TASK_INDEX",
  parameterServerCommandLineArgs: "--job_name=ps --task_index=0 --ps_hosts=$AZ_BATCHAI_PS_HOSTS",
};
const planned: readonly (readonly [string, string, object])[] = [
  ["custom-mpi", "customMpiSettings", { commandLine: "./solve '$X'" }],
  ["horovod", "horovodSettings", script],
  ["chainer", "chainerSettings", { ...script, pythonInterpreterPath: "$CONDA/bin/python" }],
  ["cntk-python", "cntkSettings", { ...script, languageType: "Python" }],
  ["cntk-brainscript", "cntkSettings", brainScript],
  ["caffe-script", "caffeSettings", script],
  ["caffe-solver", "caffeSettings", solver],
  ["caffe2", "caffe2Settings", script],
  ["pytorch-tcp", "pyTorchSettings", { ...script, communicationBackend: "TCP" }],
  ["pytorch-mpi", "pyTorchSettings", { ...script, communicationBackend: "MPI" }],
  ["tensorflow", "tensorFlowSettings", { pythonScriptFilePath: "train.py" }],
  [
    "tensorflow-distributed",
    "tensorFlowSettings",
    { ...tensorFlowRoles, pythonScriptFilePath: "train.py", parameterServerCount: 1 },
  ],
];
const torch = (processCount: number) => ({
  customToolkitSettings: undefined,
  pyTorchSettings: {
    pythonScriptFilePath: "$AZ_BATCHAI_INPUT_DATA/train.py",
    commandLineArgs: "--rank $AZ_BATCHAI_TASK_INDEX",
    processCount,
    communicationBackend: "GLOO",
  },
});

describe.each<readonly [string, JobDocument]>([
  ["custom-1-node", job(everything)],
  ["custom-2-nodes", job({ nodeCount: 2, stdOutErrPathPrefix: "$AZ_BATCHAI_MOUNT_ROOT/bfs" })],
  [
    "container-2-nodes",
    job({
      nodeCount: 2,
      containerSettings: {
        imageSourceRegistry: {
          serverUrl: "https://lab.azurecr.io",
          image: "train:1.2",
          credentials: { username: "ada", password: "s3cret" },
        },
        shmSize: "1G",
      },
    }),
  ],
  ["pytorch-gloo-1-node", job(torch(2))],
  ["pytorch-gloo-2-nodes", job({ nodeCount: 2, ...torch(3) })],
  ...planned.flatMap(([name, block, settings]) =>
    [1, 2].map((nodeCount) => {
      const document = job({ nodeCount, customToolkitSettings: undefined, [block]: settings });
      return [`${name}-${nodeCount === 1 ? "1-node" : "2-nodes"}`, document] as const;
    }),
  ),
])("the launch plan %s", (name, document) => {
  const plan = planLaunch(document);

  it("is as recorded", async () => {
    await expect(`${JSON.stringify(plan, null, 2)}\n`).toMatchFileSnapshot(
      `../../../fixtures/launch-plans/${name}.json`,
    );
    await expect(renderPlan(plan)).toMatchFileSnapshot(`../../../fixtures/launch-plans/${name}.plan`);
  });

  it("has one main process, on the first node, and none outside the job's nodes", () => {
    expect(plan.processes.filter(({ main }) => main)).toMatchObject([{ node: 0, stdout: "stdout.txt" }]);
    expect(plan.processes.every(({ node }) => node >= 0 && node < plan.nodeCount)).toBe(true);
    expect(new Set(plan.processes.map(({ stdout }) => stdout)).size).toBe(plan.processes.length);
  });
});

describe("secrets", () => {
  it("are in their own file only", () => {
    const { document, secrets } = jobWithSecrets(everything);
    const plan = planLaunch(document);
    expect(renderPlan(plan)).not.toMatch(/s3cret|c2VjcmV0/);
    expect(renderSecrets(plan, secrets)).toBe(
      [
        `plan_key 'mountVolumes.azureFileShares.0.accountKey' '${accountKey}'`,
        `plan_key 'mountVolumes.azureBlobFileSystems.0.accountKey' '${accountKey}'`,
        "plan_secret 'TOKEN' 's3cret'",
        "plan_secrets_end\n",
      ].join("\n"),
    );
    expect(() => renderSecrets(plan, new Map())).toThrow(/has no value/);
    expect(renderSecrets(planLaunch(job()), new Map())).toBeUndefined();
    const registry = { image: "a", credentials: { username: "ada", password: "s3cret" } };
    const inContainer = jobWithSecrets({ containerSettings: { imageSourceRegistry: registry } });
    const containerPlan = planLaunch(inContainer.document);
    expect(needsSecrets(containerPlan)).toBe(true);
    expect(renderPlan(containerPlan)).not.toContain("s3cret");
    expect(renderSecrets(containerPlan, inContainer.secrets)).toBe(
      "plan_registry_password 's3cret'\nplan_secrets_end\n",
    );
  });

  it("of a run may be what the service's identity gets for a registry of Azure, or nothing", () => {
    const plan = planLaunch(
      job({ containerSettings: { imageSourceRegistry: { image: "lab.azurecr.io/a" } } }),
    );
    expect(plan.container).toMatchObject({ registry: "lab.azurecr.io", login: { byIdentity: true } });
    expect(needsSecrets(plan)).toBe(true);
    const values = new Map([[plan.container?.login?.secret ?? "", "t0ken"]]);
    expect(renderSecrets(plan, values)).toBe("plan_registry_password 't0ken'\nplan_secrets_end\n");
    const elsewhere = planLaunch(job({ containerSettings: { imageSourceRegistry: { image: "nvcr.io/a" } } }));
    expect(needsSecrets(elsewhere)).toBe(false);
  });
});

describe("the task's command lines", () => {
  it("have a coordination step on several nodes only", () => {
    expect(taskCommands(1)).toEqual({ run: "/bin/sh launch.sh run" });
    expect(taskCommands(2)).toEqual({
      run: `/bin/sh -c 'exec /bin/sh "$AZ_BATCH_TASK_SHARED_DIR/launch.sh" run'`,
      coordination: `/bin/sh -c 'exec /bin/sh "$AZ_BATCH_TASK_SHARED_DIR/launch.sh" prepare'`,
    });
  });
});
