// Triggers and schedules: the list, one of them with its ledger, and the dialogs.
import { formats } from "../../lib/formats.ts";
import { mixed } from "../mixed.ts";
import type { ReactNode } from "react";

export const triggers = {
  title: "Triggers and schedules",
  none: "There is no trigger",
  noneNote:
    "A trigger starts jobs at times, when blobs or messages arrive, or when other jobs end. Every night at half past two:",
  createOne: "Create a trigger",
  filter: "Filter by name or event",
  kindsLabel: "Kinds",
  kinds: {
    schedule: "Schedules",
    blobCreated: "Blobs",
    queueMessage: "Messages",
    jobCompleted: "Ends of jobs and sweeps",
    webhook: "Webhooks",
  },
  paused: "Paused",
  pauseAll: "Pause all listed",
  resumeAll: "Resume all listed",
  firstOf: (first: number, all: number) => `The first ${first} of ${formats.number(all)}: filter them.`,
  triggers: "Triggers",
  name: "Name",
  state: "State",
  waitsFor: "Waits for",
  next: "Next",
  lastDecisions: "Last 20 decisions",
};

/** What each waits for. */
export const triggerOn = {
  inZone: (when: string, zone: string) => `${when}, ${zone} time`,
  blob: (path: string) => `a blob ${path}`,
  blobs: (path: string) => `a burst of blobs ${path}`,
  webhook: "a signed webhook",
  message: (queue: string) => `a message in the queue ${queue}`,
  anyJob: "any job",
  sweep: (name: string) => `sweep ${name}`,
  endOf: (what: string) => `the end of ${what}`,
  withOutcome: (text: string, outcome: string) => `${text}, ${outcome}`,
  cron: (cron: string) => `cron ${cron}`,
  everyMinutes: (count: string) => `every ${count} minutes`,
  everyMinute: "every minute",
  everyHourAt: (minute: string) => `every hour at ${minute} min past`,
  everyDayAt: (time: string) => `every day at ${time}`,
  onDaysAt: (days: string, time: string) => `${days} at ${time}`,
  every: {
    minute: (interval: number) => (interval === 1 ? "every minute" : `every ${interval} minutes`),
    hour: (interval: number) => (interval === 1 ? "every hour" : `every ${interval} hours`),
    day: (interval: number) => (interval === 1 ? "every day" : `every ${interval} days`),
    week: (interval: number) => (interval === 1 ? "every week" : `every ${interval} weeks`),
    month: (interval: number) => (interval === 1 ? "every month" : `every ${interval} months`),
  },
  weekDays: {
    Monday: "Monday",
    Tuesday: "Tuesday",
    Wednesday: "Wednesday",
    Thursday: "Thursday",
    Friday: "Friday",
    Saturday: "Saturday",
    Sunday: "Sunday",
  },
  on: (days: string) => ` on ${days}`,
  at: (times: string) => ` at ${times}`,
};

export const overlaps = {
  allow: "each event has its job or sweep, however many run",
  skip: "while jobs or sweeps of it run, events are skipped",
  queue: "while jobs or sweeps of it run, events wait for their turn",
  replace: "a new event ends the jobs and sweeps of earlier ones",
};

/** What a firing was about. */
export const firingEvents = {
  due: (time: string) => `due ${time}`,
  blobs: (count: number) => `${count} blobs`,
  message: (id: string) => `message ${id}`,
};

export const trigger = {
  tabsLabel: "Of this trigger",
  test: "Test",
  runNow: "Run now",
  backfill: "Backfill",
  pause: "Pause",
  resume: "Resume",
  pausedBy: (paused: ReactNode, who: ReactNode, when: ReactNode) => mixed`${paused} by ${who}, ${when}`,
  paused: "Paused",
  deleteOne: (name: string) => `Delete the trigger ${name}`,
  deleteNote: "It starts nothing any more, and its ledger goes. Jobs that it started stay.",
  waitsFor: "Waits for",
  startsJobsIn: "Starts jobs in",
  startsSweepsIn: "Starts sweeps in",
  overlap: (overlap: ReactNode) => mixed`Overlap: ${overlap}`,
  atMostAtOnce: (most: number) => `, at most ${most} at once`,
  actsAs: "Acts with the rights of",
  edges: { gap: "the clock is set forward: moved", repeated: "the clock shows this twice" },
  nextTimes: "Next fire times",
  nextTimesPaused: "Next fire times, were it not paused",
  noNextTimes: "None any more.",
  asJson: "The trigger as JSON",
};

export const firings = {
  decisions: "Decisions",
  olderOnes: ", there are older ones",
  older: "Older ones",
  firings: "Firings",
  received: "Received",
  event: "Event",
  decision: "Decision",
  why: "Why",
  started: "Started",
  acts: "Acts",
  toldMore: (times: number) => ` told ${times} times more`,
  after: (duration: string) => ` after ${duration}`,
  failedBefore: (times: number) => ` failed ${times === 1 ? "once" : `${times} times`} before`,
  replay: "Replay",
  replayOne: "Replay a firing",
  replayNote: (event: ReactNode) => mixed`The job that this event would have started starts now: ${event}`,
};

export const pause = {
  title: (verb: string, what: string) => `${verb} ${what}`,
  pauseNote: "What comes meanwhile is in the ledger as skipped.",
  resumeNote: "What comes from now on has its jobs; what was skipped stays skipped until it is replayed.",
  why: "Why, for those who wonder",
};

export const backfill = {
  title: (name: string) => `Backfill ${name}`,
  verb: "Run them",
  from: "From",
  to: "To, not included",
  whileRunning: "While jobs run",
  which: "Which are these?",
};

export const runTrigger = {
  title: (name: string) => `Run ${name} now`,
  note: "Paused or not, its job starts as if it were due. What became of it is in the ledger.",
};

export const testTrigger = {
  title: (name: string) => `Test ${name}`,
  event: "An event",
  noJson: "This is no JSON.",
  wouldHappen: "What would happen",
  jobWould: "✓ A job would start",
  jobWouldNot: "✕ No job would start",
  sweepWould: "✓ A sweep would start",
  sweepWouldNot: "✕ No sweep would start",
  calledSo: (name: ReactNode) => mixed`It would be called ${name}.`,
  wholeJob: "The whole job",
  wholeSweep: "The whole sweep",
  jobThatWould: "The job that would start",
  sweepThatWould: "The sweep that would start",
};
