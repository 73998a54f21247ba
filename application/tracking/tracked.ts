// A job of which something was logged from outside its output says so: whoever deletes it must know, and polls of its sweep look.
import type { JobDocument } from "../../domain/job/schema.ts";
import { refOf } from "../../domain/shared/resource-id.ts";
import type { Services } from "../../services/services.ts";

/** Before anything is there. Written once in the life of a job. */
export async function noteTracked({ state }: Pick<Services, "state">, job: JobDocument): Promise<void> {
  if (job.tracked === true) return;
  await state.jobs.update(refOf<"job">(job), (found) =>
    found.guid === job.guid && found.tracked !== true ? { ...found, tracked: true } : found,
  );
}
