// What can be done with a trigger: save, pause, and look ahead. What becomes of its events is in firings.ts and trigger-runs.ts.
import type { Who } from "../../domain/access/held.ts";
import { newJob } from "../../domain/job/rules.ts";
import type { ClusterDocument } from "../../domain/cluster/schema.ts";
import { nextFireTime } from "../../domain/schedule/fire-times.ts";
import { guid } from "../../domain/shared/brand.ts";
import { AppError } from "../../domain/shared/errors.ts";
import { parseClusterId, refOf, workspaceOf } from "../../domain/shared/resource-id.ts";
import type { TriggerRef } from "../../domain/shared/resource-id.ts";
import type { SecretSources } from "../../domain/shared/secrets.ts";
import type { JobRequest } from "../../domain/job/schema.ts";
import type { SweepRequest } from "../../domain/sweep/spec.ts";
import { templateOf, withTemplate } from "../../domain/trigger/action.ts";
import type { ActionSpec, Template } from "../../domain/trigger/action.ts";
import type { TriggerEvent } from "../../domain/trigger/event.ts";
import { sampleOutputs } from "../../domain/trigger/job-outputs.ts";
import { pathPattern } from "../../domain/trigger/path-pattern.ts";
import { newTrigger, patchedTrigger, savedTrigger, triggerSpec } from "../../domain/trigger/rules.ts";
import type { Saving } from "../../domain/trigger/rules.ts";
import type {
  TriggerDocument,
  TriggerPatch,
  TriggerRequest,
  TriggerSpec,
} from "../../domain/trigger/schema.ts";
import { clusterWithSecrets, withSecrets } from "../../domain/trigger/template-secrets.ts";
import type { Services } from "../../services/services.ts";
import { newWebhookSecret } from "../../services/webhook-signatures.ts";
import { demandCluster, groupsOn } from "../access.ts";
import { changeBy } from "../caller.ts";
import type { Caller } from "../caller.ts";
import { existing, notFound, open, refuseOrphan } from "../existing.ts";
import { sampleCluster } from "../on-demand-clusters.ts";
import { preparedSweep } from "../sweeps/request.ts";
import { renderedAction } from "./rendered.ts";
import { experimentOf } from "./submit-firing.ts";
import { webhookSecret } from "./webhooks.ts";

/** A trigger acts with somebody's rights. */
export interface Saver extends Caller {
  readonly who: Who;
}

export interface SavedTrigger {
  readonly trigger: TriggerDocument;
  /** Shown this once: of a trigger that waits for webhooks and did not before. */
  readonly webhookSecret?: string;
}

/** Creates the trigger, or replaces what it waits for and does. @throws AppError that names the field at fault. */
export async function saveTrigger(
  services: Services,
  caller: Saver,
  ref: TriggerRef,
  request: TriggerRequest,
): Promise<SavedTrigger> {
  await open(services, workspaceOf(ref));
  const { saving, draft, secrets } = await drafted(services, caller, ref, request);
  await checkTemplate(services, caller, {
    ...draft,
    spec: { ...draft.spec, action: restored(draft.spec, secrets) },
  });
  const before = await services.state.triggers.get(ref);
  // What is planned and kept for a version that never comes to be is dropped when it is found.
  const changes = before === undefined ? draft : savedTrigger(before, saving);
  const owner = before?.guid ?? draft.guid;
  const fresh = await keepSecrets(services, owner, draft.spec, secrets);
  if (changes.version !== before?.version) await plan(services, { ...changes, guid: owner });
  const saved =
    before === undefined
      ? await create(services, caller, draft)
      : await services.state.triggers.update(
          ref,
          (current) => savedTrigger(current, saving),
          () => changeBy(services, caller, "saved"),
        );
  if (before !== undefined && saved?.version !== before.version) await unwatch(services, before);
  if (saved === undefined || saved.guid !== owner)
    throw new AppError(
      "Conflict",
      `The trigger ${ref.trigger} was created or deleted meanwhile; save it again.`,
    );
  return { trigger: saved, ...(fresh === undefined ? {} : { webhookSecret: fresh }) };
}

