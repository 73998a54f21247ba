// What a trigger hears of: one schema for each kind, the key by which an event is told from others, and the values it brings to a
// template.
import { z } from "zod";
import { pathPattern } from "./path-pattern.ts";
import { outputName } from "./job-outputs.ts";
import { mostBlobs } from "./quiet-window.ts";
import type { TriggerSpec } from "./schema.ts";

export type Scalar = string | number | boolean;
export const Parameters = z.record(
  z.string().regex(/^[A-Za-z_]\w{0,63}$/),
  z.union([z.string(), z.number(), z.boolean()]),
);
export type Parameters = z.infer<typeof Parameters>;

const time = () => z.iso.datetime({ error: "expected a time such as '2026-11-01T02:00:00Z'" });

/** The workflow that the job or the sweep is part of; of one that only somebody tries, none. */
const ofWorkflow = { workflow: z.string().max(100).optional() };

export const TriggerEvent = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("schedule"), time: time(), edge: z.enum(["gap", "repeated"]).optional() }),
  z.object({
    kind: z.literal("blobCreated"),
    name: z.string().min(1).max(1024),
    etag: z.string().min(1).max(100),
    size: z.int().min(0),
    /** The operation that committed the content, as the storage service names it; absent where a listing found the blob. */
    api: z.string().max(40).optional(),
  }),
  /** Blobs that gathered in a quiet window. */
  z.object({
    kind: z.literal("blobBatch"),
    id: z.string().min(1).max(100),
    blobs: z
      .array(
        z.object({
          name: z.string().min(1).max(1024),
          etag: z.string().min(1).max(100),
          size: z.int().min(0),
        }),
      )
      .min(1)
      .max(mostBlobs),
  }),
  z.object({
    kind: z.literal("queueMessage"),
    id: z.string().min(1).max(100),
    text: z.string().max(65_536),
  }),
  z.object({
    kind: z.literal("webhook"),
    /** Its sender's, the same however often it is sent. */
    id: z.string().min(1).max(100),
    text: z.string().max(65_536),
  }),
  z.object({
    kind: z.literal("jobCompleted"),
    experiment: z.string(),
    job: z.string(),
    guid: z.string(),
    state: z.enum(["succeeded", "failed"]),
    exitCode: z.int().optional(),
    /** How many jobs or sweeps in a row triggers started, this one counted. */
    depth: z.int().min(0).default(0),
    ...ofWorkflow,
  }),
  z.object({
    kind: z.literal("sweepCompleted"),
    experiment: z.string(),
    sweep: z.string(),
    guid: z.string(),
    /** One that goes on after its end ends again. */
    endTime: time(),
    state: z.enum(["succeeded", "failed"]),
    /** Absent where no trial reported what the sweep is about. */
    best: z.object({ trial: z.int().min(0), job: z.string(), value: z.number() }).optional(),
    depth: z.int().min(0).default(0),
    ...ofWorkflow,
  }),
  /** Somebody asked for it. */
  z.object({ kind: z.literal("run"), id: z.string().min(1).max(100), parameters: Parameters.default({}) }),
]);
export type TriggerEvent = z.infer<typeof TriggerEvent>;

/** The same event, however often it is told, has the same key within one trigger. */
export function keyOf(event: TriggerEvent): string {
  switch (event.kind) {
    case "schedule":
      return `time ${new Date(event.time).toISOString()}`;
    case "blobCreated":
      return `blob ${event.name} ${event.etag.replaceAll('"', "")}`;
    case "blobBatch":
      return `batch ${event.id}`;
    case "queueMessage":
      return `message ${event.id}`;
    case "webhook":
      return `webhook ${event.id}`;
    case "jobCompleted":
      return `job ${event.guid}`;
    case "sweepCompleted":
      return `sweep ${event.guid} ${new Date(event.endTime).toISOString()}`;
    case "run":
      return `run ${event.id}`;
  }
}

