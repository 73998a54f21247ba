// What commands for sweeps have in common: which sweep, which trials, in what file it is described.
import type { Context } from "./command.ts";
import { required, text } from "./options.ts";
import { inExperiment } from "./service.ts";
import type { Service } from "./service.ts";
import { isObject, readSpec } from "./spec/read-spec.ts";
import type { SpecFile } from "./spec/read-spec.ts";
import type { JobGiven } from "./spec/job-template.ts";
import { withJobOptions } from "./spec/job-template.ts";
import { accountOf, storageOptions } from "./spec/storage-options.ts";
import { SweepRequest } from "../domain/sweep/spec.ts";
import { usageError } from "./failure.ts";

export const ofSweep = { ...inExperiment, name: required(text("-n, --name <name>", "its name")) };

export const trialQuery = {
  filter: text("--filter <comparisons>", "such as \"state eq 'failed' and params.LR lt 0.1\""),
  orderBy: text("--order-by <field>", 'such as value, "params.LR desc" or metrics.loss.min'),
};

export const sweepFile = {
  cluster: text("-c, --cluster <name>", "cluster of the trials, by its name or ARM id; before the file's"),
  file: required(text("-f, --config-file <file>", "sweep.json or .yaml")),
  ...storageOptions,
};

interface FileGiven extends JobGiven {
  readonly file: string;
}

/** The sweep that a file describes, on the cluster and with the mounts that options name. */
export async function sweepSpec(service: Service, given: FileGiven, context: Context): Promise<SpecFile> {
  const account = accountOf(given, service);
  const { properties, sending } = await readSpec(given.file, context, account, SweepRequest);
  const { trial } = properties;
  if (!isObject(trial) || !isObject(trial["properties"]))
    throw usageError(`${given.file}: expected a job as template in properties.trial, with 'properties'.`);
  const job = await withJobOptions(service, given, account, trial["properties"]);
  return { sending, properties: { ...properties, trial: { ...trial, properties: job } } };
}
