// `--metrics TRAINER`: metrics of a job that a common trainer prints.
import { presetNames } from "../domain/metric/presets.ts";
import type { PresetName } from "../domain/metric/presets.ts";
import { usageError } from "./failure.ts";
import { texts } from "./options.ts";

export const metricsOption = texts(
  "--metrics <trainer>",
  `read the metrics that a trainer prints: ${presetNames.join(", ")}; may be given several times`,
);

/** The member of a job's properties; nothing where no trainer is named. */
export function outputMetricsOf(trainers: readonly string[]): {
  readonly outputMetrics?: { readonly presets: readonly PresetName[] };
} {
  const presets = [...new Set(trainers.map(presetNamed))];
  return presets.length === 0 ? {} : { outputMetrics: { presets } };
}

function presetNamed(trainer: string): PresetName {
  const name = presetNames.find((known) => known.toLowerCase() === trainer.toLowerCase());
  if (name === undefined)
    throw usageError(`--metrics takes one of ${presetNames.join(", ")}; '${trainer}' is none.`);
  return name;
}
