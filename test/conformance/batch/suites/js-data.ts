import { casesOf, retired } from "./suite.ts";
import type { Suite } from "./suite.ts";

const pool = "a pool is created once, read back without secrets, patched, updated and selected";
const nodes = "nodes are listed, counted, disabled, enabled, rebooted, reimaged and removed";
const nodeParts = "users, login settings, extensions and node files answer";
const desktop = "nodes of a cloud service have a remote desktop and are reimaged, but no remote login";
const formula = "a formula scales the pool; a broken one is refused, a failing one reported";
const lists = "lists are paged and filtered; a page size out of range is refused";
const resize =
  "a pool is resized, a second resize meanwhile is refused, and a stopped one says what was left undone";
const statistics = "images, applications, usage and lifetime statistics answer";
const job = "a job is added, read with its defaults, replaced, patched and deleted";
const jobMoves = "disable requeues, enable goes on, terminate leaves waiting tasks active";
const tasks = "tasks are added by collection, counted, filtered, paged, and end with their job";
const taskMoves = "terminate, reactivate and delete";
const taskSettings =
  "task constraints can be replaced until the task is done; identities and settings read back";
const taskFiles = "files of a task are listed, described, read and deleted";
const schedules = "job schedules";
const certificates = ["are added once, listed, read without their private part, and deleted at once"];
const windows =
  "not: its tasks run cmd on Windows nodes, where tasks fail before their command; passes with a Linux command";

export const jsData: Suite = {
  title: "@azure/batch for JavaScript",
  source: "azure-sdk-for-js, `sdk/batch/batch/test/batchClient.spec.ts` of the client's versions to 12",
  cases: casesOf({
    "list supported images": [statistics],
    "add new certificate": certificates,
    "list certificates": certificates,
    "get certificate reference": certificates,
    "create a new pool": [
      pool,
      "not: its pool names a certificate, which is installed on no node here; passes without",
    ],
    "update pool parameters": [
      "changes every documented member while the pool is empty, and its nodes are as it says then",
    ],
    "patch pool parameters": [pool],
    "get a pool reference": [pool],
    "get a pool reference with odata": [pool],
    "add a pool with vnet and get expected error": [
      "an image or a network of the caller's own needs a caller with a name, not a key",
    ],
    "add a pool with a custom image and get expected error": [
      "an image or a network of the caller's own needs a caller with a name, not a key",
    ],
    "add a pool with a data disk": [
      "a pool keeps every setting on its way through both planes",
      retired.ubuntu,
    ],
    "add a pool with inbound endpoint configuration": [
      "a pool keeps every setting on its way through both planes",
      retired.ubuntu,
    ],
    "get the details of a pool with endpoint configuration": [
      "a pool keeps every setting on its way through both planes",
      retired.endpoint,
    ],
    "get pool node counts": [nodes],
    "list compute nodes": [nodes],
    "get a compute node reference": [nodes],
    "add a user to a compute node": [nodeParts],
    "update a compute node user": [nodeParts],
    "get a remote desktop file": [desktop],
    "delete a compute node user": [nodeParts],
    "disable scheduling on a compute node": [nodes],
    "enable scheduling on a compute node": [nodes],
    "reboot a compute node": [nodes],
    "reimage a compute node": [desktop],
    "upload pool node logs": ["a node's log is really uploaded to the given container"],
    "enable autoscale": [formula],
    "evaluate pool autoscale": [formula],
    "fail to evaluate invalid autoscale formula": [formula],
    "disable autoscale": [formula],
    "create a second pool": [pool, retired.sizes],
    "list pools without filters": [lists],
    "list a maximum number of pools": [lists],
    "fail to list pools with invalid max": [lists],
    "list pools according to filter": [lists],
    "check that pool exists": [pool],
    "start pool resizing": [resize],
    "stop pool resizing": [resize],
    "get pool lifetime statistics": [statistics],
    "list pools usage metrics": [statistics],
    "create a job": [job],
    "update a job": [job],
    "patch a job": [job],
    "create a task with container settings": ["are taken where no engine answers, and fail with the remedy"],
    "create a task with exit conditions": ["exit conditions act on dependants and on the job"],
    "create a task": [tasks],
    "terminate a task": [taskMoves],
    "create a second task with output files": [
      "files are fetched and uploaded in the name of the pool's identity, with the headers asked for",
    ],
    "reactivate a task": [taskMoves],
    "update a task": [taskSettings],
    "list all tasks": [tasks],
    "get task reference": [tasks],
    "list sub tasks": ["a multi-instance task coordinates on distinct nodes before its command"],
    "create a task with authentication token settings": [taskSettings],
    "create a task with a user identity": [taskSettings, windows],
    "count tasks": [tasks],
    "list files from task": [taskFiles, windows],
    "get file properties from task": [taskFiles],
    "get file from task": [taskFiles, windows],
    "delete file from task": [taskFiles],
    "list files from compute node": [nodeParts],
    "get file properties from node": [nodeParts, windows],
    "get file from node": [nodeParts, windows],
    "delete file from node": [nodeParts, windows],
    "delete a task": [taskMoves],
    "add a task with an application package reference": [
      "that do not exist or are not active cannot be referenced",
      "not: the application is to be made by hand before; without it the task is refused, as in Azure",
    ],
    "get a job reference": [job],
    "list jobs": ["finds its own jobs among those of others"],
    "fail to get job preparation and release status": [
      "preparation runs once per node before the first task, release when the job ends",
    ],
    "disable a job": [jobMoves],
    "enable a job": [jobMoves],
    "terminate a job": [jobMoves],
    "delete a job": [job],
    "get all job statistics": [statistics],
    "create a job schedule": [schedules],
    "list job schedules": [schedules],
    "list jobs from job schedule": [schedules],
    "check if a job schedule exists": [schedules],
    "get a job schedule reference": [schedules],
    "update a job schedule": [schedules],
    "patch a job schedule": [schedules],
    "disable a job schedule": [schedules],
    "enable a job schedule": [schedules],
    "terminate a job schedule": [schedules],
    "delete a job schedule": [schedules],
    "remove nodes in pool": [nodes],
    "delete a pool": ["pools of both planes are listed; deletion is followed to its end"],
    "fail to delete a non-existent pool": ["is told that a pool or a node does not exist"],
    "delete a certificate": certificates,
    "fail to cancel deleting a certificate": certificates,
  }),
};
