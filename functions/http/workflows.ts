// Workflows on the wire: which there are, one as a graph, and its restart from what failed.
import { listWorkflows } from "../../application/workflows/list.ts";
import { restartWorkflow } from "../../application/workflows/restart.ts";
import { readWorkflow } from "../../application/workflows/workflows.ts";
import { existing } from "../../application/existing.ts";
import { parse } from "../../domain/shared/parse.ts";
import { workflowSummaryWire, workflowWire, WorkflowRestart } from "../../domain/workflow/wire.ts";
import type { Services } from "../../services/services.ts";
import { callerOf } from "./lib/caller-of.ts";
import type { Operation } from "./lib/operation.ts";
import { ownOperations } from "./lib/own-operation.ts";
import { pageBody, pageRequest } from "./lib/paging.ts";
import { requestedRef, routeOf } from "./lib/refs.ts";
import { ok } from "./lib/reply.ts";
import type { ApiRequest } from "./lib/request.ts";

const route = `${routeOf("workspace")}/workflows`;

const operation = ownOperations("workflows", route);

export const workflowOperations: readonly Operation[] = [
  operation("list", "GET", "", "reader", async (request, services) => {
    const workspace = await found(request, services);
    const page = await listWorkflows(services, workspace, pageRequest(request));
    return ok(pageBody(request, page, (one) => workflowSummaryWire(workspace, one)));
  }),
  operation("read", "GET", "/{workflow}", "reader", async (request, services) => {
    const workspace = await found(request, services);
    return ok(workflowWire(workspace, await readWorkflow(services, workspace, idOf(request))));
  }),
  operation("restart", "POST", "/{workflow}/restart", "submitter", async (request, services) => {
    const workspace = await found(request, services);
    const { id = request.id, steps } = parse(WorkflowRestart, await request.json());
    const asked = { id, steps };
    const { restarted, workflow } = await restartWorkflow(
      services,
      callerOf(request),
      workspace,
      idOf(request),
      asked,
    );
    return ok({ restarted, workflow: workflowWire(workspace, workflow) });
  }),
];

const found = async (request: ApiRequest, services: Services) => {
  const ref = requestedRef(request, "workspace");
  await existing(services, ref);
  return ref;
};

/** Ids are lower case in rows; whoever sends other characters finds none. */
const idOf = (request: ApiRequest) => (request.params["workflow"] ?? "").toLowerCase();
