// What a job must have to get the receipt that it asks for.
import { locateReadable, stdOutErrPath } from "../job/directories.ts";
import type { JobDocument } from "../job/schema.ts";
import { AppError } from "../shared/errors.ts";

/** @throws AppError InvalidRequest */
export function checkReceipt(job: JobDocument): void {
  const { receipt, inputDirectories } = job.spec;
  if (receipt === undefined) return;
  const refuse = (target: string, why: string): never => {
    throw new AppError("InvalidRequest", `${target}: ${why}`, { target });
  };
  for (const [index, id] of (receipt.inputs ?? []).entries())
    if (!inputDirectories.some((directory) => directory.id === id))
      refuse(`properties.receipt.inputs[${index}]`, `the job has no input directory '${id}'`);
  if (locateReadable(job, stdOutErrPath(job)) === undefined)
    refuse(
      "properties.receipt",
      "what it is made of is kept beside the logs; let stdOutErrPathPrefix lie on a mounted file share or container",
    );
}
