// The job that a sweep's trials are made of, as it was PUT: kept as a secret, because it may hold keys.
import type { SweepDocument } from "../../domain/sweep/schema.ts";
import type { Services } from "../../services/services.ts";

/** Its name among the sweep's secrets. */
export const templateSecret = "trial";

export async function trialTemplate(services: Services, { guid }: SweepDocument) {
  const kept = (await services.secrets.get(guid)).get(templateSecret);
  if (typeof kept !== "string") throw new Error(`The template of sweep ${guid} is gone.`);
  return JSON.parse(kept) as { readonly properties: Readonly<Record<string, unknown>> };
}
