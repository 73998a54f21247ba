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
import type { World } from "../account/world.ts";

export function findSchedule(world: World, id: string): Schedule {
  const schedule = world.schedules.get(id.toLowerCase());
  if (schedule === undefined) throw notFound("JobSchedule");
  return schedule;
}

function move(world: World, schedule: Schedule, to: ScheduleState): void {
  assertTransition(scheduleMachine, schedule.state, to);
  schedule.previousState = schedule.state;
  schedule.previousStateAt = schedule.stateAt;
  schedule.state = to;
  schedule.stateAt = world.clock.now();
  world.save(schedule);
}

export function addSchedule(world: World, spec: JobScheduleSpec): Schedule {
  const key = spec.id.toLowerCase();
  if (world.schedules.has(key))
    throw new BatchFault(409, "JobScheduleExists", "The specified job schedule already exists.");
  if (world.jobs.has(key))
    throw new BatchFault(409, "JobWithSameIdExists", "A job has the id of the job schedule.");
  refuseOverQuota(world);
  checkJob(world, spec.jobSpecification);
  checkTimes(world, spec.schedule);
  const now = world.clock.now();
  const schedule: Schedule = {
    ...emptySchedule(),
    row: world.nextRow(),
    key,
    id: spec.id,
    createdAt: now,
    modifiedAt: now,
    version: world.stamp(),
    spec,
    state: "active",
    stateAt: now,
    nextRunAt: Math.max(now, timeOf(spec.schedule.doNotRunUntil) ?? now),
  };
  world.schedules.add(schedule);
  world.save(schedule, true);
  armSchedule(world, schedule);
  return schedule;
}

const timeOf = (text: string | undefined) => (text === undefined ? undefined : Date.parse(text));

function checkTimes(world: World, schedule: ScheduleSpec): void {
  const after = timeOf(schedule.doNotRunAfter);
  if (after !== undefined && after <= (timeOf(schedule.doNotRunUntil) ?? world.clock.now()))
    throw invalidProperty(
      "doNotRunAfter",
      schedule.doNotRunAfter ?? "",
      "must be later than doNotRunUntil and now",
    );
}

/** Waits for the next run. */
export function armSchedule(world: World, schedule: Schedule): void {
  schedule.timer?.cancel();
  schedule.timer = undefined;
  if (schedule.state !== "active" || schedule.nextRunAt === undefined) return;
  schedule.timer = world.clock.at(schedule.nextRunAt, () => {
    if (world.closed) return;
    runIfDue(world, schedule);
    world.background("schedule.save", world.commit());
  });
}

export function activeJobOf(world: World, schedule: Schedule): Job | undefined {
  const job =
    schedule.recentJobId === undefined ? undefined : world.jobs.get(schedule.recentJobId.toLowerCase());
  return job !== undefined && job.state !== "completed" ? job : undefined;
}

/** Creates the job that is due, unless the last one still lives. */
export function runIfDue(world: World, schedule: Schedule): void {
  const now = world.clock.now();
  const due = schedule.nextRunAt;
  if (schedule.state !== "active" || due === undefined || due > now) return;
  const { doNotRunAfter, startWindow, recurrenceInterval } = schedule.spec.schedule;
  const end = timeOf(doNotRunAfter) ?? Infinity;
  if (now >= end) return complete(world, schedule);
  if (activeJobOf(world, schedule) !== undefined) return;
  const window = durationMs(startWindow ?? "") ?? Infinity;
  if (now <= due + window) startJob(world, schedule);
  const interval = durationMs(recurrenceInterval ?? "");
  schedule.nextRunAt = interval === undefined ? undefined : nextAfter(due, interval, now);
  world.save(schedule);
  if (schedule.nextRunAt !== undefined && schedule.nextRunAt >= end) schedule.nextRunAt = undefined;
  goOn(world, schedule);
}

/** Waits for the next run of an active schedule; where none is to come, it ends with its last job. */
function goOn(world: World, schedule: Schedule): void {
  if (schedule.state === "active" && schedule.nextRunAt === undefined) complete(world, schedule);
  else armSchedule(world, schedule);
}

const nextAfter = (due: number, interval: number, now: number) =>
  due + Math.max(1, Math.ceil((now - due + 1) / interval)) * interval;

function startJob(world: World, schedule: Schedule): void {
  schedule.jobsCreated += 1;
  const id = `${schedule.id}:job-${schedule.jobsCreated}`;
  schedule.recentJobId = id;
  addJob(world, { id, ...schedule.spec.jobSpecification }, schedule);
}

