import { casesOf, retired } from "./suite.ts";
import type { Suite } from "./suite.ts";

const pool = "a pool is created once, read back without secrets, patched, updated and selected";
const lists = "lists are paged and filtered; a page size out of range is refused";
const settings = "a pool keeps every setting on its way through both planes";
const filled =
  "a pool tells the version of its image, the level of its users, and what it said nothing about";
const told =
  "upgrades, trusted machines, proxies of their metadata, the order of jobs and families of addresses are read back";
const disks =
  "what a pool says of its disks' encryption, its machines' security and their network is kept in both planes, and checked";
const resize =
  "a pool is resized, a second resize meanwhile is refused, and a stopped one says what was left undone";
const nodes = "nodes are listed, counted, disabled, enabled, rebooted, reimaged and removed";
const cloud = "nodes of a cloud service have a remote desktop and are reimaged, but no remote login";
const ended = "pools of both planes are listed; deletion is followed to its end";
const mode = "the mode in which nodes are spoken to is updated, patched and told";
const job = "a job is added, read with its defaults, replaced, patched and deleted";
const jobMoves = "disable requeues, enable goes on, terminate leaves waiting tasks active";
const autoPool = "a job's own tasks and its automatic pool are answered in full, alone and in a schedule";
const back = "what was read of a job, a task and a schedule is put back as it is, with what changed";
const schedule = "a schedule makes one job at a time and ends with it";
const tasks = "tasks are added by collection, counted, filtered, paged, and end with their job";
const many = "lists more tasks than fit on a page, and those that changed since a moment";
const large = "a collection that is too large for a request is refused whole; its parts are taken";
const outcome = "what a task leaves is uploaded as its outcome says: always, or upon failure";
const stranger = "a signature by another key, for another account or of another day is refused";
const taskFiles = [
  "files of a task are listed, described, read and deleted",
  "the management client makes a pool, the batch client sees it and runs a task on it",
];
const nodeFiles = ["files", "reads what a start task wrote, and knows which node agent an image needs"];
const taskLife = [
  "files are fetched and uploaded in the name of the pool's identity, with the headers asked for",
  back,
  "a node's log is really uploaded to the given container",
  "terminate, reactivate and delete",
];
const closing = [jobMoves, "onAllTasksComplete ends the job when its last task is done", back];
const soon =
  "not: a job without tasks is ended a fifth of a second after it is enabled, which the case passes only if its next request comes before";
const hurry =
  "not: its task has ended here before it is updated, nodes being made in no time: refused with TaskCompleted; passes while the task waits or runs";
const application =
  "not: the application that it names is to be made by hand before; without it the request is refused, as in Azure";
const agentFirst =
  "not: its node agent, of Ubuntu 18.04 or before, is refused first, as Azure no longer offers it; passes with an image of today";

export const java: Suite = {
  title: "azure-compute-batch for Java",
  source:
    "azure-sdk-for-java, `sdk/batch/azure-compute-batch/src/test/java/com/azure/compute/batch`, without what asks nothing of a service (`TaskManagerTests`, cases of deserialization) and without `generated`, which plays the specification's examples back; the pool that its classes share is of Ubuntu 18.04 in the version read, which Azure no longer offers",
  cases: casesOf({
    "PoolTests.testPoolOData": [pool, lists],
    "PoolTests.canCreateDataDisk": [filled],
    "PoolTests.canCRUDLowPriIaaSPool": [settings, nodes, pool, resize, ended, application],
    "PoolTests.canCreatePoolWithConfidentialVM": [disks],
    "PoolTests.canDeallocateAndStartComputeNode": ["nodes"],
    "PoolTests.canRebootReimageRemoveNodesAndStopResize": [nodes, resize],
    "JobTests.canCrudJob": [job, back],
    "JobTests.canUpdateJobState": [...closing, soon],
    "JobTests.canCRUDJobWithPoolNodeCommunicationMode": [autoPool],
    "JobScheduleTests.canCRUDJobSchedule": [back],
    "JobScheduleTests.canUpdateJobScheduleState": [schedule],
    "FileTests.canReadFromTaskFile": taskFiles,
    "FileTests.canReadFromNode": nodeFiles,
    "TaskTests.testTaskUnifiedModel": [back, hurry],
    "TaskTests.testJobUser": [back, application],
    "TaskTests.canCRUDTest": [
      ...taskLife,
      "not: its task runs cmd, which no node here has; passes with a Linux command that lasts until the update",
    ],
    "TaskTests.testAddMultiTasks": [many],
    "TaskTests.testAddMultiTasksWithError": [stranger],
    "TaskTests.failIfPoisonTaskTooLargeSync and -Async": [large],
    "TaskTests.succeedWithRetrySync and -Async": [large],
    "TaskTests.testGetTaskCounts": [tasks],
    "TaskTests.testOutputFiles": [
      outcome,
      "not: its tasks run cmd on Windows nodes, where tasks fail before their command; passes with a Linux command",
    ],
    "TaskTests.testCreateTasks": [tasks],
    "SharedKeyTests.testPoolCRUD": [pool, mode, retired.ubuntu],
    "BatchErrorTests.testResizeErrorCases": [
      "a resize without a target is refused before its pool is looked for",
    ],
  }),
};

