// What a trigger makes of an event: a job or a sweep, from a template in which expressions stand for values. The template is checked as
// what it will be where it is used.
import { z } from "zod";
import { parseDuration } from "../shared/duration.ts";
import { duration } from "../shared/fields.ts";
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

const leastIdleMs = 60_000;
const mostIdleMs = 7 * 24 * 3_600_000;
const idleFor = () =>
  duration().refine(
    (value) => {
      const ms = parseDuration(value) ?? 0;
      return ms >= leastIdleMs && ms <= mostIdleMs;
    },
    { error: "expected between PT1M and P7D" },
  );

/** The cluster of its jobs, made where there is none of the name. Its body has no expressions: events share it. */
export const ActionCluster = z.object({
  name: resourceName("the cluster that is made when it is missing"),
  deleteWhenIdleFor: idleFor().default("PT10M"),
  properties: z.record(z.string(), z.unknown()),
});
export type ActionCluster = z.infer<typeof ActionCluster>;

export const ActionRequest = z
  .object({
    cluster: ActionCluster.optional(),
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
  cluster: ActionCluster.optional(),
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

export function withTemplate({ experiment, cluster }: ActionSpec, { kind, body }: Template): ActionSpec {
  return { experiment, ...(cluster === undefined ? {} : { cluster }), [kind]: body };
}

/** The template for a cluster, which may not name another. Undefined where it does. */
export function onCluster({ kind, body }: Template, id: string): Template | undefined {
  const { properties } = body;
  if (kind === "job") {
    const filled = withCluster(properties, id);
    return filled === undefined ? undefined : { kind, body: { ...body, properties: filled } };
  }
  const trial = properties["trial"];
  // What is no trial is refused where the sweep is looked at.
  if (!isObject(trial) || !isObject(trial["properties"])) return { kind, body };
  const filled = withCluster(trial["properties"], id);
  if (filled === undefined) return undefined;
  return { kind, body: { ...body, properties: { ...properties, trial: { ...trial, properties: filled } } } };
}

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function withCluster(job: Json, id: string): Json | undefined {
  const { cluster } = job;
  if (cluster === undefined) return { ...job, cluster: { id } };
  const named = isObject(cluster) ? cluster["id"] : undefined;
  return typeof named === "string" && named.toLowerCase() === id.toLowerCase() ? job : undefined;
}
