// What a job hands to the jobs that follow it: numbers that it reported as metrics, by names of their own. A trigger declares which
// ones, so that an expression that names another is refused when it is saved.
import { z } from "zod";
import { choice, text } from "../shared/fields.ts";

const kinds = ["last", "min", "max"] as const;

const JobOutput = z.object(
  {
    metric: text(250),
    /** Which of its figures. */
    of: choice(kinds).default("last"),
  },
  { error: 'expected a metric, such as {"metric": "accuracy"}' },
);

const mostOutputs = 20;

export const JobOutputs = z
  .record(
    z.string().regex(/^[A-Za-z_]\w{0,63}$/, { error: "expected a plain name such as 'accuracy'" }),
    JobOutput,
  )
  .refine((outputs) => Object.keys(outputs).length <= mostOutputs, {
    error: `expected at most ${mostOutputs} outputs`,
  });
export type JobOutputs = z.infer<typeof JobOutputs>;

/** A metric of the job that ended. */
export interface Reported {
  readonly name: string;
  readonly figures: Readonly<Record<(typeof kinds)[number], number>>;
}

export type ReadOutputs =
  | { readonly kind: "values"; readonly values: Readonly<Record<string, number>> }
  | { readonly kind: "refused"; readonly problem: string };

/** By the names that expressions have: `outputs.accuracy`. */
export function outputValues(outputs: JobOutputs, job: string, reported: readonly Reported[]): ReadOutputs {
  const values: Record<string, number> = {};
  for (const [name, { metric, of }] of Object.entries(outputs)) {
    const value = reported.find((one) => one.name === metric)?.figures[of];
    if (value === undefined)
      return { kind: "refused", problem: `outputs.${name}: the job ${job} reported no metric '${metric}'` };
    if (!Number.isFinite(value))
      return {
        kind: "refused",
        problem: `outputs.${name}: the metric '${metric}' of the job ${job} is ${value}`,
      };
    values[outputName(name)] = value;
  }
  return { kind: "values", values };
}

export const outputName = (name: string) => `outputs.${name}`;
