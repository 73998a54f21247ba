// Job schedules: when they create jobs, and their life. Invariant: at most one job of a schedule is active; the next one
// starts at its time or, if the last still runs then, as soon as that ends. Source: "Job Schedule - Add" of the REST
// reference (Schedule: doNotRunUntil, doNotRunAfter, startWindow, recurrenceInterval).
import type {
  JobPatch,
  JobScheduleSpec,
  JobSpecification,
  Schedule as ScheduleSpec,
} from "../../schema/job-spec.ts";
import { durationMs } from "../../schema/values.ts";
import { BatchFault, invalidProperty, notFound } from "../account/fault.ts";
import { addJob, checkJob, refuseOverQuota } from "../jobs/job-commands.ts";
import { deleteJob, terminateJob } from "../jobs/job-control.ts";
import { assertTransition, scheduleMachine } from "../entities/machines.ts";
import type { ScheduleState } from "../entities/machines.ts";
import type { Job, Schedule } from "../entities/model.ts";
import { emptySchedule } from "../entities/records.ts";
import { touch } from "../account/versions.ts";
import type { AccountState } from "../account/account-state.ts";

export function findSchedule(account: AccountState, id: string): Schedule {
  const schedule = account.schedules.get(id.toLowerCase());
  if (schedule === undefined) throw notFound("JobSchedule");
  return schedule;
}

function move(account: AccountState, schedule: Schedule, to: ScheduleState): void {
  assertTransition(scheduleMachine, schedule.state, to);
  schedule.previousState = schedule.state;
  schedule.previousStateAt = schedule.stateAt;
  schedule.state = to;
  schedule.stateAt = account.clock.now();
  account.save(schedule);
}

export function addSchedule(account: AccountState, spec: JobScheduleSpec): Schedule {
  const key = spec.id.toLowerCase();
  if (account.schedules.has(key))
    throw new BatchFault(409, "JobScheduleExists", "The specified job schedule already exists.");
  if (account.jobs.has(key))
    throw new BatchFault(409, "JobWithSameIdExists", "A job has the id of the job schedule.");
  refuseOverQuota(account);
  checkJob(account, spec.jobSpecification);
  checkTimes(account, spec.schedule);
  const now = account.clock.now();
  const schedule: Schedule = {
    ...emptySchedule(),
    row: account.nextRow(),
    key,
    id: spec.id,
    createdAt: now,
    modifiedAt: now,
    version: account.stamp(),
    spec,
    state: "active",
    stateAt: now,
    nextRunAt: Math.max(now, timeOf(spec.schedule.doNotRunUntil) ?? now),
  };
  account.schedules.add(schedule);
  account.save(schedule, true);
  armSchedule(account, schedule);
  return schedule;
}

const timeOf = (text: string | undefined) => (text === undefined ? undefined : Date.parse(text));

function checkTimes(account: AccountState, schedule: ScheduleSpec): void {
  const after = timeOf(schedule.doNotRunAfter);
  if (after !== undefined && after <= (timeOf(schedule.doNotRunUntil) ?? account.clock.now()))
    throw invalidProperty(
      "doNotRunAfter",
      schedule.doNotRunAfter ?? "",
      "must be later than doNotRunUntil and now",
    );
}

/** Waits for the next run. */
export function armSchedule(account: AccountState, schedule: Schedule): void {
  schedule.timer?.cancel();
  schedule.timer = undefined;
  if (schedule.state !== "active" || schedule.nextRunAt === undefined) return;
  schedule.timer = account.clock.at(schedule.nextRunAt, () => {
    if (account.closed) return;
    runIfDue(account, schedule);
    account.background("schedule.save", account.commit());
  });
}

export function activeJobOf(account: AccountState, schedule: Schedule): Job | undefined {
  const job =
    schedule.recentJobId === undefined ? undefined : account.jobs.get(schedule.recentJobId.toLowerCase());
  return job !== undefined && job.state !== "completed" ? job : undefined;
}

/** Creates the job that is due, unless the last one still lives. */
export function runIfDue(account: AccountState, schedule: Schedule): void {
  const now = account.clock.now();
  const due = schedule.nextRunAt;
  if (schedule.state !== "active" || due === undefined || due > now) return;
  const { doNotRunAfter, startWindow, recurrenceInterval } = schedule.spec.schedule;
  const end = timeOf(doNotRunAfter) ?? Infinity;
  if (now >= end) return complete(account, schedule);
  if (activeJobOf(account, schedule) !== undefined) return;
  const window = durationMs(startWindow ?? "") ?? Infinity;
  if (now <= due + window) startJob(account, schedule);
  const interval = durationMs(recurrenceInterval ?? "");
  schedule.nextRunAt = interval === undefined ? undefined : nextAfter(due, interval, now);
  account.save(schedule);
  if (schedule.nextRunAt !== undefined && schedule.nextRunAt >= end) schedule.nextRunAt = undefined;
  goOn(account, schedule);
}

/** Waits for the next run of an active schedule; where none is to come, it ends with its last job. */
function goOn(account: AccountState, schedule: Schedule): void {
  if (schedule.state === "active" && schedule.nextRunAt === undefined) complete(account, schedule);
  else armSchedule(account, schedule);
}

const nextAfter = (due: number, interval: number, now: number) =>
  due + Math.max(1, Math.ceil((now - due + 1) / interval)) * interval;

