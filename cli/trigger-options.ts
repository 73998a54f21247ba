// What the commands `trigger …` and `schedule …` have in common. A schedule is a trigger that waits for times: what both can do is one
// command under two names, and `schedule` leaves other triggers alone.
import type { Context } from "./command.ts";
import { CommandError, usageError } from "./failure.ts";
import { required, text } from "./options.ts";
import { exitCodes } from "./output/exit-codes.ts";
import { kindOf } from "./output/trigger-columns.ts";
import { inWorkspace, triggerRef } from "./service.ts";
import type { Service } from "./service.ts";
import { withJobOptions } from "./spec/job-template.ts";
import type { JobGiven } from "./spec/job-template.ts";
import { isObject, readSpec } from "./spec/read-spec.ts";
import type { SpecFile } from "./spec/read-spec.ts";
import { accountOf, storageOptions } from "./spec/storage-options.ts";
import type { TriggerRef } from "../domain/shared/resource-id.ts";
import { TriggerRequest } from "../domain/trigger/schema.ts";

export type Noun = "trigger" | "schedule";

export const ofTrigger = { ...inWorkspace, name: required(text("-n, --name <name>", "its name")) };

/** @throws CommandError when the noun is `schedule` and it waits for something else. */
export async function refOfNoun(
  noun: Noun,
  service: Service,
  given: { readonly workspace: string | undefined },
  name: string,
): Promise<TriggerRef> {
  const ref = triggerRef(service, given, name);
  if (noun === "trigger") return ref;
  const found = await service.client.triggers.get(ref);
  if (kindOf(found) === "schedule") return ref;
  throw new CommandError(
    `'${name}' is no schedule but a trigger for ${kindOf(found)}: \`batchai trigger show -n ${name}\`.`,
    exitCodes.notFound,
  );
}

export const triggerFile = {
  cluster: text(
    "-c, --cluster <name>",
    "cluster of its jobs or trials, by its name or ARM id; before the file's",
  ),
  file: text("-f, --config-file <file>", "trigger.json or .yaml: on, action, overlap, parameters"),
  ...storageOptions,
};

/** The trigger that a file describes, its jobs or trials on the cluster and with the mounts that options name. */
export async function triggerSpec(
  service: Service,
  given: JobGiven & { readonly file: string },
  context: Context,
): Promise<SpecFile> {
  const account = accountOf(given, service);
  const { properties, sending } = await readSpec(given.file, context, account, TriggerRequest);
  const { action } = properties;
  const asJob = (job: Json) => withJobOptions(service, given, account, job);
  const filled = isObject(action) ? await withOptions(action, asJob) : undefined;
  if (filled === undefined)
    throw usageError(
      `${given.file}: expected a template with 'properties' in properties.action.job, or one with properties.trial in properties.action.sweep.`,
    );
  return { sending, properties: { ...properties, action: filled } };
}

type Json = Readonly<Record<string, unknown>>;

/** The job of the template, or that of its sweep's trials, with what options say. Undefined where there is none. */
async function withOptions(action: Json, filled: (job: Json) => Promise<Json>): Promise<Json | undefined> {
  const { job, sweep } = action;
  if (isObject(job) && isObject(job["properties"]))
    return { ...action, job: { ...job, properties: await filled(job["properties"]) } };
  const properties = isObject(sweep) ? sweep["properties"] : undefined;
  const trial = isObject(properties) ? properties["trial"] : undefined;
  if (!isObject(sweep) || !isObject(properties) || !isObject(trial) || !isObject(trial["properties"]))
    return undefined;
  const withTrial = { ...properties, trial: { ...trial, properties: await filled(trial["properties"]) } };
  return { ...action, sweep: { ...sweep, properties: withTrial } };
}
