// A workflow: jobs and sweeps of which each but the first was started by a trigger at the end of another. Its rows say what belongs
// together; what became of each step is told by the ledger and by the job or sweep itself.
import { z } from "zod";
import type { JobDocument } from "../job/schema.ts";
import type { SweepDocument } from "../sweep/schema.ts";
import { startedKinds } from "../trigger/action.ts";

export const WorkflowRoot = z.object({
  /** The firing that started its first job or sweep; the GUID of one that no trigger started. */
  id: z.string(),
  /** When the first job or sweep was made (ISO 8601). */
  receivedAt: z.string(),
  /** The first one. */
  kind: z.enum(startedKinds),
  experiment: z.string(),
  name: z.string(),
  /** Name of the trigger that started it. */
  trigger: z.string().optional(),
});
export type WorkflowRoot = z.infer<typeof WorkflowRoot>;

export const WorkflowStep = z.object({
  firing: z.string(),
  trigger: z.object({ name: z.string(), guid: z.string() }),
  /** The step before: its firing, or the id of the workflow. */
  after: z.string(),
  receivedAt: z.string(),
});
export type WorkflowStep = z.infer<typeof WorkflowStep>;

type Ended = Pick<JobDocument | SweepDocument, "guid" | "startedBy">;

export function workflowOf({ guid, startedBy }: Ended): string {
  return startedBy?.workflow ?? stepOf({ guid, startedBy });
}

/** The step that a job or a sweep is, or, of a trial, that its sweep is. */
export function stepOf({ guid, startedBy }: Ended): string {
  return startedBy?.firing ?? guid;
}

/** What is first in its workflow. */
export function isRoot({ startedBy }: Ended): boolean {
  return startedBy?.workflow === undefined;
}
