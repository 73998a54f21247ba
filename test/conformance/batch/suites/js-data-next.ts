import { casesOf } from "./suite.ts";
import type { Suite } from "./suite.ts";

const windowsPool = "is taken and listed with all that it states, and its image is among those supported";
const extensions =
  "extensions of a pool are listed by its nodes as simulated, without their protected settings";
const pool = "a pool is created once, read back without secrets, patched, updated and selected";
const settings = "a pool keeps every setting on its way through both planes";
const filled =
  "a pool tells the version of its image, the level of its users, and what it said nothing about";
const told =
  "upgrades, trusted machines, proxies of their metadata, the order of jobs and families of addresses are read back";
const disks =
  "what a pool says of its disks' encryption, its machines' security and their network is kept in both planes, and checked";
const reached = "has nodes that are reached by remote desktop where a NAT pool says so, also by IPv6";
const ended = "pools of both planes are listed; deletion is followed to its end";
const resize =
  "a pool is resized, a second resize meanwhile is refused, and a stopped one says what was left undone";
const lists = "lists are paged and filtered; a page size out of range is refused";
const nodes = "nodes are listed, counted, disabled, enabled, rebooted, reimaged and removed";
const nodeParts = "users, login settings, extensions and node files answer";
const formula = "a formula scales the pool; a broken one is refused, a failing one reported";
const statistics = "images, applications, usage and lifetime statistics answer";
const job = "a job is added, read with its defaults, replaced, patched and deleted";
const jobMoves = "disable requeues, enable goes on, terminate leaves waiting tasks active";
const tasks = "tasks are added by collection, counted, filtered, paged, and end with their job";
const taskMoves = "terminate, reactivate and delete";
const taskFiles = "files of a task are listed, described, read and deleted";
const back = "what was read of a job, a task and a schedule is put back as it is, with what changed";
const schedule = "a schedule makes one job at a time and ends with it";
const everyNode = "nodes";
const everyFile = "files";
const select =
  "not: of a pool of which it selects id and state it wants the size and the allocation state, too; the emulator answers what is selected";
const hurry =
  "not: its task, cmd on a Linux node, has failed here before it is terminated and updated, nodes being made in no time: refused with TaskCompleted; passes while the task waits or runs";

