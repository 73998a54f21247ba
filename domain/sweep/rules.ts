// What happens to a sweep document: created, put again, terminated, resumed, extended, some trials retried, brought up to date,
// ended. Pure; the caller writes.
import { withPriceOf } from "./budget.ts";
import type { BatchAIError } from "../shared/batch-ai-error.ts";
import { timestamp } from "../shared/brand.ts";
import type { Guid } from "../shared/brand.ts";
import { AppError } from "../shared/errors.ts";
import type { SweepRef } from "../shared/resource-id.ts";
import type { MadeBy } from "../shared/made-by.ts";
import type { StartedBy } from "../shared/started-by.ts";
import type { Tags } from "../shared/tags.ts";
import { sameContent } from "../shared/same-content.ts";
import type { EndReason } from "./advance.ts";
import { isSweepOver, nextSweepState } from "./machine.ts";
import type { SweepExecutionState } from "./machine.ts";
import type { SweepDocument, SweepSummary } from "./schema.ts";
import { checkSpec } from "./spec-rules.ts";
import type { Limits, SweepSpec } from "./spec.ts";
import type { StoppingPolicy } from "./stopping/policy.ts";
import { longestSweepName } from "./trial.ts";

const nothingYet: SweepSummary = { total: 0, counts: {}, spent: 0, committed: 0, warnings: [] };

/** @throws AppError InvalidResourceName for a name that leaves no room for those of its jobs. */
export function newSweep(
  ref: SweepRef,
  guid: Guid,
  content: {
    readonly spec: SweepSpec;
    readonly template: Readonly<Record<string, unknown>>;
    readonly tags?: Tags | undefined;
    readonly startedBy?: StartedBy | undefined;
    readonly madeBy?: MadeBy | undefined;
  },
  now: Date,
): SweepDocument {
  if (ref.sweep.length > longestSweepName)
    throw new AppError(
      "InvalidResourceName",
      `The sweep name '${ref.sweep}' is too long: use at most ${longestSweepName} characters, because the names of its jobs begin with it.`,
      { target: "sweep" },
    );
  const at = timestamp(now);
  return {
    ...ref,
    guid,
    spec: content.spec,
    template: content.template,
    ...(content.tags === undefined ? {} : { tags: content.tags }),
    ...(content.startedBy === undefined ? {} : { startedBy: content.startedBy }),
    ...(content.madeBy === undefined ? {} : { madeBy: content.madeBy }),
    creationTime: at,
    provisioningState: "succeeded",
    provisioningStateTransitionTime: at,
    executionState: "running",
    executionStateTransitionTime: at,
    startTime: at,
    errors: [],
    requests: 0,
    unwanted: [],
    retries: [],
    failuresForgiven: 0,
    summary: nothingYet,
  };
}

/** A PUT on an existing sweep: the same content changes nothing, and a seed that was drawn or a price that was looked up is the same as none. */
export function putSweepAgain(
  document: SweepDocument,
  asked: {
    readonly spec: SweepSpec;
    readonly template: Readonly<Record<string, unknown>>;
    readonly seedGiven: boolean;
    readonly priceGiven: boolean;
    readonly tags?: Tags | undefined;
  },
): SweepDocument {
  if (document.provisioningState === "deleting")
    throw new AppError("Conflict", `sweep '${document.sweep}' is being deleted; create it again afterwards`);
  const { seed } = document.spec.algorithm;
  const seeded = asked.seedGiven
    ? asked.spec
    : { ...asked.spec, algorithm: { ...asked.spec.algorithm, seed } };
  const spec =
    asked.priceGiven || seeded.budget === undefined
      ? seeded
      : { ...seeded, budget: withPriceOf(seeded.budget, document.spec.budget) };
  if (
    document.requests === 0 &&
    sameContent(spec, document.spec) &&
    sameContent(asked.template, document.template) &&
    (asked.tags === undefined || sameContent(asked.tags, document.tags))
  )
    return document;
  throw new AppError(
    "Conflict",
    `sweep '${document.sweep}' exists with other content; change or extend it, delete it first, or choose another name`,
  );
}

export function terminatingSweep(document: SweepDocument, now: Date): SweepDocument {
  if (document.executionState !== "running") return document;
  return moved({ ...document, requests: document.requests + 1 }, "terminating", now);
}

/** Goes on after its end with what its limits leave. */
export function resumedSweep(document: SweepDocument, now: Date): SweepDocument {
  refuseDeleting(document);
  if (document.executionState === "running") return document;
  if (document.executionState === "terminating")
    throw new AppError("InvalidState", `sweep '${document.sweep}' is ending; resume it when it has ended`);
  return begunAgain(document, now);
}

export interface Extension {
  readonly limits?: Partial<Limits> | undefined;
  /** Null: no policy from now on. */
  readonly stopping?: StoppingPolicy | null | undefined;
  readonly budget?: SweepSpec["budget"];
}

