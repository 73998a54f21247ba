// Trigger: request, stored document. A trigger waits for one kind of event and makes a job or a sweep of each, from a template.
// `spec` is what the user asked for with its defaults and without secret values.
import { z } from "zod";
import { Schedule } from "../schedule/schema.ts";
import { ProvisioningState } from "../shared/batch-ai-error.ts";
import { choice, text, wholeNumber } from "../shared/fields.ts";
import { refShape } from "../shared/resource-id.ts";
import { roles } from "../shared/roles.ts";
import { ActionRequest, ActionSpec, resourceName } from "./action.ts";
import { Parameters } from "./event.ts";
import { JobOutputs } from "./job-outputs.ts";
import { readPathPattern } from "./path-pattern.ts";
import { QuietWindow } from "./quiet-window.ts";
import { Webhook } from "./webhook.ts";

const pattern = (what: string) =>
  z
    .string({ error: `expected ${what}` })
    .max(1024, "expected at most 1024 characters")
    .superRefine((value, context) => {
      const read = readPathPattern(value);
      if ("problem" in read) context.addIssue({ code: "custom", message: read.problem });
    });

/** "Naming and referencing containers, blobs, and metadata", "Naming queues and metadata". */
const storageName = (what: string) => {
  const error = `expected the name of ${what}: 3 to 63 lower-case letters, digits and '-'`;
  return z
    .string({ error })
    .regex(/^(?=.{3,63}$)[a-z0-9]+(?:-[a-z0-9]+)*$/, { error })
    .refine((name) => !/^(?:batchai|azure-webjobs)(?:-|$)/.test(name), {
      error:
        "expected another name: those that begin with 'batchai-' or 'azure-webjobs-' are the service's own",
    });
};
const BlobCreated = z
  .object({
    container: storageName("a container of the service's storage account"),
    path: pattern("a path with captures such as 'data/{dataset}/{file}.csv'"),
    minSizeBytes: wholeNumber(0).optional(),
    maxSizeBytes: wholeNumber(0).optional(),
    quietWindow: QuietWindow.optional(),
  })
  .refine(({ minSizeBytes = 0, maxSizeBytes = minSizeBytes }) => minSizeBytes <= maxSizeBytes, {
    path: ["maxSizeBytes"],
    error: "expected at least minSizeBytes",
  });

const On = z
  .object({
    schedule: Schedule.optional(),
    blobCreated: BlobCreated.optional(),
    queueMessage: z.object({ queue: storageName("a queue of the service's storage account") }).optional(),
    jobCompleted: z
      .object({
        experiment: resourceName("an experiment of the workspace"),
        job: pattern("a job's name with captures such as 'train-{run}'").optional(),
        /** Sweeps of that name instead of jobs. */
        sweep: pattern("a sweep's name with captures such as 'search-{run}'").optional(),
        outcome: choice(["succeeded", "failed", "any"]).default("succeeded"),
        outputs: JobOutputs.optional(),
      })
      .refine(({ job, sweep }) => job === undefined || sweep === undefined, {
        path: ["sweep"],
        error: "expected either job or sweep: a trigger hears of the ends of jobs or of sweeps",
      })
      .optional(),
    webhook: Webhook.optional(),
  })
  .superRefine((on, context) => {
    const given = Object.entries(on).filter(([, value]) => value !== undefined);
    if (given.length === 1) return;
    const kinds = "schedule, blobCreated, queueMessage, jobCompleted, webhook";
    const found = given.map(([name]) => name).join(" and ") || "none";
    context.addIssue({ code: "custom", message: `expected exactly one of ${kinds}, got ${found}` });
  });

const shared = {
  on: On,
  /** Values that a message, or whoever runs the trigger, may replace. */
  parameters: Parameters.default({}),
};

/** What becomes of an event while jobs or sweeps of earlier ones have not ended. */
export const overlaps = ["allow", "skip", "queue", "replace"] as const;
export type Overlap = (typeof overlaps)[number];

export const TriggerRequest = z.object({
  properties: z.object({
    ...shared,
    /** Absent: `skip` for schedules, whose next time comes; `allow` for events, none of which comes again. */
    overlap: choice(overlaps).optional(),
    maxConcurrent: wholeNumber(1, 100).optional(),
    enabled: z.boolean({ error: "expected true or false" }).default(true),
    action: ActionRequest,
  }),
});
export type TriggerRequest = z.infer<typeof TriggerRequest>;

export const TriggerPatch = z.object({
  properties: z.object({
    enabled: z.boolean({ error: "expected true or false" }),
    /** Why it is paused. */
    reason: text(400).optional(),
  }),
});
export type TriggerPatch = z.infer<typeof TriggerPatch>;

export const TriggerSpec = z.object({
  ...shared,
  overlap: z.enum(overlaps),
  maxConcurrent: z.int(),
  action: ActionSpec,
});
export type TriggerSpec = z.infer<typeof TriggerSpec>;

export const TriggerDocument = z.object({
  ...refShape("trigger"),
  /** New with every creation. */
  guid: z.string(),
  /** New with every change of its spec: what was planned for another is not wanted any more. */
  version: z.string(),
  spec: TriggerSpec,
  enabled: z.boolean(),
  paused: z.object({ by: z.string(), at: z.string(), reason: z.string().optional() }).optional(),
  /** Who saved it: it acts with their rights. */
  savedBy: z.object({
    subject: z.string(),
    roles: z.array(z.enum(roles)),
    /** Those that had a role on what its jobs and sweeps are made in. */
    groups: z.array(z.string()).optional(),
  }),
  /** Events of before do not concern it (ISO 8601). */
  since: z.string(),
  creationTime: z.string(),
  provisioningState: ProvisioningState,
  provisioningStateTransitionTime: z.string(),
});
export type TriggerDocument = z.infer<typeof TriggerDocument>;
