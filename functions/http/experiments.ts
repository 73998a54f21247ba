// Experiments: create, show, list, delete. Creation is synchronous and has no body.
import {
  deletingExperiment,
  experimentWire,
  newExperiment,
  putExperimentAgain,
} from "../../domain/experiment/rules.ts";
import { byCaller } from "./lib/by-caller.ts";
import { deleteParent } from "./lib/delete-parent.ts";
import type { Operation } from "./lib/operation.ts";
import { pageBody, pageRequest } from "./lib/paging.ts";
import { existingExperiment, existingWorkspace, refuseDeleting } from "./lib/parents.ts";
import { experimentRefOf, experimentRoute, workspaceRefOf, workspaceRoute } from "./lib/refs.ts";
import { ok, resource } from "./lib/reply.ts";

export const experimentOperations: readonly Operation[] = [
  {
    name: "experiments-create",
    method: "PUT",
    route: experimentRoute,
    role: "submitter",
    async handle(request, services) {
      const ref = experimentRefOf(request);
      const workspace = await existingWorkspace(services, ref);
      refuseDeleting("workspace", ref.workspace, workspace.provisioningState);
      const fresh = newExperiment(ref, new Date(services.clock.now()));
      const created = byCaller(request, services, "created");
      const made = await services.state.experiments.create(ref, fresh, created);
      if (!made.created) return resource(experimentWire(putExperimentAgain(made.document)));
      const still = await services.state.workspaces.get(workspaceRefOf(request));
      if (still?.provisioningState === "succeeded") return resource(experimentWire(made.document));
      await services.state.experiments.remove(
        ref,
        (current) => current.creationTime === made.document.creationTime,
        byCaller(request, services, "the workspace was deleted meanwhile"),
      );
      refuseDeleting("workspace", ref.workspace, "deleting");
      return resource(experimentWire(made.document));
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
    handle: (request, services) =>
      deleteParent(
        request,
        services,
        experimentRefOf(request),
        services.state.experiments,
        deletingExperiment,
      ),
  },
];