/** Names that expressions of a template may have. */
export function expressionNames(spec: Pick<TriggerSpec, "on" | "parameters">): readonly string[] {
  const own = Object.keys(spec.parameters).map((name) => `parameters.${name}`);
  const { blobCreated, jobCompleted, schedule, webhook } = spec.on;
  if (blobCreated?.quietWindow !== undefined)
    return [...always, ...own, "blobs", "blobs.count", "blobs.bytes", "blob.container"];
  if (blobCreated !== undefined)
    return [
      ...always,
      ...own,
      "blob",
      "blob.container",
      "blob.etag",
      "blob.size",
      ...capturesOf(blobCreated.path),
    ];
  if (jobCompleted !== undefined) {
    const { job, sweep, outputs = {} } = jobCompleted;
    const told = sweep === undefined ? endOfJob : endOfSweep;
    const captures = [job, sweep].flatMap((name) => (name === undefined ? [] : capturesOf(name)));
    return [...always, ...own, ...told, ...Object.keys(outputs).map(outputName), ...captures];
  }
  if (webhook !== undefined) return [...always, ...own, "webhook.id"];
  return [...always, ...own, ...(schedule === undefined ? ["message.id"] : ["fireTime", "fireTime.date"])];
}
const always = ["trigger", "firing"];
const endOfJob = ["job", "job.experiment", "job.guid", "job.state", "job.exitCode"];
const best = ["sweep.best.trial", "sweep.best.job", "sweep.best.value"];
const endOfSweep = ["sweep", "sweep.experiment", "sweep.guid", "sweep.state", ...best];
const capturesOf = (path: string) => pathPattern(path).captures;

export type Values =
  | { readonly kind: "values"; readonly values: Readonly<Record<string, Scalar>> }
  | { readonly kind: "refused"; readonly problem: string };

/** @param names of the trigger and of the firing. @param now for what has no time of its own. */
export function valuesOf(
  spec: Pick<TriggerSpec, "on" | "parameters">,
  event: TriggerEvent,
  names: { readonly trigger: string; readonly firing: string },
  now: Date,
): Values {
  const given = parametersOf(event);
  if (typeof given === "string") return { kind: "refused", problem: given };
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(spec.parameters, name));
  if (unknown !== undefined) {
    const known = Object.keys(spec.parameters).join(", ") || "none";
    return { kind: "refused", problem: `'${unknown}' is no parameter of the trigger; it has: ${known}` };
  }
  const parameters = Object.entries({ ...spec.parameters, ...given });
  const own = Object.fromEntries(parameters.map(([name, value]) => [`parameters.${name}`, value]));
  return { kind: "values", values: { ...names, ...own, ...broughtBy(spec, event, now) } };
}

function parametersOf(event: TriggerEvent): Parameters | string {
  if (event.kind === "run") return event.parameters;
  if (event.kind !== "queueMessage" && event.kind !== "webhook") return {};
  if (event.text.trim() === "") return {};
  const wrong =
    'the body is not a JSON object of parameters: texts, numbers, true and false, such as {"epochs": 3}';
  try {
    const read = Parameters.safeParse(JSON.parse(event.text));
    return read.success ? read.data : wrong;
  } catch {
    return wrong;
  }
}

function broughtBy({ on }: Pick<TriggerSpec, "on">, event: TriggerEvent, now: Date): Record<string, Scalar> {
  switch (event.kind) {
    case "schedule":
      return fireTime(event.time);
    case "run":
      if (on.schedule !== undefined) return fireTime(now.toISOString());
      return { [on.webhook === undefined ? "message.id" : "webhook.id"]: event.id };
    case "queueMessage":
      return { "message.id": event.id };
    case "webhook":
      return { "webhook.id": event.id };
    case "blobCreated": {
      const { container = "", path = "" } = on.blobCreated ?? {};
      return {
        blob: event.name,
        "blob.container": container,
        "blob.etag": event.etag.replaceAll('"', ""),
        "blob.size": event.size,
        ...pathPattern(path).match(event.name),
      };
    }
    case "blobBatch": {
      // Of a blob that was written again meanwhile the last version counts.
      const sizes = new Map(event.blobs.map(({ name, size }) => [name, size]));
      return {
        blobs: JSON.stringify([...sizes.keys()]),
        "blobs.count": sizes.size,
        "blobs.bytes": [...sizes.values()].reduce((sum, size) => sum + size, 0),
        "blob.container": on.blobCreated?.container ?? "",
      };
    }
    case "jobCompleted": {
      const pattern = on.jobCompleted?.job;
      return {
        job: event.job,
        "job.experiment": event.experiment,
        "job.guid": event.guid,
        "job.state": event.state,
        "job.exitCode": event.exitCode ?? "",
        ...(pattern === undefined ? {} : pathPattern(pattern).match(event.job)),
      };
    }
    case "sweepCompleted":
      return endOfSweepValues(on.jobCompleted?.sweep, event);
  }
}

