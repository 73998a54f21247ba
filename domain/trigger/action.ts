// What a trigger makes of an event: a job or a sweep, from a template in which expressions stand for values. The template is checked as
// what it will be where it is used.
import { z } from "zod";
import { isResourceName } from "../shared/names.ts";

export const resourceName = (what: string) =>
  z.string({ error: `expected the name of ${what}` }).refine(isResourceName, {
    error: `expected the name of ${what}: 1 to 64 letters, digits, '-' and '_'`,
  });

const template = (what: string) =>
  z.object(
    { properties: z.record(z.string(), z.unknown()) },
    { error: `expected the body of ${what}, with properties` },
  );

const JobTemplate = template("a job");
const SweepTemplate = template("a sweep").extend({ tags: z.record(z.string(), z.string()).optional() });

export const ActionRequest = z
  .object({
    experiment: resourceName("an experiment of the workspace"),
    job: JobTemplate.optional(),
    sweep: SweepTemplate.optional(),
  })
  .superRefine(({ job, sweep }, context) => {
    if ((job === undefined) !== (sweep === undefined)) return;
    const found = job === undefined ? "none" : "both";
    context.addIssue({
      code: "custom",
      message: `expected a job or a sweep to make, and not ${found}`,
    });
  });

export const ActionSpec = z.object({
  experiment: z.string(),
  job: JobTemplate.optional(),
  sweep: SweepTemplate.optional(),
});
export type ActionSpec = z.infer<typeof ActionSpec>;

export const startedKinds = ["job", "sweep"] as const;
export type StartedKind = (typeof startedKinds)[number];

export interface Template {
  readonly kind: StartedKind;
  readonly body: { readonly properties: Readonly<Record<string, unknown>> };
}

export function templateOf({ job, sweep }: Pick<ActionSpec, StartedKind>): Template {
  if (sweep !== undefined) return { kind: "sweep", body: sweep };
  if (job !== undefined) return { kind: "job", body: job };
  throw new Error("A trigger is stored with a template.");
}

export function withTemplate({ experiment }: ActionSpec, { kind, body }: Template): ActionSpec {
  return { experiment, [kind]: body };
}
