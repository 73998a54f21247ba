// Experiments: create, show, list, delete. Creation is synchronous and has no body.
import {
  deletingExperiment,
  experimentWire,
  newExperiment,
  putExperimentAgain,
} from "../../domain/experiment/rules.ts";
import { formatId } from "../../domain/shared/resource-id.ts";
import { instances } from "../../contracts/instances.ts";
import { deleteParentFlow } from "../../contracts/orchestrations.ts";
import { operationId } from "../../services/operation-documents.ts";
import { acceptedOperation } from "./lib/long-running.ts";
import type { Operation } from "./lib/operation.ts";
import { pageBody, pageRequest } from "./lib/paging.ts";
import { existingExperiment, existingWorkspace, refuseDeleting } from "./lib/parents.ts";
import { experimentRefOf, experimentRoute, workspaceRefOf, workspaceRoute } from "./lib/refs.ts";
import { noContent, ok } from "./lib/reply.ts";

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
      const now = new Date(services.clock.now());
      const change = {
        time: now.toISOString(),
        actor: request.principal.subject,
        cause: "created",
        to: "succeeded",
      };
      const made = await services.state.experiments.create(ref, newExperiment(ref, now), change);
      if (!made.created) return ok(experimentWire(putExperimentAgain(made.document)));
      const still = await services.state.workspaces.get(workspaceRefOf(request));
      if (still?.provisioningState === "succeeded") return ok(experimentWire(made.document));
      await services.state.experiments.remove(
        ref,
        (current) => current.creationTime === made.document.creationTime,
        { ...change, cause: "the workspace was deleted meanwhile", from: "succeeded", to: undefined },
      );
      refuseDeleting("workspace", ref.workspace, "deleting");
      return ok(experimentWire(made.document));
    },
  },
  {
    name: "experiments-get",
    method: "GET",
    route: experimentRoute,
    role: "reader",
    handle: async (request, services) =>
      ok(experimentWire(await existingExperiment(services, experimentRefOf(request)))),
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
    async handle(request, services) {
      const ref = experimentRefOf(request);
      const actor = request.principal.subject;
      const now = new Date(services.clock.now());
      const deleting = await services.state.experiments.update(
        ref,
        (current) => deletingExperiment(current, now),
        (before) => ({
          time: now.toISOString(),
          actor,
          cause: "delete requested",
          from: before.provisioningState,
          to: "deleting",
        }),
      );
      if (deleting === undefined) return noContent();
      const id = operationId("delete", `${formatId(ref)}|${deleting.creationTime}`);
      const reply = await acceptedOperation(request, services, ref, id);
      await services.orchestrations.start(deleteParentFlow.name, instances.deleteParent(id), {
        parent: { ref, creationTime: deleting.creationTime },
        operationId: id,
        actor,
      });
      return reply;
    },
  },
];
