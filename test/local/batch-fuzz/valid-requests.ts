// One valid request (or several) for every operation of the emulator, from which the fuzzer makes worse ones. Ids are few,
// so that requests meet each other's entities.
import { operations } from "../../../local/batch-emulator/operations.ts";
import type { Operation } from "../../../local/batch-emulator/operations.ts";
import { subscriptionId } from "../../conformance/batch/emulator-under-test.ts";

/** Picks one of a list. */
export type Pick = <T>(items: readonly T[]) => T;

export interface FuzzRequest {
  readonly operation: string;
  readonly management: boolean;
  method: string;
  /** Percent-encoded segments. */
  segments: string[];
  query: [string, string][];
  headers: Record<string, string>;
  /** JSON, or raw text when a mutation spoiled it. */
  body: unknown;
}

/** What exists, as far as the fuzzer has seen. */
export interface Seen {
  /** Pool and node. */
  nodes: [string, string][];
  /** Job and task, of tasks that have been on a node. */
  tasks: [string, string][];
}

const pools = ["p0", "p1", "p2", "p3", "p4"];
const jobs = ["j0", "j1", "j2", "j3", "j4"];
const tasks = ["t0", "t1", "t2", "1", "02", "3"];
const schedules = ["s0", "s1"];
const taskFiles = ["stdout.txt", "stderr.txt", "wd", "wd/made.txt"];
const nodeFiles = ["startup/stdout.txt", "startup/stderr.txt", "startup/wd", "shared"];
const commands = ["exit 0", "exit 1", "hold", "write hello", "missing"];

const machine = {
  vmSize: "Standard_A1_v2",
  virtualMachineConfiguration: {
    imageReference: { publisher: "canonical", offer: "ubuntu", sku: "22", version: "latest" },
    nodeAgentSKUId: "batch.node.ubuntu 22.04",
  },
};
const formula = "$TargetDedicatedNodes = min(2, avg($ActiveTasks.GetSample(TimeInterval_Minute)));";

function parameterValues(pick: Pick, seen: Seen, path: string): Record<string, () => string> {
  const known = <T extends [string, string]>(pairs: T[]) =>
    pairs.length > 0 ? pick(pairs) : ["none", "none"];
  const [nodePool = "", node = ""] = known(seen.nodes);
  const [taskJob = "", task = ""] = known(seen.tasks);
  const onNode = path.includes("{nodeId}");
  const onTask = path.includes("{taskId}") && pick([true, true, true, false]);
  return {
    poolId: () => (onNode ? nodePool : pick(pools)),
    poolName: () => pick(pools),
    nodeId: () => node,
    jobId: () => (onTask ? taskJob : pick([...jobs, ...jobs, "s0:job-1"])),
    taskId: () => (onTask ? task : pick(tasks)),
    jobScheduleId: () => pick(schedules),
    applicationId: () => "app",
    applicationName: () => "app",
    versionName: () => "1.0",
    extensionName: () => "none",
    userName: () => pick(["ann", "bob"]),
    subscriptionId: () => subscriptionId,
    resourceGroup: () => "local",
    account: () => "devbatch",
    location: () => "westeurope",
    operationId: () => pick(["delete-p0-1", "delete-p1-7", "x"]),
    "*filePath": () =>
      pick(onNode ? [...nodeFiles, `workitems/${taskJob}/job-1/${task}/stdout.txt`] : taskFiles),
  };
}

export function taskBody(pick: Pick): Record<string, unknown> {
  return {
    id: pick(tasks),
    commandLine: pick(commands),
    ...pick<Record<string, unknown>>([
      {},
      {},
      { requiredSlots: 2 },
      { constraints: { maxTaskRetryCount: 1, maxWallClockTime: "PT0.3S", retentionTime: "PT1S" } },
      { multiInstanceSettings: { numberOfInstances: 2, coordinationCommandLine: "exit 0" } },
      { dependsOn: { taskIds: ["t1"], taskIdRanges: [{ start: 1, end: 3 }] } },
      { exitConditions: { exitCodes: [{ code: 1, exitOptions: { jobAction: "disable" } }], default: {} } },
      { environmentSettings: [{ name: "A", value: "b" }], affinityInfo: { affinityId: "TVM:x" } },
      { resourceFiles: [{ httpUrl: "http://127.0.0.1:9/x", filePath: "x" }] },
      { userIdentity: { autoUser: { scope: "task", elevationLevel: "admin" } }, displayName: "one" },
    ]),
  };
}

