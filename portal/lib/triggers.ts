// Triggers in words: what each waits for, what becomes of an event while earlier jobs run, what a firing was about.
import type { firingWire, triggerWire } from "../../domain/trigger/wire.ts";
import { stateText, t, wordFor } from "../texts/texts.ts";
import { formats } from "./formats.ts";

export type TriggerWire = ReturnType<typeof triggerWire>;
export type FiringWire = ReturnType<typeof firingWire>;
export type Decision = FiringWire["properties"]["decision"];

export const decisions: readonly Decision[] = [
  "started",
  "waiting",
  "queued",
  "skipped",
  "duplicate",
  "failed",
  "replayed",
  "batched",
];

export const kinds = ["schedule", "blobCreated", "queueMessage", "jobCompleted", "webhook"] as const;

/** The one member that a trigger waits for; newer kinds than this page knows have their own name. */
export function kindOf({ properties: { on } }: TriggerWire): string {
  return Object.entries(on).find(([, value]) => value !== undefined)?.[0] ?? "unknown";
}

export function onText(trigger: TriggerWire): string {
  const { schedule, blobCreated, queueMessage, jobCompleted, webhook } = trigger.properties.on;
  if (schedule !== undefined) {
    const when =
      schedule.cron === undefined ? recurrenceText(schedule.recurrence ?? {}) : cronText(schedule.cron);
    return t.triggerOn.inZone(when, schedule.timeZone);
  }
  if (blobCreated !== undefined) {
    const { container, path, quietWindow } = blobCreated;
    return (quietWindow === undefined ? t.triggerOn.blob : t.triggerOn.blobs)(`${container}/${path}`);
  }
  if (webhook !== undefined) return t.triggerOn.webhook;
  if (queueMessage !== undefined) return t.triggerOn.message(queueMessage.queue);
  if (jobCompleted !== undefined) {
    const { experiment, job = t.triggerOn.anyJob, sweep, outcome } = jobCompleted;
    const name = sweep === undefined ? job : t.triggerOn.sweep(sweep);
    const end = t.triggerOn.endOf(`${experiment}/${name}`);
    return outcome === "any" ? end : t.triggerOn.withOutcome(end, stateText(outcome));
  }
  return kindOf(trigger);
}

const everyDay = "*";

/** The common ones in words, all others as they are. */
export function cronText(cron: string): string {
  const [minute = "", hour = "", day = "", month = "", weekDay = "", ...more] = cron.trim().split(/\s+/);
  if (more.length > 0 || day !== everyDay || month !== everyDay) return t.triggerOn.cron(cron);
  const [, step] = /^\*\/(\d+)$/.exec(minute) ?? [];
  if (hour === "*" && weekDay === "*") {
    if (step !== undefined) return t.triggerOn.everyMinutes(step);
    if (minute === "*") return t.triggerOn.everyMinute;
    return /^\d+$/.test(minute) ? t.triggerOn.everyHourAt(minute) : t.triggerOn.cron(cron);
  }
  if (!/^\d+$/.test(minute) || !/^\d+$/.test(hour)) return t.triggerOn.cron(cron);
  const time = `${hour.padStart(2, "0")}:${minute.padStart(2, "0")}`;
  return weekDay === "*" ? t.triggerOn.everyDayAt(time) : t.triggerOn.onDaysAt(weekDay, time);
}

type Frequency = keyof typeof t.triggerOn.every;

function recurrenceText(recurrence: object): string {
  const { frequency = "day", interval = 1 } = recurrence as { frequency?: Frequency; interval?: number };
  const {
    weekDays = [],
    hours = [],
    minutes = [],
  } = recurrence as Readonly<Record<string, (string | number)[]>>;
  const every = t.triggerOn.every[frequency](interval);
  const names = weekDays.map((day) => wordFor(String(day), t.triggerOn.weekDays));
  const on = names.length === 0 ? "" : t.triggerOn.on(formats.list(names));
  const times = hours.map((hour) => `${hour}:${String(minutes[0] ?? 0).padStart(2, "0")}`);
  const at = times.length === 0 ? "" : t.triggerOn.at(formats.list(times));
  return every + on + at;
}

/** What a firing was about, in a few words. */
export function eventText({ event }: FiringWire["properties"]): string {
  if (event.kind === "schedule")
    return t.firingEvents.due(event.time) + (event.edge === undefined ? "" : `, ${event.edge}`);
  if (event.kind === "blobCreated") return `${event.name} ${event.etag}`;
  if (event.kind === "blobBatch") return t.firingEvents.blobs(event.blobs.length);
  if (event.kind === "queueMessage") return t.firingEvents.message(event.id);
  if (event.kind === "sweepCompleted") return `${event.experiment}/${event.sweep} ${event.state}`;
  if (event.kind === "jobCompleted") return `${event.experiment}/${event.job} ${event.state}`;
  return `${event.kind} ${"id" in event ? event.id : ""}`.trim();
}

/** An event of that kind, for trying. */
export function sampleEvent(trigger: TriggerWire, nowMs: number): object {
  const { schedule, blobCreated, queueMessage, jobCompleted, webhook } = trigger.properties.on;
  if (schedule !== undefined)
    return { kind: "schedule", time: new Date(Math.ceil(nowMs / 60_000) * 60_000).toISOString() };
  if (blobCreated !== undefined) {
    const name = blobCreated.path.replaceAll(/\{([^}*]+)\*?\}/g, "$1");
    const blob = { name, etag: "0x1", size: blobCreated.minSizeBytes ?? 1 };
    return blobCreated.quietWindow === undefined
      ? { kind: "blobCreated", ...blob }
      : { kind: "blobBatch", id: "sample", blobs: [blob] };
  }
  const text = JSON.stringify(trigger.properties.parameters);
  if (queueMessage !== undefined) return { kind: "queueMessage", id: "sample", text };
  if (webhook !== undefined) return { kind: "webhook", id: "sample", text };
  const { experiment = "", job = "job", sweep } = jobCompleted ?? {};
  const name = (sweep ?? job).replaceAll(/\{([^}*]+)\*?\}/g, "$1");
  if (sweep !== undefined) {
    const best = { trial: 0, job: `${name}_0`, value: 1 };
    const end = { guid: "sample", endTime: new Date(nowMs).toISOString(), state: "succeeded", best };
    return { kind: "sweepCompleted", experiment, sweep: name, ...end };
  }
  return { kind: "jobCompleted", experiment, job: name, guid: "sample", state: "succeeded", exitCode: 0 };
}

/** Names in the id of what a firing started. */
export function startedByFiring({ job, sweep }: FiringWire["properties"]) {
  const id = (sweep ?? job)?.id;
  if (id === undefined) return undefined;
  const parts = id.split("/");
  const kind = sweep === undefined ? ("job" as const) : ("sweep" as const);
  return { kind, experiment: parts.at(-3) ?? "", name: parts.at(-1) ?? "" };
}
