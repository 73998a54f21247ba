// The commands of triggers, of the chains that they make, and of schedules: rows of the table in index.ts.
import type { CommandRow } from "./index.ts";

export const triggerCommands: readonly CommandRow[] = [
  {
    name: "trigger create",
    summary: "Let blobs, messages, times or ends of jobs and sweeps start jobs or sweeps",
    load: async () => (await import("./trigger/create.ts")).triggerCreate,
  },
  {
    name: "trigger show",
    summary: "Show a trigger",
    load: async () => (await import("./trigger/show.ts")).triggerShow("trigger"),
  },
  {
    name: "trigger list",
    summary: "List triggers of a workspace",
    load: async () => (await import("./trigger/list.ts")).triggerList("trigger"),
  },
  {
    name: "trigger delete",
    summary: "Delete a trigger; its jobs and sweeps stay",
    load: async () => (await import("./trigger/delete.ts")).triggerDelete("trigger"),
  },
  {
    name: "trigger pause",
    summary: "Let triggers skip what comes, for a reason",
    load: async () => (await import("./trigger/pause.ts")).triggerPause("trigger"),
  },
  {
    name: "trigger resume",
    summary: "Let triggers go on",
    load: async () => (await import("./trigger/pause.ts")).triggerResume("trigger"),
  },
  {
    name: "trigger test",
    summary: "Show what an event would come to, without starting anything",
    load: async () => (await import("./trigger/test.ts")).triggerTest("trigger"),
  },
  {
    name: "trigger run",
    summary: "Start the job or sweep of a trigger now",
    load: async () => (await import("./trigger/run.ts")).triggerRun("trigger"),
  },
  {
    name: "trigger firings",
    summary: "List what became of each event, newest first",
    load: async () => (await import("./trigger/firings.ts")).triggerFirings("trigger"),
  },
  {
    name: "trigger replay",
    summary: "Start what failed or was skipped after all",
    load: async () => (await import("./trigger/replay.ts")).triggerReplay("trigger"),
  },
  {
    name: "trigger rotate-secret",
    summary: "Give a trigger for webhooks a new secret, and show it once",
    load: async () => (await import("./trigger/rotate-secret.ts")).triggerRotateSecret,
  },
  {
    name: "workflow list",
    summary: "List chains of jobs and sweeps that started one another, newest first",
    load: async () => (await import("./workflow/list.ts")).workflowList,
  },
  {
    name: "workflow show",
    summary: "Show a chain as a tree: each step with its state, and why",
    load: async () => (await import("./workflow/show.ts")).workflowShow,
  },
  {
    name: "workflow restart",
    summary: "Start what failed in a chain anew; what follows it follows again",
    load: async () => (await import("./workflow/restart.ts")).workflowRestart,
  },
  {
    name: "schedule create",
    summary: "Start a job again and again, by a cron expression",
    load: async () => (await import("./trigger/create-schedule.ts")).scheduleCreate,
  },
  {
    name: "schedule show",
    summary: "Show a schedule",
    load: async () => (await import("./trigger/show.ts")).triggerShow("schedule"),
  },
  {
    name: "schedule list",
    summary: "List schedules of a workspace",
    load: async () => (await import("./trigger/list.ts")).triggerList("schedule"),
  },
  {
    name: "schedule delete",
    summary: "Delete a schedule; its jobs stay",
    load: async () => (await import("./trigger/delete.ts")).triggerDelete("schedule"),
  },
  {
    name: "schedule pause",
    summary: "Let schedules skip what comes, for a reason",
    load: async () => (await import("./trigger/pause.ts")).triggerPause("schedule"),
  },
  {
    name: "schedule resume",
    summary: "Let schedules start jobs again",
    load: async () => (await import("./trigger/pause.ts")).triggerResume("schedule"),
  },
  {
    name: "schedule test",
    summary: "Show what an event would come to, without starting anything",
    load: async () => (await import("./trigger/test.ts")).triggerTest("schedule"),
  },
  {
    name: "schedule run",
    summary: "Start a job of a schedule now",
    load: async () => (await import("./trigger/run.ts")).triggerRun("schedule"),
  },
  {
    name: "schedule firings",
    summary: "List what became of each event, newest first",
    load: async () => (await import("./trigger/firings.ts")).triggerFirings("schedule"),
  },
  {
    name: "schedule replay",
    summary: "Start what failed or was skipped after all",
    load: async () => (await import("./trigger/replay.ts")).triggerReplay("schedule"),
  },
  {
    name: "schedule next",
    summary: "List the next fire times of a schedule",
    load: async () => (await import("./trigger/next.ts")).scheduleNext,
  },
  {
    name: "schedule backfill",
    summary: "Start a job for each fire time of a period that passed",
    load: async () => (await import("./trigger/backfill.ts")).scheduleBackfill,
  },
];