export const jsDataNext: Suite = {
  title: "@azure/batch for JavaScript, since it is made anew",
  source:
    "azure-sdk-for-js, `sdk/batch/batch/test/*.spec.ts` of the client's versions after 12, without the files that ask nothing of a service (`batchPoller`, `snippets`)",
  cases: casesOf({
    "pools: create a pool": [windowsPool, extensions, told],
    "pools: patch pool parameters": [pool],
    "pools: get a pool reference": [pool, windowsPool, disks],
    "pools: update pool parameters": [pool],
    "pools: get a pool reference with odata": [pool, select],
    "pools: list pools without filters": [lists],
    "pools: list a maximum number of pools": [lists],
    "pools: fail to list pools with invalid max": [lists],
    "pools: list pools according to filter": [lists, select],
    "pools: check that pool exists": [pool],
    "pools: add a pool with a data disk": [filled],
    "pools: add a pool with inbound endpoint configuration": [settings],
    "pools: get the details of a pool with endpoint configuration": [settings, reached],
    "pools: get pool node counts": [nodes],
    "pools: get remote login settings": [nodeParts],
    "pools: create a second pool": [windowsPool],
    "pools: start and wait for pool resizing": [resize],
    "pools: stop pool resizing": [resize],
    "pools: delete a pool, a second and a third": [ended],
    "poolsAdvanced: a security profile and an OS disk": [told],
    "poolsAdvanced: automatic upgrades of the system": [told],
    "poolsAdvanced: confidential machines and the Metadata Security Protocol": [disks, told],
    "poolsAdvanced: jobs in the order of their creation": [
      told,
      "jobs of equal priority take turns, or go by age where the pool says so",
    ],
    "poolsAdvanced: an IPv6 address": [told, reached],
    "poolsAdvanced: fail with a customer-managed key and no identity": [
      "a key of the customer's own needs an identity, which only the management plane gives a pool",
    ],
    "poolScaling: enable autoscale": [formula],
    "poolScaling: evaluate pool autoscale": [formula],
    "poolScaling: fail to evaluate invalid autoscale formula": [formula],
    "poolScaling: disable autoscale": [formula],
    "computeNodes: list compute nodes": [nodes],
    "computeNodes: get a compute node reference": [nodes],
    "computeNodes: add a user to a compute node": [nodeParts],
    "computeNodes: update a compute node user": [nodeParts],
    "computeNodes: delete a compute node user": [nodeParts],
    "computeNodes: disable scheduling on a compute node": [nodes],
    "computeNodes: enable scheduling on a compute node": [nodes],
    "computeNodes: reboot a compute node": [nodes],
    "computeNodes: reimage a compute node": [nodes],
    "computeNodes: upload pool node logs": ["a node's log is really uploaded to the given container"],
    "computeNodes: deallocate and then start a compute node": [everyNode],
    "jobs: create a job": [job],
    "jobs: replace a job": [job, back],
    "jobs: update a job": [job],
    "jobs: get a job reference": [job],
    "jobs: list jobs": ["finds its own jobs among those of others"],
    "jobs: fail to get job preparation and release status": [
      "preparation runs once per node before the first task, release when the job ends",
    ],
    "jobs: disable a job": [jobMoves],
    "jobs: enable a job": [jobMoves],
    "jobs: terminate a job": [jobMoves],
    "jobs: delete a job": [job],
    "jobSchedules: create a job schedule": [schedule, back],
    "jobSchedules: list job schedules": [back],
    "jobSchedules: list jobs from job schedule": [schedule],
    "jobSchedules: check if a job schedule exists": [schedule],
    "jobSchedules: get a job schedule reference": [back],
    "jobSchedules: replace a job schedule": [back],
    "jobSchedules: update a job schedule": [back],
    "jobSchedules: disable a job schedule": [schedule],
    "jobSchedules: enable a job schedule": [schedule],
    "jobSchedules: terminate a job schedule": [schedule],
    "jobSchedules: delete a job schedule": [schedule],
    "tasks: create a task with container settings": [
      "on a pool without containerConfiguration fail the task",
    ],
    "tasks: create a task with exit conditions": [back],
    "tasks: create a task": [tasks],
    "tasks: terminate a task": [taskMoves, hurry],
    "tasks: create a second task with output files": [back],
    "tasks: reactivate a task": [taskMoves, hurry],
    "tasks: update a task": [back, hurry],
    "tasks: list all tasks": [tasks],
    "tasks: get task reference": [back, hurry],
    "tasks: add a task with an application package reference": [
      "that do not exist or are not active cannot be referenced",
      "not: the application is to be made by hand before; without it the task is refused, as in Azure",
    ],
    "tasks: create a task with a user identity": [back, "outcomes: success, exit code, missing program"],
    "tasks: count tasks": [tasks],
    "tasks: delete a task and a second one": [taskMoves],
    "files: list task files": [taskFiles],
    "files: get task file properties": [taskFiles],
    "files: get task file content": [
      "the management client makes a pool, the batch client sees it and runs a task on it",
    ],
    "files: delete task file": [taskFiles],
    "files: list node files": [nodeParts],
    "files: get node file properties": [everyFile],
    "files: get node file content": [
      "reads what a start task wrote, and knows which node agent an image needs",
    ],
    "files: delete node file": [everyFile],
    "byos: list supported images": [statistics],
    "byos: a pool with a disk encryption set": [
      "not: disk encryption sets are refused, as in an account that allocates in the service's own subscription; the emulator has them in no account",
    ],
    "byos: a pool whose metadata service has an access profile": [told],
  }),
};
