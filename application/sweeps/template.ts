// The job that a sweep's trials are made of, as it was PUT: kept as a secret, because it may hold keys.
import type { SweepDocument } from "../../domain/sweep/schema.ts";
import type { Services } from "../../services/services.ts";
import { remembered } from "../remembered.ts";
import type { Remembered } from "../remembered.ts";

/** Its name among the sweep's secrets. */
export const templateSecret = "trial";

interface Template {
  readonly properties: Readonly<Record<string, unknown>>;
}

/** It never changes; so that the polls that make trials, a few in a second, are one read, and keys are not in memory for long. */
const knownMs = 10_000;
const bySecrets = new WeakMap<Services["secrets"], Remembered<Template>>();

export function trialTemplate({ secrets, clock }: Services, { guid }: SweepDocument): Promise<Template> {
  const known = bySecrets.get(secrets) ?? remembered<Template>(clock, knownMs);
  bySecrets.set(secrets, known);
  return known.read(guid, async () => {
    const kept = (await secrets.get(guid)).get(templateSecret);
    if (typeof kept !== "string") throw new Error(`The template of sweep ${guid} is gone.`);
    return JSON.parse(kept) as Template;
  });
}
