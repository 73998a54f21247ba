// Firing: what became of one event of a trigger. Every event and every fire time has one, and each firing one decision.
import { z } from "zod";
import type { JobRef, SweepRef, TriggerRef, WorkspaceRef } from "../shared/resource-id.ts";
import { startedKinds } from "./action.ts";
import type { StartedKind } from "./action.ts";
import { TriggerEvent } from "./event.ts";
import { overlaps } from "./schema.ts";

/** `waiting`: nothing is decided, or it is tried again; `batched`: it is part of another firing, which has its own decision. */
export const decisions = [
  "waiting",
  "started",
  "queued",
  "skipped",
  "duplicate",
  "failed",
  "replayed",
  "batched",
] as const;
export type Decision = (typeof decisions)[number];

const Name = z.object({ experiment: z.string(), name: z.string() });

const StartedShape = Name.extend({ kind: z.enum(startedKinds) });

export const Firing = z.object({
  /** Derived from the trigger and the event, so that the same event cannot have two. */
  id: z.string(),
  event: TriggerEvent,
  receivedAt: z.string(),
  decision: z.enum(decisions),
  /** A sentence. */
  reason: z.string(),
  decidedAt: z.string(),
  /** How often its job or sweep could not be made. */
  tries: z.int().min(0),
  /** Name of the job that it starts, in the experiment of the trigger at that time. */
  job: Name.optional(),
  /** Of the sweep, where it starts one. */
  sweep: Name.optional(),
  /** The job or the sweep is there. */
  submitted: z.boolean(),
  /** Instead of the trigger's own. */
  overlap: z.enum(overlaps).optional(),
  /** Somebody wants it though it was skipped or failed. */
  replayed: z.boolean().optional(),
  /** Of a schedule: later fire times had passed, too, when this one was looked at. */
  superseded: z.boolean().optional(),
  /** It waits for others, to be in one batch with them. */
  gathering: z.boolean().optional(),
  /** The firing of the batch that it is in. */
  batch: z.string().optional(),
  /** What the job or the sweep before handed over, by the names of expressions: kept for a restart. */
  outputs: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
  /** Restarts of what it started, the oldest first, each with what had failed. */
  restarts: z
    .array(z.object({ id: z.string(), at: z.string(), by: z.string(), from: StartedShape.optional() }))
    .optional(),
  /** How often the same event was told again. */
  duplicates: z.int().min(0),
  /** Names the delivery, so that the same one, read again after a crash, is no duplicate. */
  delivery: z.string().optional(),
});
export type Firing = z.infer<typeof Firing>;

/** Nothing more becomes of it by itself. */
export function isSettled({ decision, submitted }: Firing): boolean {
  if (decision === "started" || decision === "replayed") return submitted;
  return decision !== "waiting" && decision !== "queued";
}

/** What it starts, or started. */
export interface Started {
  readonly kind: StartedKind;
  readonly experiment: string;
  readonly name: string;
}

export function startedOf({ job, sweep }: Pick<Firing, StartedKind>): Started | undefined {
  if (sweep !== undefined) return { kind: "sweep", ...sweep };
  return job === undefined ? undefined : { kind: "job", ...job };
}

export function startedRef(
  of: TriggerRef | WorkspaceRef,
  { kind, experiment, name }: Started,
): JobRef | SweepRef {
  const { subscriptionId, resourceGroup, workspace } = of;
  const place = { subscriptionId, resourceGroup, workspace, experiment };
  return kind === "sweep" ? { kind, ...place, sweep: name } : { kind, ...place, job: name };
}

/** The firing with another start, or none. */
export function withStarted(firing: Firing, started?: Started): Firing {
  const { job: _, sweep: __, ...rest } = firing;
  if (started === undefined) return rest;
  const { kind, experiment, name } = started;
  return { ...rest, [kind]: { experiment, name } };
}

/** It was decided to start something, which may not be there yet. */
export function isStartMissing({ decision, submitted }: Firing): boolean {
  return (decision === "started" || decision === "replayed") && !submitted;
}

export const mostTries = 5;

/** How long after a failed try the next one comes. */
export function retryDelayMs(tries: number): number {
  return 15_000 * 2 ** (tries - 1);
}
