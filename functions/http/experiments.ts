// Experiments on the wire. Creation is synchronous and has no body.
import { createExperiment } from "../../application/experiments.ts";
import { callerOf } from "./lib/caller-of.ts";
import type { Operation } from "./lib/operation.ts";
import { requestedRef, routeOf } from "./lib/refs.ts";
import { shown, standardOperations } from "./lib/standard-operations.ts";

export const experimentOperations: readonly Operation[] = [
  ...standardOperations("experiment", "submitter"),
  {
    name: "experiments-create",
    method: "PUT",
    route: routeOf("experiment"),
    role: "submitter",
    handle: async (request, services) =>
      shown(await createExperiment(services, callerOf(request), requestedRef(request, "experiment"))),
  },
];