/** @returns the secret of its webhooks where it is new. */
async function keepSecrets(
  services: Services,
  owner: string,
  { on }: TriggerSpec,
  secrets: SecretSources,
): Promise<string | undefined> {
  if (on.webhook === undefined) {
    await (secrets.size === 0 ? services.secrets.remove(owner) : services.secrets.put(owner, secrets));
    return undefined;
  }
  const before = (await services.secrets.get(owner)).get(webhookSecret);
  const fresh = before === undefined ? newWebhookSecret(services.random) : undefined;
  await services.secrets.put(owner, new Map([...secrets, [webhookSecret, fresh ?? before ?? ""]]));
  return fresh;
}

async function create(services: Services, caller: Caller, draft: TriggerDocument): Promise<TriggerDocument> {
  const ref = refOf<"trigger">(draft);
  const made = await services.state.triggers.create(ref, draft, changeBy(services, caller, "created"));
  if (made.created) await refuseOrphan(services, ref, made.document);
  return made.document;
}

async function drafted(services: Services, caller: Saver, ref: TriggerRef, request: TriggerRequest) {
  const now = new Date(services.clock.now());
  const { spec, secrets } = triggerSpec(request, now);
  const { subject, roles } = caller.who;
  const groups = await groupsOn(services, caller.who, experimentOf(ref, spec));
  const by = { subject, roles, groups };
  const saving: Saving = { request, spec, by, version: guid(services.random.uuid()), now };
  return { saving, secrets, draft: newTrigger(ref, guid(services.random.uuid()), saving) };
}

/** As if it were saved, for a look at what it would do. @throws AppError */
export async function draftTrigger(
  services: Services,
  caller: Saver,
  ref: TriggerRef,
  request: TriggerRequest,
): Promise<TriggerDocument> {
  const { draft, secrets } = await drafted(services, caller, ref, request);
  return { ...draft, spec: { ...draft.spec, action: restored(draft.spec, secrets) } };
}

function restored({ action }: TriggerSpec, secrets: ReadonlyMap<string, unknown>): ActionSpec {
  const { kind, body } = templateOf(action);
  const cluster =
    action.cluster === undefined
      ? undefined
      : { ...action.cluster, ...(clusterWithSecrets(action.cluster, secrets) as object) };
  return withTemplate({ ...action, cluster }, { kind, body: withSecrets(body, secrets) as Template["body"] });
}

/** The template as if an event had filled it and the job or the sweep were PUT, which tells everything that is wrong with it. */
async function checkTemplate(services: Services, saver: Saver, trigger: TriggerDocument): Promise<void> {
  const made = trigger.spec.action.cluster;
  const cluster =
    made === undefined
      ? undefined
      : await belowField("properties.action.cluster", () => sampleCluster(services, saver, trigger, made));
  const field = `properties.action.${templateOf(trigger.spec.action).kind}`;
  await belowField(field, async () => {
    const outputs = sampleOutputs(trigger.spec.on.jobCompleted?.outputs ?? {});
    const sample = { id: "0".repeat(20), event: sampleEvent(trigger.spec) };
    const rendered = await renderedAction(services, trigger, sample, outputs);
    await (rendered.kind === "sweep"
      ? checkSweep(services, saver, trigger, { request: rendered.request, cluster })
      : checkJob(services, saver, trigger, { request: rendered.request, cluster }));
  });
}

interface Checked<Request> {
  readonly request: Request;
  /** That the trigger makes, where it makes one. */
  readonly cluster: ClusterDocument | undefined;
}

async function belowField<Result>(field: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const target = error.target === undefined ? field : `${field}.${error.target}`;
    throw new AppError(error.code, `${field}: ${error.message}`, { target, details: error.details });
  }
}

async function checkJob(
  services: Services,
  { who }: Saver,
  trigger: TriggerDocument,
  { request, cluster: made }: Checked<JobRequest>,
): Promise<void> {
  const clusterId = parseClusterId(request.properties.cluster.id);
  await demandCluster(services, who, refOf<"trigger">(trigger), clusterId);
  const cluster = made ?? (await services.state.clusters.get(clusterId));
  if (cluster === undefined) throw notFound(clusterId);
  const ref = { ...experimentOf(trigger, trigger.spec), kind: "job", job: "sample" } as const;
  newJob(ref, guid(services.random.uuid()), request, cluster, new Date(services.clock.now()));
}