function endOfSweepValues(
  pattern: string | undefined,
  event: Extract<TriggerEvent, { kind: "sweepCompleted" }>,
): Record<string, Scalar> {
  const { best: found } = event;
  const told =
    found === undefined
      ? {}
      : { "sweep.best.trial": found.trial, "sweep.best.job": found.job, "sweep.best.value": found.value };
  return {
    sweep: event.sweep,
    "sweep.experiment": event.experiment,
    "sweep.guid": event.guid,
    "sweep.state": event.state,
    ...told,
    ...(pattern === undefined ? {} : pathPattern(pattern).match(event.sweep)),
  };
}

const fireTime = (time: string) => ({ fireTime: time, "fireTime.date": time.slice(0, 10) });

/** How many jobs or sweeps in a row triggers started before what the event starts. */
export function depthOf(event: TriggerEvent): number {
  return "depth" in event ? event.depth : 0;
}

export function workflowOfEvent(event: TriggerEvent): string | undefined {
  return "workflow" in event ? event.workflow : undefined;
}

/** The event waits for others, and starts a job or a sweep with them. */
export function gathers({ on }: Pick<TriggerSpec, "on">, event: TriggerEvent): boolean {
  return event.kind === "blobCreated" && on.blobCreated?.quietWindow !== undefined;
}

/** The trigger would care for the end, had it another outcome. */
export function isOtherOutcome({ on }: Pick<TriggerSpec, "on">, event: TriggerEvent): boolean {
  const { jobCompleted } = on;
  if (jobCompleted === undefined || unwanted({ on }, event) === undefined) return false;
  return unwantedEnd({ ...jobCompleted, outcome: "any" }, event) === undefined;
}

/** Why the trigger does not care for an event; undefined when it does. */
export function unwanted({ on }: Pick<TriggerSpec, "on">, event: TriggerEvent): string | undefined {
  if (event.kind === "run") return undefined;
  if (event.kind === "blobBatch")
    return on.blobCreated?.quietWindow === undefined ? "the trigger has no quiet window" : undefined;
  const member = event.kind === "sweepCompleted" ? "jobCompleted" : event.kind;
  if (!(member in on)) return `the trigger waits for ${Object.keys(on).join()}, not for ${event.kind}`;
  if (event.kind === "blobCreated" && on.blobCreated !== undefined) {
    const { path, minSizeBytes = 0, maxSizeBytes = Number.POSITIVE_INFINITY } = on.blobCreated;
    if (pathPattern(path).match(event.name) === undefined) return `the blob's name does not match ${path}`;
    if (event.size < minSizeBytes || event.size > maxSizeBytes)
      return `the blob has ${event.size} bytes, which the trigger's limits leave out`;
  }
  return on.jobCompleted === undefined ? undefined : unwantedEnd(on.jobCompleted, event);
}

function unwantedEnd(
  waited: NonNullable<TriggerSpec["on"]["jobCompleted"]>,
  event: TriggerEvent,
): string | undefined {
  if (event.kind !== "jobCompleted" && event.kind !== "sweepCompleted") return undefined;
  const [what, name] = event.kind === "sweepCompleted" ? ["sweep", event.sweep] : ["job", event.job];
  const waitsFor = waited.sweep === undefined ? "job" : "sweep";
  if (what !== waitsFor) return `the trigger waits for ends of ${waitsFor}s, not of ${what}s`;
  const pattern = waited[waitsFor];
  if (waited.experiment.toLowerCase() !== event.experiment.toLowerCase())
    return `the ${what} is of another experiment`;
  if (pattern !== undefined && pathPattern(pattern).match(name) === undefined)
    return `the ${what}'s name does not match ${pattern}`;
  if (waited.outcome !== "any" && waited.outcome !== event.state)
    return `the ${what} ${event.state}; the trigger waits for ${waited.outcome}`;
  return undefined;
}
