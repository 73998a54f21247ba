// What a job must have to get the receipt that it asks for, and what is asked for of a job that has one.
import { z } from "zod";
import { locateReadable, stdOutErrPath } from "../job/directories.ts";
import type { JobDocument } from "../job/schema.ts";
import { AppError } from "../shared/errors.ts";
import { isResourceName } from "../shared/names.ts";

/** The same once more, as another job of the experiment. */
export const ReproduceRequest = z.strictObject({
  name: z.string().refine(isResourceName, {
    error: "expected the name of the job that is made: 1 to 64 letters, digits, '-' and '_'",
  }),
  /** True: run also where an input, the image or the size of the nodes is another one by now. */
  allowChanged: z.boolean().default(false),
});

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