/** A job ended: its schedule may start the next, or be at its end. */
export function afterJob(world: World, job: Job): void {
  const { schedule } = job;
  if (schedule === undefined || world.schedules.get(schedule.key) !== schedule) return;
  if (schedule.state === "terminating" || schedule.state === "deleting") return finish(world, schedule);
  if (schedule.state !== "active") return;
  if (schedule.nextRunAt === undefined) complete(world, schedule);
  else if (schedule.nextRunAt <= world.clock.now()) runIfDue(world, schedule);
}

function complete(world: World, schedule: Schedule): void {
  if (activeJobOf(world, schedule) !== undefined) {
    schedule.nextRunAt = undefined;
    return;
  }
  schedule.endedAt = world.clock.now();
  schedule.nextRunAt = undefined;
  move(world, schedule, "completed");
  world.scheduleEnded(schedule);
}

/** Goes on with a schedule that is being ended, once its job is gone. */
function finish(world: World, schedule: Schedule): void {
  if (schedule.state === "terminating") complete(world, schedule);
  else if (schedule.state === "deleting" && jobsOf(world, schedule).length === 0) {
    world.schedules.delete(schedule);
    world.remove(schedule);
    world.scheduleEnded(schedule);
  }
}

export const jobsOf = (world: World, schedule: Schedule) =>
  [...world.jobs].filter((job) => job.schedule === schedule);

function refuseEnded(schedule: Schedule): void {
  const codes: Partial<Record<ScheduleState, [string, string]>> = {
    completed: ["JobScheduleCompleted", "The specified job schedule has completed."],
    terminating: ["JobScheduleBeingTerminated", "The specified job schedule is being terminated."],
    deleting: ["JobScheduleBeingDeleted", "The specified job schedule has been marked for deletion."],
  };
  const refusal = codes[schedule.state];
  if (refusal !== undefined) throw new BatchFault(409, ...refusal);
}

export function disableSchedule(world: World, schedule: Schedule): void {
  refuseEnded(schedule);
  if (schedule.state === "disabled")
    throw new BatchFault(409, "JobScheduleDisabled", "The specified job schedule is disabled.");
  move(world, schedule, "disabled");
  schedule.timer?.cancel();
}

export function enableSchedule(world: World, schedule: Schedule): void {
  refuseEnded(schedule);
  if (schedule.state === "active") return;
  move(world, schedule, "active");
  goOn(world, schedule);
}

/** Ends the schedule and its active job (reason TerminateJobSchedule). */
export function terminateSchedule(world: World, schedule: Schedule): void {
  refuseEnded(schedule);
  schedule.timer?.cancel();
  move(world, schedule, "terminating");
  const job = activeJobOf(world, schedule);
  if (job === undefined) finish(world, schedule);
  else if (job.state !== "terminating" && job.state !== "deleting")
    terminateJob(world, job, "TerminateJobSchedule");
}

/** Removes the schedule and all of its jobs. */
export function deleteSchedule(world: World, schedule: Schedule): void {
  if (schedule.state === "deleting")
    throw new BatchFault(
      409,
      "JobScheduleBeingDeleted",
      "The specified job schedule has been marked for deletion.",
    );
  schedule.timer?.cancel();
  move(world, schedule, "deleting");
  for (const job of jobsOf(world, schedule)) if (job.state !== "deleting") deleteJob(world, job);
  finish(world, schedule);
}

/** PUT replaces; PATCH keeps what it omits. A new job specification concerns jobs created from now on. */
export function updateSchedule(
  world: World,
  schedule: Schedule,
  patch: {
    schedule?: ScheduleSpec | undefined;
    jobSpecification?: JobSpecification | undefined;
    metadata?: JobPatch["metadata"];
  },
  replace: boolean,
): void {
  refuseEnded(schedule);
  if (patch.jobSpecification !== undefined) checkJob(world, patch.jobSpecification);
  if (patch.schedule !== undefined) checkTimes(world, patch.schedule);
  const { metadata: _before, ...rest } = schedule.spec;
  const given = Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined));
  schedule.spec = { ...(replace ? rest : schedule.spec), ...given };
  if (patch.schedule !== undefined) reschedule(world, schedule);
  touch(world, schedule);
}

function reschedule(world: World, schedule: Schedule): void {
  const now = world.clock.now();
  const until = timeOf(schedule.spec.schedule.doNotRunUntil) ?? now;
  const interval = durationMs(schedule.spec.schedule.recurrenceInterval ?? "");
  const recent =
    schedule.recentJobId === undefined ? undefined : world.jobs.get(schedule.recentJobId.toLowerCase());
  if (recent === undefined) schedule.nextRunAt = Math.max(now, until);
  else
    schedule.nextRunAt =
      interval === undefined ? undefined : Math.max(now, until, recent.createdAt + interval);
  goOn(world, schedule);
}

export function resumeSchedules(world: World): void {
  for (const schedule of [...world.schedules]) {
    if (schedule.state === "active") goOn(world, schedule);
    else finish(world, schedule);
  }
}
