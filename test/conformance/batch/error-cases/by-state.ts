// Refusals for what is, or is not, there: 404 and 409.
import { eventually, linuxPool } from "../emulator-under-test.ts";
import { newPool, newTask, ran, twice } from "./stage.ts";
import type { Case } from "./stage.ts";

const user = { name: "ada", password: "Correct-horse-7" };
export const byState: Readonly<Record<string, Case>> = {
  PoolNotFound: { status: 404, provoke: (s) => s.send("GET", "/pools/none") },
  NodeNotFound: {
    status: 404,
    async provoke(s) {
      await s.pool("empty");
      return s.send("GET", "/pools/empty/nodes/none");
    },
  },
  JobNotFound: { status: 404, provoke: (s) => s.send("GET", "/jobs/none") },
  TaskNotFound: {
    status: 404,
    async provoke(s) {
      await s.job("without-tasks");
      return s.send("GET", "/jobs/without-tasks/tasks/none");
    },
  },
  FileNotFound: {
    status: 404,
    async provoke(s) {
      await ran(s, "without-files");
      return s.send("GET", "/jobs/without-files/tasks/t/files/none.txt");
    },
  },
  JobScheduleNotFound: { status: 404, provoke: (s) => s.send("GET", "/jobschedules/none") },
  NodeUserNotFound: {
    status: 404,
    provoke: async (s) => s.send("DELETE", `${await s.node("without-users")}/users/none`),
  },
  ApplicationNotFound: { status: 404, provoke: (s) => s.send("GET", "/applications/none") },
  ResourceNotFound: { status: 404, provoke: (s) => s.send("GET", "/nonsense") },
  PoolExists: {
    status: 409,
    provoke: (s) => twice(s, "POST", "/pools", { id: "pool-twice", ...linuxPool }),
  },
  JobExists: {
    status: 409,
    provoke: (s) => twice(s, "POST", "/jobs", { id: "job-twice", poolInfo: { poolId: "nowhere" } }),
  },
  TaskExists: {
    status: 409,
    async provoke(s) {
      await s.job("task-twice");
      return twice(s, "POST", "/jobs/task-twice/tasks", { id: "t", commandLine: "wait" });
    },
  },
  JobScheduleExists: {
    status: 409,
    async provoke(s) {
      await s.schedule("schedule-twice");
      const jobSpecification = { poolInfo: { poolId: "nowhere" } };
      return s.send("POST", "/jobschedules", {
        body: { id: "schedule-twice", schedule: {}, jobSpecification },
      });
    },
  },
  NodeUserExists: {
    status: 409,
    provoke: async (s) => twice(s, "POST", `${await s.node("user-twice")}/users`, user),
  },
  PoolBeingDeleted: {
    status: 409,
    async provoke(s) {
      await s.node("going");
      return twice(s, "DELETE", "/pools/going");
    },
  },
  JobBeingDeleted: {
    status: 409,
    async provoke(s) {
      await s.job("going");
      return twice(s, "DELETE", "/jobs/going");
    },
  },
  JobScheduleBeingDeleted: {
    status: 409,
    async provoke(s) {
      await s.schedule("schedule-going");
      await s.pass();
      return twice(s, "DELETE", "/jobschedules/schedule-going");
    },
  },
  PoolBeingResized: {
    status: 409,
    async provoke(s) {
      await s.pool("growing");
      await s.pass();
      return twice(s, "POST", "/pools/growing/resize", { targetDedicatedNodes: 1 });
    },
  },
  JobBeingTerminated: {
    status: 409,
    async provoke(s) {
      await s.job("ending");
      return twice(s, "POST", "/jobs/ending/terminate", {});
    },
  },
  JobScheduleBeingTerminated: {
    status: 409,
    async provoke(s) {
      await s.schedule("schedule-ending");
      await s.pass();
      return twice(s, "POST", "/jobschedules/schedule-ending/terminate");
    },
  },
  NodeBeingRebooted: {
    status: 409,
    provoke: async (s) => twice(s, "POST", `${await s.node("rebooting")}/reboot`),
  },
  NodeBeingReimaged: {
    status: 409,
    provoke: async (s) => twice(s, "POST", `${await s.node("reimaging")}/reimage`),
  },
  JobCompleted: {
    status: 409,
    async provoke(s) {
      await s.job("ended");
      await s.accept("POST", "/jobs/ended/terminate", {});
      await s.pass();
      return newTask(s, "ended", {});
    },
  },
  JobNotActive: {
    status: 409,
    async provoke(s) {
      await s.job("between");
      await s.accept("POST", "/jobs/between/disable", { disableTasks: "requeue" });
      await s.pass();
      await s.accept("POST", "/jobs/between/enable");
      return s.send("POST", "/jobs/between/disable", { body: { disableTasks: "requeue" } });
    },
  },
  TaskCompleted: {
    status: 409,
    async provoke(s) {
      await ran(s, "task-ended");
      return s.send("POST", "/jobs/task-ended/tasks/t/terminate");
    },
  },
  TaskNotCompleted: {
    status: 409,
    async provoke(s) {
      await s.job("task-waits");
      await s.task("task-waits", "wait");
      return s.send("POST", "/jobs/task-waits/tasks/t/reactivate");
    },
  },
  TaskSucceeded: {
    status: 409,
    async provoke(s) {
      await ran(s, "task-succeeded");
      return s.send("POST", "/jobs/task-succeeded/tasks/t/reactivate");
    },
  },
  TaskFilesUnavailable: {
    status: 409,
    async provoke(s) {
      await s.job("never-ran");
      await s.task("never-ran", "wait");
      return s.send("GET", "/jobs/never-ran/tasks/t/files");
    },
  },
  TaskFilesCleanedup: {
    status: 409,
    async provoke(s) {
      await ran(s, "cleaned", { constraints: { retentionTime: "PT1S" } });
      await s.pass();
      const answer = () => s.send("GET", "/jobs/cleaned/tasks/t/files");
      return eventually(answer, ({ status }) => status !== 200);
    },
  },
  PoolQuotaReached: {
    status: 409,
    options: { parameters: { poolQuota: 0 } },
    provoke: (s) => newPool(s, "x", {}),
  },
  ActiveJobAndScheduleQuotaReached: {
    status: 409,
    options: { parameters: { activeJobAndJobScheduleQuota: 0 } },
    provoke: (s) => s.send("POST", "/jobs", { body: { id: "x", poolInfo: { poolId: "p" } } }),
  },
  TaskIdSameAsJobPreparationTask: {
    status: 409,
    async provoke(s) {
      await s.job("prepared", { jobPreparationTask: { id: "t", commandLine: "exit 0" } });
      return newTask(s, "prepared", {});
    },
  },
  TaskIdSameAsJobReleaseTask: {
    status: 409,
    async provoke(s) {
      await s.job("released", {
        jobPreparationTask: { commandLine: "exit 0" },
        jobReleaseTask: { id: "t", commandLine: "exit 0" },
      });
      return newTask(s, "released", {});
    },
  },
  NodeAlreadyInTargetSchedulingState: {
    status: 409,
    provoke: async (s) => s.send("POST", `${await s.node("scheduled")}/enablescheduling`),
  },
  OperationNotValidOnNode: {
    status: 409,
    provoke: async (s) => s.send("POST", `${await s.node("started")}/start`),
  },
  OperationInvalidForCurrentState: {
    status: 409,
    async provoke(s) {
      await s.pool("by-hand");
      const body = { autoScaleFormula: "$TargetDedicatedNodes = 0;" };
      return s.send("POST", "/pools/by-hand/evaluateautoscale", { body });
    },
  },
  InvalidApplicationPackageReferences: {
    status: 409,
    provoke: (s) => newPool(s, "x", { applicationPackageReferences: [{ applicationId: "none" }] }),
  },
};