function startJob(account: AccountState, schedule: Schedule): void {
  schedule.jobsCreated += 1;
  const id = `${schedule.id}:job-${schedule.jobsCreated}`;
  schedule.recentJobId = id;
  addJob(account, { id, ...schedule.spec.jobSpecification }, schedule);
}

/** A job ended: its schedule may start the next, or be at its end. */
export function afterJob(account: AccountState, job: Job): void {
  const { schedule } = job;
  if (schedule === undefined || account.schedules.get(schedule.key) !== schedule) return;
  if (schedule.state === "terminating" || schedule.state === "deleting") return finish(account, schedule);
  if (schedule.state !== "active") return;
  if (schedule.nextRunAt === undefined) complete(account, schedule);
  else if (schedule.nextRunAt <= account.clock.now()) runIfDue(account, schedule);
}

function complete(account: AccountState, schedule: Schedule): void {
  if (activeJobOf(account, schedule) !== undefined) {
    schedule.nextRunAt = undefined;
    return;
  }
  schedule.endedAt = account.clock.now();
  schedule.nextRunAt = undefined;
  move(account, schedule, "completed");
  account.events.emit("scheduleEnded", schedule);
}

/** Goes on with a schedule that is being ended, once its job is gone. */
function finish(account: AccountState, schedule: Schedule): void {
  if (schedule.state === "terminating") complete(account, schedule);
  else if (schedule.state === "deleting" && jobsOf(account, schedule).length === 0) {
    account.schedules.delete(schedule);
    account.remove(schedule);
    account.events.emit("scheduleEnded", schedule);
  }
}

export const jobsOf = (account: AccountState, schedule: Schedule) =>
  [...account.jobs].filter((job) => job.schedule === schedule);

function refuseEnded(schedule: Schedule): void {
  const codes: Partial<Record<ScheduleState, [string, string]>> = {
    completed: ["JobScheduleCompleted", "The specified job schedule has completed."],
    terminating: ["JobScheduleBeingTerminated", "The specified job schedule is being terminated."],
    deleting: ["JobScheduleBeingDeleted", "The specified job schedule has been marked for deletion."],
  };
  const refusal = codes[schedule.state];
  if (refusal !== undefined) throw new BatchFault(409, ...refusal);
}

export function disableSchedule(account: AccountState, schedule: Schedule): void {
  refuseEnded(schedule);
  if (schedule.state === "disabled")
    throw new BatchFault(409, "JobScheduleDisabled", "The specified job schedule is disabled.");
  move(account, schedule, "disabled");
  schedule.timer?.cancel();
}

export function enableSchedule(account: AccountState, schedule: Schedule): void {
  refuseEnded(schedule);
  if (schedule.state === "active") return;
  move(account, schedule, "active");
  goOn(account, schedule);
}

/** Ends the schedule and its active job (reason TerminateJobSchedule). */
export function terminateSchedule(account: AccountState, schedule: Schedule): void {
  refuseEnded(schedule);
  schedule.timer?.cancel();
  move(account, schedule, "terminating");
  const job = activeJobOf(account, schedule);
  if (job === undefined) finish(account, schedule);
  else if (job.state !== "terminating" && job.state !== "deleting")
    terminateJob(account, job, "TerminateJobSchedule");
}

/** Removes the schedule and all of its jobs. */
export function deleteSchedule(account: AccountState, schedule: Schedule): void {
  if (schedule.state === "deleting")
    throw new BatchFault(
      409,
      "JobScheduleBeingDeleted",
      "The specified job schedule has been marked for deletion.",
    );
  schedule.timer?.cancel();
  move(account, schedule, "deleting");
  for (const job of jobsOf(account, schedule)) if (job.state !== "deleting") deleteJob(account, job);
  finish(account, schedule);
}

/** PUT replaces; PATCH keeps what it omits. A new job specification concerns jobs created from now on. */
export function updateSchedule(
  account: AccountState,
  schedule: Schedule,
  patch: {
    schedule?: ScheduleSpec | undefined;
    jobSpecification?: JobSpecification | undefined;
    metadata?: JobPatch["metadata"];
  },
  replace: boolean,
): void {
  refuseEnded(schedule);
  if (patch.jobSpecification !== undefined) checkJob(account, patch.jobSpecification);
  if (patch.schedule !== undefined) checkTimes(account, patch.schedule);
  const { metadata: _before, ...rest } = schedule.spec;
  const given = Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined));
  schedule.spec = { ...(replace ? rest : schedule.spec), ...given };
  if (patch.schedule !== undefined) reschedule(account, schedule);
  touch(account, schedule);
}

function reschedule(account: AccountState, schedule: Schedule): void {
  const now = account.clock.now();
  const until = timeOf(schedule.spec.schedule.doNotRunUntil) ?? now;
  const interval = durationMs(schedule.spec.schedule.recurrenceInterval ?? "");
  const recent =
    schedule.recentJobId === undefined ? undefined : account.jobs.get(schedule.recentJobId.toLowerCase());
  if (recent === undefined) schedule.nextRunAt = Math.max(now, until);
  else
    schedule.nextRunAt =
      interval === undefined ? undefined : Math.max(now, until, recent.createdAt + interval);
  goOn(account, schedule);
}

export function resumeSchedules(account: AccountState): void {
  for (const schedule of [...account.schedules]) {
    if (schedule.state === "active") goOn(account, schedule);
    else finish(account, schedule);
  }
}
