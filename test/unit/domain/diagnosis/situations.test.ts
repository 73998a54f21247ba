// Situations whose cause is known, each with the answer that must come first.
import { describe, expect, it, test } from "vitest";
import { diagnose } from "../../../../domain/diagnosis/diagnose.ts";
import { jobFailure } from "../../../../domain/job/failure.ts";
import {
  attempts,
  auto,
  clusterError,
  factsOf,
  manual,
  nodes,
  plainError,
  start,
} from "../../../support/diagnosis-facts.ts";
import type { Situation } from "../../../support/diagnosis-facts.ts";
import type { JobFacts } from "../../../../domain/diagnosis/facts.ts";
import type { FailureCode } from "../../../../domain/shared/errors.ts";

const lost = { state: "executionState", from: "running", to: "queued" };
const failed = (exitCode: number, errorOutput?: string): Situation => ({
  job: { executionState: "failed", executionInfo: { exitCode, errors: [jobFailure("JobFailed")] } },
  ...(errorOutput === undefined ? {} : { errorOutput }),
});
const failedBy = (code: FailureCode, details: Record<string, string> = {}): Situation => ({
  job: { executionState: "failed", executionInfo: { errors: [jobFailure(code, details)] } },
});
const running = (more: Partial<JobFacts> = {}) => ({
  executionState: "running" as const,
  executionInfo: { startTime: start },
  ...more,
});

