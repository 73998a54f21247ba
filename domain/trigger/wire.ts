// The trigger and its firings as clients see them.
import { z } from "zod";
import { restartsWire } from "../workflow/wire.ts";
import { formatId, resourceType, workspaceOf } from "../shared/resource-id.ts";
import type { TriggerRef } from "../shared/resource-id.ts";
import { named, provisioned, provisionedResponse, resourceResponse, time } from "../shared/wire.ts";
import { decisions, startedOf, startedRef } from "./firing.ts";
import type { Firing, Started } from "./firing.ts";
import { overlaps } from "./schema.ts";
import type { TriggerDocument } from "./schema.ts";

export const WebhookSecretResponse = z
  .looseObject({ url: z.string(), secret: z.string() })
  .meta({ id: "WebhookSecret" });
export type WebhookSecretResponse = z.infer<typeof WebhookSecretResponse>;

export const TriggerResponse = resourceResponse(
  "trigger",
  {
    ...provisionedResponse,
    on: z.looseObject({}),
    parameters: z.record(z.string(), z.unknown()),
    overlap: z.enum(overlaps),
    maxConcurrent: z.int().optional(),
    enabled: z.boolean(),
    paused: z.looseObject({ by: z.string(), at: time(), reason: z.string().optional() }).optional(),
    savedBy: z.string(),
    action: z.looseObject({
      experiment: z.string(),
      cluster: z.looseObject({ name: z.string(), deleteWhenIdleFor: z.string() }).optional(),
      job: z.looseObject({}).optional(),
      sweep: z.looseObject({}).optional(),
    }),
    webhook: WebhookSecretResponse.optional().meta({
      description: "In the answer that makes it a trigger for webhooks, and never again",
    }),
  },
  {},
);
export type TriggerResponse = z.infer<typeof TriggerResponse>;

export function triggerWire(trigger: TriggerDocument) {
  const { spec, enabled, paused, savedBy } = trigger;
  return {
    ...named(trigger),
    properties: {
      ...provisioned(trigger),
      on: spec.on,
      parameters: spec.parameters,
      overlap: spec.overlap,
      ...(spec.overlap === "allow" ? {} : { maxConcurrent: spec.maxConcurrent }),
      enabled,
      ...(paused === undefined ? {} : { paused }),
      savedBy: savedBy.subject,
      action: spec.action,
    },
  };
}

/** With the secret of its webhooks, which is shown once. */
export function withWebhook(
  wire: ReturnType<typeof triggerWire>,
  webhook: WebhookSecretResponse,
): ReturnType<typeof triggerWire> & { readonly properties: { readonly webhook: WebhookSecretResponse } } {
  return { ...wire, properties: { ...wire.properties, webhook } };
}

/** @param origin `https://host`, as clients see it. */
export function webhookWire(origin: string, ref: TriggerRef, secret: string): WebhookSecretResponse {
  const { kind, subscriptionId, resourceGroup, workspace, trigger } = ref;
  const path = formatId({ kind, subscriptionId, resourceGroup, workspace, trigger });
  return { url: `${origin}${path}/webhook`, secret };
}

export const FiringResponse = z
  .looseObject({
    id: z.string(),
    name: z.string(),
    type: z.string(),
    properties: z.looseObject({
      event: z.looseObject({ kind: z.string() }),
      receivedTime: time(),
      decision: z.enum(decisions),
      reason: z.string(),
      decisionTime: time(),
      tries: z.int().min(0),
      duplicates: z.int().min(0),
      job: z.looseObject({ id: z.string() }).optional(),
      sweep: z.looseObject({ id: z.string() }).optional(),
      batch: z.looseObject({ id: z.string() }).optional(),
      outputs: z.record(z.string(), z.unknown()).optional(),
      restarts: z.array(z.looseObject({ id: z.string(), time: time(), by: z.string() })).optional(),
    }),
  })
  .meta({ id: "Firing" });
export type FiringResponse = z.infer<typeof FiringResponse>;

export function firingWire(ref: TriggerRef, firing: Firing) {
  const { event, receivedAt, decision, reason, decidedAt, tries, duplicates, batch, outputs, restarts } =
    firing;
  return {
    id: firingPath(ref, firing.id),
    name: firing.id,
    type: `${resourceType("trigger")}/firings`,
    properties: {
      event,
      receivedTime: receivedAt,
      decision,
      reason,
      decisionTime: decidedAt,
      tries,
      duplicates,
      ...(batch === undefined ? {} : { batch: { id: firingPath(ref, batch) } }),
      ...startedWire(ref, startedOf(firing)),
      ...(outputs === undefined ? {} : { outputs }),
      ...restartsWire(workspaceOf(ref), restarts),
    },
  };
}

const firingPath = (ref: TriggerRef, id: string) => `${formatId(ref)}/firings/${id}`;

function startedWire(
  ref: TriggerRef,
  started: Started | undefined,
): { readonly job?: { readonly id: string }; readonly sweep?: { readonly id: string } } {
  return started === undefined ? {} : { [started.kind]: { id: formatId(startedRef(ref, started)) } };
}