export function poolBody(pick: Pick): Record<string, unknown> {
  return {
    id: pick(pools),
    ...machine,
    // Else nobody could ask for the way to a node.
    networkConfiguration: {
      endpointConfiguration: {
        inboundNATPools: [
          {
            name: "ssh",
            protocol: "tcp",
            backendPort: 22,
            frontendPortRangeStart: 15_000,
            frontendPortRangeEnd: 15_100,
          },
        ],
      },
    },
    ...pick<Record<string, unknown>>([
      { targetDedicatedNodes: 2, taskSlotsPerNode: 2 },
      { targetDedicatedNodes: 1, targetLowPriorityNodes: 1, enableInterNodeCommunication: true },
      { enableAutoScale: true, autoScaleFormula: formula, autoScaleEvaluationInterval: "PT5M" },
      { targetDedicatedNodes: 1, startTask: { commandLine: pick(commands), maxTaskRetryCount: 1 } },
      { targetLowPriorityNodes: 2, metadata: [{ name: "a", value: "b" }], resizeTimeout: "PT5M" },
      { userAccounts: [{ name: "ann", password: "pw" }], taskSchedulingPolicy: { nodeFillType: "Pack" } },
      {
        mountConfiguration: [
          { nfsMountConfiguration: { source: "h:/x", relativeMountPath: "data", mountOptions: "ro" } },
        ],
      },
    ]),
  };
}

function jobShape(pick: Pick): Record<string, unknown> {
  return {
    poolInfo: pick<unknown>([
      { poolId: pick(pools) },
      { poolId: pick(pools) },
      {
        autoPoolSpecification: {
          autoPoolIdPrefix: "auto",
          poolLifetimeOption: "job",
          keepAlive: false,
          pool: { ...machine, targetDedicatedNodes: 1 },
        },
      },
    ]),
    ...pick<Record<string, unknown>>([
      { priority: 3, usesTaskDependencies: true },
      { usesTaskDependencies: true, onTaskFailure: "performexitoptionsjobaction" },
      { onAllTasksComplete: "terminatejob", constraints: { maxWallClockTime: "PT1M", maxTaskRetryCount: 1 } },
      { jobPreparationTask: { commandLine: pick(commands) }, jobReleaseTask: { commandLine: "exit 0" } },
      { jobManagerTask: { id: "t0", commandLine: pick(commands), killJobOnCompletion: true } },
      { maxParallelTasks: 1, commonEnvironmentSettings: [{ name: "C", value: "d" }] },
    ]),
  };
}

const scheduleShape = (pick: Pick) => ({
  schedule: { recurrenceInterval: "PT1M", startWindow: "PT1M" },
  jobSpecification: jobShape(pick),
  metadata: [{ name: "m", value: "n" }],
});

const armPoolBody = (pick: Pick) => ({
  properties: {
    vmSize: machine.vmSize,
    deploymentConfiguration: {
      virtualMachineConfiguration: {
        imageReference: machine.virtualMachineConfiguration.imageReference,
        nodeAgentSkuId: machine.virtualMachineConfiguration.nodeAgentSKUId,
      },
    },
    scaleSettings: pick<unknown>([
      { fixedScale: { targetDedicatedNodes: 1, nodeDeallocationOption: "Requeue" } },
      { autoScale: { formula, evaluationInterval: "PT5M" } },
    ]),
    interNodeCommunication: "Enabled",
    startTask: {
      commandLine: "exit 0",
      userIdentity: { autoUser: { scope: "Pool", elevationLevel: "Admin" } },
    },
    resourceTags: { a: "b" },
  },
});

/** Bodies by operation; an operation that is not here has none. */
const bodies: Readonly<Record<string, (pick: Pick, seen: Seen) => unknown>> = {
  Pool_Add: poolBody,
  Pool_Patch: (pick) => ({
    metadata: [{ name: "x", value: "y" }],
    startTask: { commandLine: pick(commands) },
  }),
  Pool_UpdateProperties: () => ({
    metadata: [],
    applicationPackageReferences: [],
    certificateReferences: [],
    startTask: { commandLine: "exit 0" },
  }),
  Pool_Resize: (pick) => ({
    targetDedicatedNodes: pick([0, 1, 2]),
    targetLowPriorityNodes: pick([0, 1]),
    nodeDeallocationOption: pick(["requeue", "terminate", "taskcompletion"]),
    resizeTimeout: "PT5M",
  }),
  Pool_RemoveNodes: (pick, seen) => ({ nodeList: [pick([...seen.nodes.map(([, node]) => node), "none"])] }),
  Pool_EnableAutoScale: () => ({ autoScaleFormula: formula, autoScaleEvaluationInterval: "PT5M" }),
  Pool_EvaluateAutoScale: () => ({ autoScaleFormula: formula }),
  ComputeNode_Reboot: (pick) => ({ nodeRebootOption: pick(["requeue", "terminate", "taskcompletion"]) }),
  ComputeNode_Reimage: (pick) => ({ nodeReimageOption: pick(["requeue", "taskcompletion", "retaineddata"]) }),
  ComputeNode_Deallocate: () => ({ nodeDeallocateOption: "requeue" }),
  ComputeNode_DisableScheduling: (pick) => ({
    nodeDisableSchedulingOption: pick(["requeue", "terminate", "taskcompletion"]),
  }),
  ComputeNode_AddUser: (pick) => ({ name: pick(["ann", "bob"]), password: "pw", isAdmin: true }),
  ComputeNode_UpdateUser: () => ({ password: "other" }),
  Job_Add: (pick) => ({ id: pick(jobs), ...jobShape(pick) }),
  Job_Update: (pick) => ({ poolInfo: { poolId: pick(pools) }, priority: 1 }),
  Job_Patch: (pick) => ({ priority: pick([-5, 5]), constraints: { maxTaskRetryCount: 2 } }),
  Job_Disable: (pick) => ({ disableTasks: pick(["requeue", "terminate", "wait"]) }),
  Job_Terminate: () => ({ terminateReason: "enough" }),
  Task_Add: taskBody,
  Task_AddCollection: (pick) => ({ value: [taskBody(pick), taskBody(pick), taskBody(pick)] }),
  Task_Update: () => ({ constraints: { maxTaskRetryCount: 3 } }),
  JobSchedule_Add: (pick) => ({ id: pick(schedules), ...scheduleShape(pick) }),
  JobSchedule_Update: scheduleShape,
  JobSchedule_Patch: scheduleShape,
  ArmPool_Create: armPoolBody,
  ArmPool_Update: (pick) => ({
    properties: {
      scaleSettings: { fixedScale: { targetDedicatedNodes: pick([0, 1, 2]) } },
      metadata: [{ name: "k", value: "v" }],
    },
  }),
  // The second key only: requests are signed with the first.
  BatchAccount_RegenerateKey: () => ({ keyName: "Secondary" }),
  BatchAccount_Update: () => ({ tags: { a: "b" } }),
  BatchAccount_Create: () => ({ location: "westeurope" }),
  Application_Create: () => ({ properties: { displayName: "one", allowUpdates: true } }),
  Application_Update: () => ({ properties: { displayName: "other" } }),
  ApplicationPackage_Create: () => ({}),
  ApplicationPackage_Activate: () => ({ format: "zip" }),
  Location_CheckNameAvailability: () => ({ name: "newname", type: "Microsoft.Batch/batchAccounts" }),
};

