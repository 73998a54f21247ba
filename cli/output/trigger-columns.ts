// The tables of triggers, of what became of their events, and of fire times.
import { nextFireTime } from "../../domain/schedule/fire-times.ts";
import { Schedule } from "../../domain/schedule/schema.ts";
import type { FiringTimeResponse, TriggerTestResponse } from "../../domain/trigger/answers.ts";
import type { FiringResponse, TriggerResponse, WebhookSecretResponse } from "../../domain/trigger/wire.ts";
import type { Columns } from "./print.ts";

/** What it waits for: `schedule`, `blobCreated` … */
export function kindOf({ properties }: TriggerResponse): string {
  return Object.keys(properties.on)[0] ?? "";
}

export const triggerColumns = (now: number): Columns<TriggerResponse> => [
  ["Name", ({ name }) => name],
  ["Kind", kindOf],
  ["Waits for", waitsFor],
  ["Starts in", ({ properties }) => properties.action.experiment],
  ["Overlap", ({ properties }) => properties.overlap],
  ["State", stateOf],
  ["Next", (trigger) => nextOf(trigger, now)],
];

function waitsFor({ properties: { on } }: TriggerResponse): string {
  const [kind = "", value] = Object.entries(on)[0] ?? [];
  const told = (value ?? {}) as Readonly<Record<string, unknown>>;
  const texts = (...names: string[]) =>
    names.flatMap((name) => (typeof told[name] === "string" ? [told[name]] : []));
  switch (kind) {
    case "schedule":
      return [
        ...texts("cron"),
        ...(told["cron"] === undefined ? ["recurrence"] : []),
        ...texts("timeZone"),
      ].join(" ");
    case "blobCreated":
      return texts("container", "path").join("/");
    case "queueMessage":
      return texts("queue").join("");
    case "jobCompleted":
      return [...texts("experiment", "job", "sweep"), ...texts("outcome")].join(" ");
    default:
      return "";
  }
}

function stateOf({ properties: { provisioningState, enabled, paused } }: TriggerResponse): string {
  if (provisioningState === "deleting") return provisioningState;
  if (enabled) return "enabled";
  return paused?.reason === undefined ? "paused" : `paused: ${paused.reason}`;
}

/** By the same rules as the service's; nothing where it is paused. */
function nextOf({ properties: { on, enabled } }: TriggerResponse, now: number): string | undefined {
  const schedule = Schedule.safeParse(on["schedule"]);
  if (!schedule.success || !enabled) return undefined;
  const next = nextFireTime(schedule.data, now);
  return next === undefined ? "never again" : new Date(next.at).toISOString();
}

export const secretColumns: Columns<WebhookSecretResponse> = [
  ["URL", ({ url }) => url],
  ["Secret", ({ secret }) => secret],
];

export const firingColumns: Columns<FiringResponse> = [
  ["Time", ({ properties }) => properties.receivedTime],
  ["Event", ({ properties }) => eventOf(properties.event)],
  ["Decision", ({ properties }) => properties.decision],
  ["Started", ({ properties: { job, sweep } }) => (job ?? sweep)?.id.split("/").at(-1)],
  ["Reason", ({ properties }) => properties.reason],
  ["Firing", ({ name }) => name],
];

/** What tells it from others of its trigger. */
function eventOf(event: FiringResponse["properties"]["event"]): string {
  if (Array.isArray(event["blobs"])) return `${event["blobs"].length} blobs`;
  const told = ["time", "name", "job", "sweep", "id"].map((member) => event[member]);
  return String(told.find((value) => typeof value === "string") ?? event.kind);
}

export const fireTimeColumns: Columns<FiringTimeResponse> = [
  ["Local", ({ local }) => local],
  ["UTC", ({ time }) => time],
  ["Change of the clock", ({ edge }) => (edge === undefined ? "" : edges[edge])],
];
const edges = {
  gap: "the time that is meant does not exist; runs at the change",
  repeated: "the clock shows this time twice; this is the second",
} as const;

export const testColumns: Columns<TriggerTestResponse> = [
  ["Would start", ({ wouldStart }) => (wouldStart ? "yes" : "no")],
  ["Reason", ({ reason }) => reason],
  ["Job", ({ job }) => job?.name],
  ["Sweep", ({ sweep }) => sweep?.name],
  ["Firing", ({ firing }) => firing],
];
