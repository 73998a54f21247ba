// What a job hands to what follows it: numbers that it reported as metrics, texts and true or false from its outputs file, by names of
// their own. A trigger declares which ones, so that an expression that names another is refused when it is saved.
import { z } from "zod";
import { choice, text } from "../shared/fields.ts";
import type { ReportedOutputs, ReportedValue } from "./reported-outputs.ts";

const figures = ["last", "min", "max"] as const;

const JobOutput = z
  .object(
    {
      metric: text(250).optional(),
      /** Which of the metric's figures; the last where it is absent. */
      of: choice(figures).optional(),
      /** Name of a text in the outputs file. */
      text: text(64).optional(),
      /** Name of a true or false there. */
      boolean: text(64).optional(),
    },
    { error: 'expected a metric, a text or a boolean, such as {"metric": "accuracy"}' },
  )
  .superRefine(({ metric, of, text: words, boolean }, context) => {
    const given = [metric, words, boolean].filter((one) => one !== undefined).length;
    if (given !== 1)
      context.addIssue({ code: "custom", message: "expected exactly one of metric, text and boolean" });
    if (of !== undefined && metric === undefined)
      context.addIssue({ code: "custom", path: ["of"], message: "is for a metric only; leave it out" });
  });
type JobOutput = z.infer<typeof JobOutput>;

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
  readonly figures: Readonly<Record<(typeof figures)[number], number>>;
}

/** What the job that ended reported, as far as it was declared. */
export interface JobReports {
  readonly job: string;
  readonly metrics: readonly Reported[];
  readonly outputs: ReportedOutputs;
}

export type OutputValue = number | ReportedValue;

export type ReadOutputs =
  | { readonly kind: "values"; readonly values: Readonly<Record<string, OutputValue>> }
  | { readonly kind: "refused"; readonly problem: string };

/** By the names that expressions have: `outputs.accuracy`. */
export function outputValues(declared: JobOutputs, reports: JobReports): ReadOutputs {
  const values: Record<string, OutputValue> = {};
  for (const [name, output] of Object.entries(declared)) {
    const value = output.metric === undefined ? saidOf(output, reports) : figureOf(output, reports);
    if (typeof value === "object")
      return { kind: "refused", problem: `${outputName(name)}: ${value.problem}` };
    values[outputName(name)] = value;
  }
  return { kind: "values", values };
}

interface Problem {
  readonly problem: string;
}

function figureOf({ metric, of = "last" }: JobOutput, { job, metrics }: JobReports): number | Problem {
  const value = metrics.find(({ name }) => name === metric)?.figures[of];
  if (value === undefined) return { problem: `the job ${job} reported no metric '${metric}'` };
  return Number.isFinite(value) ? value : { problem: `the metric '${metric}' of the job ${job} is ${value}` };
}

function saidOf(output: JobOutput, { job, outputs }: JobReports): ReportedValue | Problem {
  const name = output.text ?? output.boolean ?? "";
  const value = outputs.values.get(name);
  if (value === undefined) {
    const why = outputs.problem === undefined ? "" : `; ${outputs.problem}`;
    return { problem: `the job ${job} reported no '${name}' in $AZ_BATCHAI_OUTPUTS_FILE${why}` };
  }
  const [wanted, found] =
    output.text === undefined ? ["true or false", "a text"] : ["a text", "true or false"];
  const fits = typeof value === (output.text === undefined ? "boolean" : "string");
  return fits ? value : { problem: `the job ${job} reported '${name}' as ${found}, and not as ${wanted}` };
}

export const outputName = (name: string) => `outputs.${name}`;

/** Which kinds of reports have to be read. */
export function reportsNeeded(declared: JobOutputs): { readonly metrics: boolean; readonly file: boolean } {
  const isMetric = Object.values(declared).map(({ metric }) => metric !== undefined);
  return { metrics: isMetric.includes(true), file: isMetric.includes(false) };
}

/** For a look at a template before anything was reported. */
export function sampleOutputs(declared: JobOutputs): Readonly<Record<string, OutputValue>> {
  const sample = ({ text: words, boolean }: JobOutput) =>
    words !== undefined ? "text" : boolean === undefined ? 1 : true;
  return Object.fromEntries(
    Object.entries(declared).map(([name, output]) => [outputName(name), sample(output)]),
  );
}
