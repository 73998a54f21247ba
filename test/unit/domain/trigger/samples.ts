// A trigger that the tests of this folder start from.
import { guid } from "../../../../domain/shared/brand.ts";
import { parse } from "../../../../domain/shared/parse.ts";
import type { TriggerRef } from "../../../../domain/shared/resource-id.ts";
import { newTrigger, triggerSpec } from "../../../../domain/trigger/rules.ts";
import { TriggerRequest } from "../../../../domain/trigger/schema.ts";
import type { TriggerDocument } from "../../../../domain/trigger/schema.ts";
import { clusterGuid, jobBody, jobGuid, now, workspace } from "../samples.ts";

export const triggerRef: TriggerRef = { ...workspace, kind: "trigger", trigger: "nightly" };

export const everyNight = { on: { schedule: { cron: "0 2 * * *" } } };

export function triggerRequest(properties: object = everyNight, job: object = {}): TriggerRequest {
  return parse(TriggerRequest, {
    properties: { action: { experiment: "digits", job: jobBody(job) }, ...properties },
  });
}

export function trigger(properties: object = everyNight, job: object = {}): TriggerDocument {
  const request = triggerRequest(properties, job);
  const { spec } = triggerSpec(request, now);
  const by = { subject: "ada", roles: ["submitter"] as const };
  return newTrigger(triggerRef, jobGuid, { request, spec, by, version: guid(clusterGuid), now });
}