/** The emulator's own controls; the limits of rate are proved elsewhere, as they would end the run. */
const controlBodies: Readonly<Record<string, unknown>> = {
  "/_emulator/evictions": { count: 1 },
  "/_emulator/capacity": { lowPriorityNodes: 3 },
  "/_emulator/evictions/trace": { trace: [{ afterMs: 10, count: 1 }] },
};
const controls = Object.keys(controlBodies).map((path): Operation => ({
  id: path,
  plane: "data",
  method: "POST",
  path,
  standing: "emulated",
}));

/** These have nothing to act on here: they want packages in an auto-storage, extensions, connections, certificates, a second
 *  account, or an old version. They are fuzzed all the same; their successes have tests of their own. */
export const withoutObject: ReadonlySet<string> = new Set([
  ...["ApplicationPackage_Activate", "ApplicationPackage_Create", "ApplicationPackage_Delete"],
  ...[
    "ApplicationPackage_Get",
    "Application_Get",
    "BatchAccount_Delete",
    "BatchAccount_GetDetector",
    "BatchAccount_SynchronizeAutoStorageKeys",
  ],
  ...["ComputeNodeExtension_Get", "ComputeNode_GetRemoteDesktop", "ComputeNode_UploadBatchServiceLogs"],
  ...["PrivateEndpointConnection_Get", "PrivateLinkResource_Get", "Account_ListNodeAgentSkus"],
  ...[
    "Certificate_Add",
    "Certificate_List",
    "Certificate_Get",
    "Certificate_Delete",
    "Certificate_CancelDeletion",
  ],
  ...[
    "ArmCertificate_Create",
    "ArmCertificate_Get",
    "ArmCertificate_Update",
    "ArmCertificate_CancelDeletion",
  ],
]);

/** What is asked for more often than the rest, so that there is something for the rest to act on. */
const frequent = [
  "Pool_Add",
  "Job_Add",
  "Task_Add",
  "Task_AddCollection",
  "ArmPool_Create",
  "JobSchedule_Add",
];
export const fuzzedOperations: readonly Operation[] = [...operations, ...controls];
const drawn = [
  ...fuzzedOperations,
  ...fuzzedOperations.filter((one) => frequent.includes(one.id)).flatMap((one) => [one, one, one, one]),
];
/** Deletions of what much else needs are rarer. */
const rare = new Set(["Pool_Delete", "ArmPool_Delete", "Job_Delete", "Job_Terminate", "JobSchedule_Delete"]);

/** A request of the given operation, or of any. */
export function validRequest(pick: Pick, seen: Seen, wanted?: Operation): FuzzRequest {
  let operation = wanted ?? pick(drawn);
  while (wanted === undefined && rare.has(operation.id) && pick([true, true, false])) operation = pick(drawn);
  const values = parameterValues(pick, seen, operation.path);
  const segments = operation.path
    .split("/")
    .filter(Boolean)
    .map((part) => {
      const name = /^\{(.+)\}$/.exec(part)?.[1];
      return name === undefined ? part : encodeURIComponent(values[name]?.() ?? "unknown");
    });
  const management = operation.plane === "management";
  return {
    operation: operation.id,
    management,
    method: operation.method,
    segments,
    query: [["api-version", management ? "2023-11-01" : pick(["2025-06-01", "2022-10-01.16.0"])]],
    headers: {},
    body: controlBodies[operation.id] ?? bodies[operation.id]?.(pick, seen),
  };
}
