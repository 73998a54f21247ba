// The experiment as clients see it.
import type { z } from "zod";
import { named, provisioned, provisionedResponse, resourceResponse } from "../shared/wire.ts";
import type { ExperimentDocument } from "./schema.ts";

export const ExperimentResponse = resourceResponse("experiment", provisionedResponse, {});
export type ExperimentResponse = z.infer<typeof ExperimentResponse>;

export function experimentWire(document: ExperimentDocument) {
  return { ...named(document), properties: provisioned(document) };
}
