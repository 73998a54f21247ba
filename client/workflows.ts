// Workflows as typed calls, in our own version of the API.
import { ownApiVersion } from "../domain/shared/api-versions.ts";
import { formatId } from "../domain/shared/resource-id.ts";
import type { WorkspaceRef } from "../domain/shared/resource-id.ts";
import { RestartResponse, WorkflowResponse, WorkflowSummaryResponse } from "../domain/workflow/wire.ts";
import type { WorkflowRestart } from "../domain/workflow/wire.ts";
import { checked } from "./checked.ts";
import { inVersion } from "./http-api.ts";
import type { HttpApi } from "./http-api.ts";
import { items } from "./paging.ts";

export interface Workflows {
  /** Newest first. */
  list(workspace: WorkspaceRef): AsyncGenerator<WorkflowSummaryResponse>;
  get(workspace: WorkspaceRef, id: string): Promise<WorkflowResponse>;
  /** From what failed. */
  restart(workspace: WorkspaceRef, id: string, asked: WorkflowRestart): Promise<RestartResponse>;
}

export function workflowsOf(anyVersion: HttpApi): Workflows {
  const api = inVersion(anyVersion, ownApiVersion);
  const path = (workspace: WorkspaceRef) => `${formatId(workspace)}/workflows`;
  const one = (workspace: WorkspaceRef, id: string) => `${path(workspace)}/${encodeURIComponent(id)}`;
  return {
    list: (workspace) => items(api, WorkflowSummaryResponse, { path: path(workspace) }),
    async get(workspace, id) {
      const { body } = await api.send("GET", one(workspace, id));
      return checked(WorkflowResponse, body);
    },
    async restart(workspace, id, asked) {
      const { body } = await api.send("POST", `${one(workspace, id)}/restart`, { body: asked });
      return checked(RestartResponse, body);
    },
  };
}