export const javaOld: Suite = {
  title: "microsoft-azure-batch for Java",
  source:
    "azure-sdk-for-java, `sdk/batch/microsoft-azure-batch/src/test/java/com/microsoft/azure/batch`; the pool that its classes share is of Ubuntu 18.04 as well, so that nothing of it passes before that is an image of today",
  cases: casesOf({
    "PoolTests.testPoolOData": [pool, lists],
    "PoolTests.canCRUDLowPriIaaSPool": [nodes, resize, ended, retired.endpoint],
    "PoolTests.canInstallVMExtension": [
      "extensions of a pool are listed by its nodes as simulated, without their protected settings",
      retired.ubuntu,
    ],
    "PoolTests.canCreateContainerPool": ["are answered without their passwords, on both planes", agentFirst],
    "PoolTests.canCreateDataDisk": [filled, retired.ubuntu],
    "PoolTests.canCreateCustomImageWithExpectedError": [
      "an image or a network of the caller's own needs a caller with a name, not a key",
      "not: it asks in a name, in which the emulator takes any image, not with a key; what it wants, a refusal, it gets for its node agent alone",
    ],
    "PoolTests.shouldFailOnCreateContainerPoolWithRegularImage": [
      "on a pool of an image that has no engine are refused in Azure's words",
      agentFirst,
    ],
    "PoolTests.shouldFailOnCreateLinuxPoolWithWindowsConfig": [
      "and a Linux pool have users of their own system",
      agentFirst,
    ],
    "PoolTests.canCRUDLowPriPaaSPool": [cloud, resize],
    "PoolTests.canCRUDPaaSPool": [cloud, pool, nodes],
    "PoolTests.canCRUDIaaSPoolWithNodeCommunication": [mode, retired.ubuntu],
    "PoolTests.testPoolWithAutoOSUpgradeAndRollingUpgrade": [told, retired.ubuntu],
    "PoolTests.testPoolWithSecurityProfileAndOSDisk": [told],
    "PoolTests.canCreatePoolWithConfidentialVM": [disks],
    "PoolTests.canDeallocateAndStartComputeNode": ["nodes", retired.ubuntu],
    "JobTests.canCRUDJob": [job],
    "JobTests.canUpdateJobState": [...closing, soon],
    "JobTests.canCRUDJobWithPoolNodeCommunicationMode": [mode],
    "JobScheduleTests.canCRUDJobSchedule": [back],
    "JobScheduleTests.canUpdateJobScheduleState": [schedule],
    "FileTests.canReadFromTaskFile": taskFiles,
    "FileTests.canReadFromNode": nodeFiles,
    "TaskTests.canCRUDTest": [...taskLife, hurry],
    "TaskTests.testJobUser": [back, application],
    "TaskTests.testOutputFiles": [outcome],
    "TaskTests.testAddMultiTasks": [many],
    "TaskTests.testAddMultiTasksWithError": [stranger],
    "TaskTests.testGetTaskCounts": [tasks],
    "TaskTests.failCreateContainerTaskWithRegularPool": [
      "on a pool without containerConfiguration fail the task",
    ],
    "TaskTests.failIfPoisonTaskTooLarge": [large],
    "TaskTests.succeedWithRetry": [large],
  }),
};