const situations: readonly (readonly [what: string, code: string, situation: Situation])[] = [
  ["the cluster was deleted before it began", "ClusterNotFound", { cluster: "gone" }],
  ["the cluster is being deleted", "ClusterDeleting", { cluster: { provisioningState: "deleting" } }],
  ["the cluster is still made", "ClusterBeingMade", { cluster: { provisioningState: "creating" } }],
  ["the cluster could not be made", "ClusterFailed", { cluster: { provisioningState: "failed" } }],
  ["the cluster is set to no nodes", "ClusterHasNoNodes", { cluster: manual(0) }],
  ["the cluster may scale to none", "ClusterHasNoNodes", { cluster: auto(0) }],
  ["it wants more nodes than there are", "JobLargerThanCluster", { job: { nodeCount: 4 } }],
  [
    "it wants more nodes than auto scale may make",
    "JobLargerThanCluster",
    { job: { nodeCount: 4 }, cluster: auto(3) },
  ],
  ["the account's quota is used up", "QuotaReached", { cluster: clusterError("AccountCoreQuotaReached") }],
  [
    "the quota of the size's family is used up",
    "QuotaReached",
    { cluster: clusterError("AccountVMSeriesCoreQuotaReached") },
  ],
  [
    "the quota of low priority is used up",
    "QuotaReached",
    { cluster: clusterError("AccountLowPriorityCoreQuotaReached") },
  ],
  [
    "the subscription's quota shows in the provider's words",
    "QuotaReached",
    {
      cluster: clusterError(
        "AllocationFailed",
        "Operation results in exceeding approved Total Regional Cores quota",
      ),
    },
  ],
  ["public addresses are used up", "QuotaReached", { cluster: clusterError("PublicIPQuotaReached") }],
  ["the subnet is full", "QuotaReached", { cluster: clusterError("InsufficientSubnetSpace") }],
  ["our own quota gives it fewer nodes", "QuotaReached", { cluster: plainError("CoreQuotaReached") }],
  ["Azure has no such machines now", "NoCapacity", { cluster: clusterError("AllocationTimedOut") }],
  [
    "Azure has no such machines now, for low priority",
    "NoCapacity",
    { cluster: { ...clusterError("AllocationFailed"), vmPriority: "lowpriority" } },
  ],
  ["the image is gone", "ClusterCannotHaveNodes", { cluster: clusterError("ImageNotFound") }],
  [
    "the image is gone, in the provider's words",
    "ClusterCannotHaveNodes",
    { cluster: clusterError("AllocationFailed", "PlatformImageNotFound") },
  ],
  [
    "the size is not offered",
    "ClusterCannotHaveNodes",
    {
      cluster: clusterError("AllocationFailed", "", [
        { name: "Provider", value: '{"error":{"code":"SkuNotAvailable","message":"no"}}' },
      ]),
    },
  ],
  ["the subnet is gone", "ClusterCannotHaveNodes", { cluster: clusterError("SubnetNotFound") }],
  ["a policy forbids it", "ClusterCannotHaveNodes", { cluster: clusterError("DisallowedByPolicy") }],
  [
    "marketplace terms were not accepted",
    "ClusterCannotHaveNodes",
    { cluster: clusterError("MarketplaceTermsNotAccepted") },
  ],
  [
    "the setup task fails",
    "NodeSetupFailed",
    { cluster: { ...plainError("NodeSetupFailed"), ...nodes({ unusableNodeCount: 1 }) } },
  ],
  [
    "nodes are of no use",
    "NodeUnusable",
    { cluster: { ...plainError("NodeUnusable"), ...nodes({ unusableNodeCount: 1 }) } },
  ],
  ["nodes are of no use, and nobody says why", "NodesUnusable", { cluster: nodes({ unusableNodeCount: 2 }) }],
  [
    "a warning of the image's end comes beside a wait for nodes",
    "NodesComing",
    { cluster: { ...plainError("ImageEndOfLife"), allocationState: "resizing" } },
  ],
  [
    "nodes are on their way",
    "NodesComing",
    { cluster: { allocationState: "resizing", currentNodeCount: 0 } },
  ],
  ["nodes are being prepared", "NodesPreparing", { cluster: nodes({ preparingNodeCount: 1 }) }],
  [
    "others hold all nodes",
    "NodesTaken",
    { cluster: nodes({ runningNodeCount: 2 }), neighbours: [{ nodeCount: 2 }] },
  ],
  [
    "others hold all that auto scale may make",
    "NodesTaken",
    { cluster: { ...auto(1), ...nodes({ runningNodeCount: 1 }) }, neighbours: [{}] },
  ],
  [
    "a larger job is before it",
    "OlderJobAhead",
    { cluster: nodes({ idleNodeCount: 1 }), neighbours: [{ executionState: "queued", nodeCount: 2 }] },
  ],
  [
    "a later job of a higher priority is before it",
    "HigherPriorityAhead",
    {
      cluster: nodes({ idleNodeCount: 1 }),
      neighbours: [
        { executionState: "queued", schedulingPriority: "high", creationTime: "2026-11-01T11:00:00Z" },
      ],
    },
  ],
  [
    "a later job is not before it",
    "AboutToStart",
    {
      minutes: 0.5,
      cluster: nodes({ idleNodeCount: 1 }),
      neighbours: [{ executionState: "queued", creationTime: "2026-11-01T11:00:00Z" }],
    },
  ],
  [
    "an older job of a lower priority is not before it",
    "AboutToStart",
    {
      minutes: 0.5,
      cluster: nodes({ idleNodeCount: 1 }),
      neighbours: [{ executionState: "queued", schedulingPriority: "low" }],
    },
  ],
  ["auto scale has not grown yet", "ScalingUp", { cluster: { ...auto(4), currentNodeCount: 0 } }],
  ["nodes are leaving", "NodesLeaving", { cluster: nodes({ leavingNodeCount: 1 }) }],
  ["nodes of a fixed size are missing", "NodesMissing", { cluster: { currentNodeCount: 0 } }],
  [
    "its nodes are free since a moment",
    "AboutToStart",
    { minutes: 0.1, cluster: nodes({ idleNodeCount: 1 }) },
  ],
  [
    "its nodes are free, and it does not start",
    "NotStarted",
    { minutes: 30, cluster: nodes({ idleNodeCount: 1 }) },
  ],
  [
    "it was preempted",
    "RunAgain",
    { changes: [lost], cluster: { vmPriority: "lowpriority", ...nodes({ preparingNodeCount: 1 }) } },
  ],
  ["it runs", "JobRunning", { job: running() }],
  ["it was preempted thrice and runs", "RanBefore", { job: running(), changes: [lost, lost, lost] }],
  [
    "its program failed twice, and it is tried again",
    "RanBefore",
    { job: running(), attempts: attempts("userRetry", "userRetry") },
  ],
  [
    "its time is nearly over",
    "NearWallClockLimit",
    { job: running({ constraints: { maxWallClockTime: "PT10M" } }), minutes: 9.5 },
  ],
  ["it is being ended", "JobTerminating", { job: { executionState: "terminating" } }],
  ["it is being deleted", "JobDeleting", { job: { provisioningState: "deleting" } }],
  ["it succeeded", "JobSucceeded", { job: { executionState: "succeeded" } }],
  ["a command is not there", "CommandNotFound", failed(127)],
  ["a file is not executable", "NotExecutable", failed(126)],
  ["it was killed for memory", "Killed", failed(137)],
  ["it crashed", "SegmentationFault", failed(139)],
  ["it aborted", "ProgramAborted", failed(134)],
  ["its shared memory ended", "BusError", failed(135)],
  ["it was told to end", "Ended", failed(143)],
  ["it failed, and says nothing", "JobFailed", failed(1)],
  [
    "a module is missing",
    "ModuleMissing",
    failed(1, "Traceback\nModuleNotFoundError: No module named 'torch'\n"),
  ],
  [
    "the GPU's memory is full",
    "GpuOutOfMemory",
    failed(1, "RuntimeError: CUDA out of memory. Tried to allocate 2 GiB\n"),
  ],
  ["there is no GPU", "NoGpu", failed(1, "RuntimeError: Found no NVIDIA driver on your system\n")],
  ["a disk is full", "DiskFull", failed(1, "OSError: [Errno 28] No space left on device\n")],
  [
    "a file is missing",
    "FileMissing",
    failed(2, "python3: can't open file 'train.py': [Errno 2] No such file or directory\n"),
  ],
  ["arguments are wrong", "BadArguments", failed(2, "train.py: error: unrecognized arguments: --epoch\n")],
  [
    "a host does not answer",
    "NetworkUnreachable",
    failed(1, "curl: (6) Could not resolve host: data.example\n"),
  ],
  ["a rank failed", "RankFailed", failed(1, "mpirun noticed that process rank 1 exited on signal 9\n")],
  [
    "the key of the share is wrong",
    "StorageKeyRefused",
    failedBy("AZFMountError", { Info: "mount error(13): Permission denied" }),
  ],
  ["the share is missing", "ShareMissing", failedBy("AZFMountError", { Info: "share 'x' does not exist" })],
  [
    "the container is missing",
    "ContainerMissing",
    failedBy("BFSMountError", { Info: "container 'x' does not exist" }),
  ],
  [
    "the account is not found",
    "StorageNotFound",
    failedBy("BFSMountError", { Info: "could not resolve x.blob.core.windows.net" }),
  ],
  [
    "a firewall is before the share",
    "StorageUnreachable",
    failedBy("AZFMountError", { Info: "mount error(110): Connection timed out" }),
  ],
  [
    "the folder of a file server is missing",
    "FileServerFolderMissing",
    failedBy("JobLaunchFailed", {
      Info: "file server 10.0.0.4:/data/x: mount.nfs: mounting 10.0.0.4:/data/x failed, reason given by server: No such file or directory",
    }),
  ],
  [
    "a file server is gone",
    "FileServerUnreachable",
    failedBy("JobLaunchFailed", { Info: "file server 10.0.0.4:/data: mount.nfs: Connection timed out" }),
  ],
  [
    "a mount fails for no known reason",
    "AZFMountError",
    failedBy("AZFMountError", { Info: "mount error(5)" }),
  ],
  [
    "the container's image cannot be had",
    "FailedStartingContainer",
    failedBy("FailedStartingContainer", { Image: "x" }),
  ],
  ["its time was over", "JobExceededMaxWallClockTime", failedBy("JobExceededMaxWallClockTime")],
  ["somebody ended it", "JobTerminated", failedBy("JobTerminated")],
  ["its cluster was deleted", "ClusterDeleted", failedBy("ClusterDeleted")],
  ["its nodes failed too often", "JobNodeLost", { ...failedBy("JobNodeLost"), changes: [lost, lost] }],
  ["its cluster was shrunk", "JobNodeDeallocated", failedBy("JobNodeDeallocated")],
  ["storage did not take its output", "JobOutputLost", failedBy("JobOutputLost")],
  ["its preparation failed", "JobPreparationFailed", failedBy("JobPreparationFailed")],
  ["it could not be started", "JobLaunchFailed", failedBy("JobLaunchFailed")],
  [
    "Batch has an error of its own",
    "TaskScheduleFailed",
    {
      job: {
        executionState: "failed",
        executionInfo: { errors: [{ code: "TaskScheduleFailed", message: "The task could not be placed" }] },
      },
    },
  ],
  ["nobody says why", "FailedWithoutReason", { job: { executionState: "failed" } }],
];

