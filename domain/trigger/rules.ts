// What happens to a trigger's document: created, changed, paused. Pure; the caller writes, and keeps the secrets.
import { timestamp } from "../shared/brand.ts";
import type { Guid } from "../shared/brand.ts";
import { AppError } from "../shared/errors.ts";
import type { RefOf } from "../shared/resource-id.ts";
import type { Role } from "../shared/roles.ts";
import { sameContent } from "../shared/same-content.ts";
import { nextFireTime } from "../schedule/fire-times.ts";
import type { SecretValues } from "../shared/secrets.ts";
import { templateOf, withTemplate } from "./action.ts";
import type { Template } from "./action.ts";
import { expressionNames } from "./event.ts";
import { clusterWithoutSecrets, withoutSecrets } from "./template-secrets.ts";
import { expressionsIn } from "./template.ts";
import type { TriggerDocument, TriggerPatch, TriggerRequest, TriggerSpec } from "./schema.ts";

export interface Saver {
  readonly subject: string;
  readonly roles: readonly Role[];
  readonly groups?: readonly string[] | undefined;
}

/** What is stored of a request. @throws AppError InvalidRequest that names the field. */
export function triggerSpec(
  { properties }: TriggerRequest,
  now: Date,
): {
  readonly spec: TriggerSpec;
  readonly secrets: SecretValues;
} {
  const { on, parameters, action, maxConcurrent } = properties;
  const overlap = properties.overlap ?? (on.schedule === undefined ? "allow" : "skip");
  if (overlap === "allow" && maxConcurrent !== undefined)
    throw refused(
      "maxConcurrent",
      "is for overlap 'skip', 'queue' or 'replace'; leave it out, or say one of them",
    );
  if (on.schedule !== undefined && nextFireTime(on.schedule, now.getTime() - 1) === undefined)
    throw refused("on.schedule", "never fires: no fire time lies before its end");
  const asked = templateOf(action);
  const { template, secrets } = withoutSecrets(asked.body);
  const made = action.cluster === undefined ? undefined : clusterWithoutSecrets(action.cluster);
  const spec: TriggerSpec = {
    on,
    parameters,
    overlap,
    maxConcurrent: maxConcurrent ?? 1,
    action: withTemplate(
      { experiment: action.experiment, cluster: made?.cluster },
      { kind: asked.kind, body: template as Template["body"] },
    ),
  };
  const known = expressionNames(spec);
  const unknown = expressionsIn(asked.body).find(({ name }) => !known.includes(name));
  if (unknown !== undefined)
    throw refused(
      `action.${asked.kind}.${unknown.path}`,
      `'{${unknown.name}}' is no value of this trigger; it has ${known.map((name) => `{${name}}`).join(", ")}. ` +
        `Write {{${unknown.name}}} for the text itself`,
    );
  return { spec, secrets: new Map([...secrets, ...(made?.secrets ?? [])]) };
}

function refused(field: string, what: string): AppError {
  return new AppError("InvalidRequest", `properties.${field}: ${what}`, { target: `properties.${field}` });
}

export interface Saving {
  readonly request: TriggerRequest;
  readonly spec: TriggerSpec;
  readonly by: Saver;
  readonly version: Guid;
  readonly now: Date;
}

export function newTrigger(ref: RefOf<"trigger">, guid: Guid, saving: Saving): TriggerDocument {
  const at = timestamp(saving.now);
  return {
    ...ref,
    guid,
    version: saving.version,
    spec: saving.spec,
    ...enabledOr(saving, undefined),
    savedBy: savedBy(saving),
    since: at,
    creationTime: at,
    provisioningState: "succeeded",
    provisioningStateTransitionTime: at,
  };
}

/** Another PUT: whoever saves it last answers for it. @throws AppError Conflict while it is being deleted. */
export function savedTrigger(trigger: TriggerDocument, saving: Saving): TriggerDocument {
  const { version: _, ...told } = alive(trigger);
  const isSame = sameContent(trigger.spec, saving.spec);
  const { paused: __, ...rest } = told;
  return {
    ...rest,
    ...enabledOr(saving, trigger),
    spec: saving.spec,
    version: isSame ? trigger.version : saving.version,
    since: isSame ? trigger.since : timestamp(saving.now),
    savedBy: savedBy(saving),
  };
}

function savedBy({ by: { subject, roles, groups = [] } }: Saving): TriggerDocument["savedBy"] {
  return { subject, roles: [...roles], ...(groups.length === 0 ? {} : { groups: [...groups] }) };
}

function enabledOr({ request, by, now }: Saving, before: TriggerDocument | undefined) {
  const { enabled } = request.properties;
  if (enabled) return { enabled };
  return { enabled, paused: before?.paused ?? { by: by.subject, at: timestamp(now) } };
}

/** @throws AppError Conflict while it is being deleted. */
export function patchedTrigger(
  trigger: TriggerDocument,
  { properties: { enabled, reason } }: TriggerPatch,
  by: string,
  now: Date,
): TriggerDocument {
  const { paused: _, ...rest } = alive(trigger);
  if (enabled) return { ...rest, enabled };
  return {
    ...rest,
    enabled,
    paused: { by, at: timestamp(now), ...(reason === undefined ? {} : { reason }) },
  };
}

function alive(trigger: TriggerDocument): TriggerDocument {
  if (trigger.provisioningState !== "deleting") return trigger;
  throw new AppError("Conflict", `trigger '${trigger.trigger}' is being deleted; create it again afterwards`);
}