/**
 * More trials, more time, more money, another policy for the trials that are not made yet.
 * @throws AppError InvalidRequest, InvalidState
 */
export function extendedSweep(document: SweepDocument, extension: Extension, now: Date): SweepDocument {
  if (document.executionState === "terminating")
    throw new AppError("InvalidState", `sweep '${document.sweep}' is ending; extend it when it has ended`);
  return begunAgain({ ...document, spec: specWith(document, extension) }, now);
}

/**
 * Other limits, another policy from now on, other tags; a sweep that has ended does not go on by that.
 * @throws AppError InvalidRequest
 */
export function patchedSweep(
  document: SweepDocument,
  { tags, extension }: { readonly tags?: Tags | undefined; readonly extension?: Extension | undefined },
): SweepDocument {
  const spec = specWith(document, extension ?? {});
  const next = { ...document, spec, ...(tags === undefined ? {} : { tags }) };
  // A look that is under way has seen the limits of before: what it thinks is the end may be none.
  return sameContent(next, document) ? document : { ...next, requests: document.requests + 1 };
}

function specWith(document: SweepDocument, extension: Extension): SweepSpec {
  refuseDeleting(document);
  const { spec } = document;
  const limits = { ...spec.limits, ...extension.limits };
  const made = document.summary.total;
  if (limits.maxTrials < made)
    throw new AppError(
      "InvalidRequest",
      `properties.limits.maxTrials: is ${limits.maxTrials}, and ${made} trials are made; give at least as many`,
      { target: "properties.limits.maxTrials" },
    );
  const next: SweepSpec = {
    ...spec,
    limits,
    ...(extension.budget === undefined ? {} : { budget: extension.budget }),
    policies: policiesWith(spec.policies, extension.stopping, made),
  };
  checkSpec(next);
  return next;
}

/** From the trial after the newest one on: those that are under way keep their policy. */
function policiesWith(
  policies: SweepSpec["policies"],
  stopping: Extension["stopping"],
  fromTrial: number,
): SweepSpec["policies"] {
  if (stopping === undefined) return policies;
  const kept = policies.filter((era) => era.fromTrial < fromTrial);
  return [...kept, { fromTrial, ...(stopping === null ? {} : { policy: stopping }) }];
}

/** @param trials with the attempt that failed, so that asking twice is asking once. */
export function retriedTrials(
  document: SweepDocument,
  trials: SweepDocument["retries"],
  now: Date,
): SweepDocument {
  refuseDeleting(document);
  if (document.executionState === "terminating")
    throw new AppError(
      "InvalidState",
      `sweep '${document.sweep}' is ending; retry its trials when it has ended`,
    );
  const known = new Set(document.retries.map(({ trial, attempt }) => `${trial} ${attempt}`));
  const fresh = trials.filter(({ trial, attempt }) => !known.has(`${trial} ${attempt}`));
  if (fresh.length === 0) return document;
  // Whoever wants them again does not want them ended any more.
  const again = new Set(fresh.map(({ trial }) => trial));
  const unwanted = document.unwanted.filter((trial) => !again.has(trial));
  return begunAgain({ ...document, unwanted, retries: [...document.retries, ...fresh] }, now);
}

export function withoutTrial(document: SweepDocument, trial: number): SweepDocument {
  if (document.unwanted.includes(trial)) return document;
  return { ...document, requests: document.requests + 1, unwanted: [...document.unwanted, trial] };
}

function begunAgain(document: SweepDocument, now: Date): SweepDocument {
  const { endTime: _, endReason: __, ...kept } = document;
  const asked = { ...kept, errors: [], requests: document.requests + 1 };
  if (document.executionState === "running") return asked;
  const failed = document.summary.counts.failed ?? 0;
  return moved({ ...asked, startTime: timestamp(now), failuresForgiven: failed }, "running", now);
}

function moved(document: SweepDocument, to: SweepExecutionState, now: Date): SweepDocument {
  return {
    ...document,
    executionState: nextSweepState(document.executionState, to, document.sweep),
    executionStateTransitionTime: timestamp(now),
  };
}

export function summarisedSweep(document: SweepDocument, summary: SweepSummary): SweepDocument {
  return sameContent(document.summary, summary) ? document : { ...document, summary };
}

/** Unless somebody asked something meanwhile: then it goes on. */
export function endedSweep(
  document: SweepDocument,
  end: { readonly reason: EndReason; readonly requests: number; readonly errors: readonly BatchAIError[] },
  now: Date,
): SweepDocument {
  if (isSweepOver(document.executionState) || document.requests !== end.requests) return document;
  return {
    ...moved(document, end.errors.length > 0 ? "failed" : "succeeded", now),
    endTime: timestamp(now),
    endReason: end.reason,
    errors: [...end.errors],
  };
}

function refuseDeleting({ sweep, provisioningState }: SweepDocument): void {
  if (provisioningState === "deleting") throw new AppError("Conflict", `sweep '${sweep}' is being deleted`);
}