describe("the first reason is right when", () => {
  it.each(situations)("%s: %s", (_what, code, situation) => {
    const [first] = diagnose(factsOf(situation));
    expect(first?.code).toBe(code);
  });
});

test("each reason is a sentence that rests on something, and says what would help where something is wrong", () => {
  const fine =
    /^(?:JobRunning|JobSucceeded|JobDeleting|JobTerminating|AboutToStart|ClusterBeingMade|Nodes(?:Preparing|Coming|Leaving)|ScalingUp|RunAgain)$/;
  for (const [what, , situation] of situations)
    for (const cause of diagnose(factsOf(situation))) {
      expect({
        what,
        ...cause,
        says: cause.says.length > 10,
        because: cause.because.length > 5,
      }).toMatchObject({
        says: true,
        because: true,
      });
      if (!fine.test(cause.code))
        expect({ what, remedy: cause.remedy ?? "" }).not.toEqual({ what, remedy: "" });
    }
});

test("reasons beside the first are told in their order", () => {
  const waiting = factsOf({
    job: { nodeCount: 2 },
    cluster: { ...nodes({ runningNodeCount: 2 }), allocationState: "resizing" },
    neighbours: [{ nodeCount: 2 }, { executionState: "queued", nodeCount: 2 }],
    changes: [lost],
  });
  expect(diagnose(waiting).map(({ code }) => code)).toEqual([
    "RunAgain",
    "OlderJobAhead",
    "NodesComing",
    "NodesTaken",
  ]);
  expect(diagnose(factsOf(failed(137, "MemoryError\n"))).map(({ code }) => code)).toEqual([
    "OutOfMemory",
    "Killed",
    "JobFailed",
  ]);
});