async function checkSweep(
  services: Services,
  { who }: Saver,
  trigger: TriggerDocument,
  { request, cluster }: Checked<SweepRequest>,
): Promise<void> {
  const ref = { ...experimentOf(trigger, trigger.spec), kind: "sweep", sweep: "sample" } as const;
  // Files that a parameter chooses from are looked for when the sweep is made: they may be what the event brings.
  await preparedSweep(services, who, ref, request, { files: "later", cluster });
}

function sampleEvent({ on }: TriggerSpec): TriggerEvent {
  const nameFor = (pattern: string) => pattern.replaceAll(/\{(\w+)\*?\}/g, "1");
  if (on.blobCreated !== undefined) {
    const blob = { name: nameFor(on.blobCreated.path), etag: "0x1", size: 1 };
    return on.blobCreated.quietWindow === undefined
      ? { kind: "blobCreated", ...blob }
      : { kind: "blobBatch", id: "1", blobs: [blob] };
  }
  if (on.jobCompleted !== undefined) {
    const { experiment, job = "sample", sweep } = on.jobCompleted;
    if (sweep !== undefined) {
      const best = { trial: 0, job: "sample_0", value: 1 };
      const ended = { experiment, sweep: nameFor(sweep), guid: "1", endTime: "2026-01-01T00:00:00.000Z" };
      return { kind: "sweepCompleted", ...ended, state: "succeeded", best, depth: 0 };
    }
    const common = { experiment, job: nameFor(job), guid: "1", exitCode: 0, depth: 0 } as const;
    return { kind: "jobCompleted", state: "succeeded", ...common };
  }
  if (on.webhook !== undefined) return { kind: "webhook", id: "1", text: "" };
  return on.queueMessage === undefined
    ? { kind: "schedule", time: "2026-01-01T00:00:00.000Z" }
    : { kind: "queueMessage", id: "1", text: "" };
}

/** Writes what the version of a trigger has to do first. */
async function plan(services: Services, trigger: TriggerDocument): Promise<void> {
  const { spec, guid: owner, version, since } = trigger;
  const now = services.clock.now();
  const ref = refOf<"trigger">(trigger);
  const common = { trigger: ref, guid: owner, version, since: new Date(now).toISOString() };
  const { schedule, blobCreated, queueMessage } = spec.on;
  if (schedule !== undefined) {
    const next = nextFireTime(schedule, now - 1);
    if (next !== undefined)
      await services.due.add({ ...common, kind: "fireTime", at: new Date(next.at).toISOString() });
  }
  if (blobCreated !== undefined) await services.due.watch(blobCreated.container, common);
  if (blobCreated !== undefined || queueMessage !== undefined)
    await services.due.add({ ...common, kind: "poll", at: common.since, seen: since });
}

async function unwatch(services: Services, before: TriggerDocument): Promise<void> {
  const { blobCreated } = before.spec.on;
  const { guid: owner, version } = before;
  const watcher = { trigger: refOf<"trigger">(before), guid: owner, version };
  if (blobCreated !== undefined) await services.due.unwatch(blobCreated.container, watcher);
}

export async function patchTrigger(
  services: Services,
  caller: Caller,
  ref: TriggerRef,
  patch: TriggerPatch,
): Promise<TriggerDocument> {
  const { enabled, reason } = patch.properties;
  const why = reason === undefined ? "" : `: ${reason}`;
  const now = new Date(services.clock.now());
  const patched = await services.state.triggers.update(
    ref,
    (current) => patchedTrigger(current, patch, caller.actor, now),
    () => changeBy(services, caller, enabled ? "enabled" : `paused${why}`),
  );
  return patched ?? existing(services, ref);
}

/** What begins every name that a pattern of a trigger for blobs matches. */
export function prefixOf({ on }: TriggerSpec): string {
  return on.blobCreated === undefined ? "" : pathPattern(on.blobCreated.path).prefix;
}
