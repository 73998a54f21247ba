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
  cluster: text("-c, --cluster <name>", "cluster of its jobs, by its name or ARM id; before the file's"),
  file: text("-f, --config-file <file>", "trigger.json or .yaml: on, action, overlap, parameters"),
  ...storageOptions,
};

/** The trigger that a file describes, its jobs on the cluster and with the mounts that options name. */
export async function triggerSpec(
  service: Service,
  given: JobGiven & { readonly file: string },
  context: Context,
): Promise<SpecFile> {
  const account = accountOf(given, service);
  const { properties, sending } = await readSpec(given.file, context, account, TriggerRequest);
  const { action } = properties;
  const job = isObject(action) ? action["job"] : undefined;
  if (!isObject(action) || !isObject(job) || !isObject(job["properties"]))
    throw usageError(
      `${given.file}: expected a job as template in properties.action.job, with 'properties'.`,
    );
  const filled = await withJobOptions(service, given, account, job["properties"]);
  return {
    sending,
    properties: { ...properties, action: { ...action, job: { ...job, properties: filled } } },
  };
}
