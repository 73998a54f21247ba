// The experiment as clients see it.
import { named, provisioned, provisionedResponse, resourceResponse } from "../shared/wire.ts";
import type { ExperimentDocument } from "./schema.ts";

export const ExperimentResponse = resourceResponse("experiment", provisionedResponse, {});

export function experimentWire(document: ExperimentDocument) {
  return { ...named(document), properties: provisioned(document) };
}
