// Experiments on the wire: create, show, list, delete. Creation is synchronous and has no body.
import { experimentDeletion } from "../../application/deletions.ts";
import { createExperiment } from "../../application/experiments.ts";
import { existingExperiment, existingWorkspace } from "../../application/parents.ts";
import { experimentWire } from "../../domain/experiment/rules.ts";
import { callerOf } from "./lib/caller-of.ts";
import { deleting } from "./lib/delete-operation.ts";
import type { Operation } from "./lib/operation.ts";
import { pageBody, pageRequest } from "./lib/paging.ts";
import { experimentRefOf, experimentRoute, workspaceRefOf, workspaceRoute } from "./lib/refs.ts";
import { ok, resource } from "./lib/reply.ts";

export const experimentOperations: readonly Operation[] = [
  {
    name: "experiments-create",
    method: "PUT",
    route: experimentRoute,
    role: "submitter",
    async handle(request, services) {
      const created = await createExperiment(services, callerOf(request), experimentRefOf(request));
      return resource(experimentWire(created));
    },
  },
  {
    name: "experiments-get",
    method: "GET",
    route: experimentRoute,
    role: "reader",
    handle: async (request, services) =>
      resource(experimentWire(await existingExperiment(services, experimentRefOf(request)))),
  },
  {
    name: "experiments-list",
    method: "GET",
    route: `${workspaceRoute}/experiments`,
    role: "reader",
    async handle(request, services) {
      const ref = workspaceRefOf(request);
      const page = await services.state.listExperiments(ref, pageRequest(request));
      if (page.items.length === 0) await existingWorkspace(services, ref);
      return ok(pageBody(request, page, experimentWire));
    },
  },
  {
    name: "experiments-delete",
    method: "DELETE",
    route: experimentRoute,
    role: "submitter",
    handle: deleting(experimentDeletion, experimentRefOf),
  },
];
