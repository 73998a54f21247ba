// What of a program's output is a metric, as a job or a sweep asks for it.
import { z } from "zod";
import { text } from "../shared/fields.ts";
import { patternProblem } from "./line-pattern.ts";
import { presetNames } from "./presets.ts";

export const MetricExpression = z.object({
  name: text(256),
  /** Literal text with `{value}`, and perhaps `{step}` and `{*}`. */
  expression: text(512),
});
export type MetricExpression = z.infer<typeof MetricExpression>;

/** Trainers whose output tells the metrics. */
export const Presets = z
  .array(z.enum(presetNames, { error: `expected one of ${presetNames.join(", ")}` }))
  .max(presetNames.length);

export const MetricExpressions = z.array(MetricExpression).max(50);

/** Of a job of its own; a sweep says the same for its trials in members of its own. */
export const OutputMetrics = z
  .strictObject({
    // Twice would be two points for a line.
    presets: Presets.refine((presets) => new Set(presets).size === presets.length, {
      error: "expected each preset once",
    }).default([]),
    metrics: MetricExpressions.default([]),
  })
  .refine(({ presets, metrics }) => presets.length + metrics.length > 0, {
    error: `expected presets (${presetNames.join(", ")}) or metrics with expressions; leave it out to read no output`,
  });
export type OutputMetrics = z.infer<typeof OutputMetrics>;

/** What is wrong with expressions, by the path below their list. */
export function expressionProblems(
  metrics: readonly MetricExpression[],
): readonly { readonly path: string; readonly message: string }[] {
  const names = metrics.map(({ name }) => name);
  return metrics.flatMap(({ name, expression }, at) => {
    const problem = patternProblem(expression);
    const twice = names.indexOf(name) !== at;
    return [
      ...(problem === undefined ? [] : [{ path: `[${at}].expression`, message: problem }]),
      ...(twice
        ? [{ path: `[${at}].name`, message: `is '${name}', which has an expression already; keep one` }]
        : []),
    ];
  });
}
