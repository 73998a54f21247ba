// The receipt of a job: what it was made of and what it left, with digests, from what its node recorded beside the logs.
import { isFinished } from "../domain/job/machine.ts";
import type { JobDocument } from "../domain/job/schema.ts";
import { parseRecord, recordName } from "../domain/receipt/record.ts";
import { receiptOf } from "../domain/receipt/statement.ts";
import type { ReceiptResponse } from "../domain/receipt/wire.ts";
import { AppError } from "../domain/shared/errors.ts";
import type { JobRef } from "../domain/shared/resource-id.ts";
import { sha256 } from "../services/content-digest.ts";
import type { Services } from "../services/services.ts";
import { existing } from "./existing.ts";
import { openPlace } from "./job-files.ts";

const partBytes = 4 * 1024 * 1024;
/** A line has some 100 bytes. */
const mostBytes = 64 * 1024 * 1024;

/** @throws AppError JobNotFound; InvalidState where there is none, or not yet, with the reason. */
export async function jobReceipt(services: Services, ref: JobRef): Promise<ReceiptResponse> {
  const job = await existing(services, ref);
  const none = (why: string) => new AppError("InvalidState", `The job '${job.job}' has no receipt: ${why}`);
  if (job.spec.receipt === undefined)
    throw none(`it was not asked for; create a job with "receipt": {} in its properties.`);
  if (!isFinished(job.executionState)) throw none("it has not ended yet.");
  const text = await recordOf(services, job);
  const record = text === undefined ? undefined : parseRecord(text);
  if (record === undefined)
    throw none(
      "its record is not complete. The node did not come to the end of it, or the name of a file has a line end; see execution.log of the job.",
    );
  if (record.guid !== job.guid || record.attempt !== job.attempt)
    throw none(
      `its last attempt, ${job.attempt}, did not come to its end; what is there is of attempt ${record.attempt}.`,
    );
  return receiptOf(job, record, sha256);
}

async function recordOf(services: Services, job: JobDocument): Promise<string | undefined> {
  const place = await openPlace(services, job, "stdouterr", ".");
  const parts: Uint8Array[] = [];
  for (let offset = 0; offset < mostBytes; offset += partBytes) {
    const part = await services.outputFiles.read(place, recordName, { offset, maxBytes: partBytes });
    if (part === undefined) return undefined;
    parts.push(part);
    if (part.length < partBytes) return Buffer.concat(parts).toString();
  }
  return undefined;
}
