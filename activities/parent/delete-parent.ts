// The steps of deleting a workspace or an experiment: start the deletion of everything in it, then remove it. What is
// inside is marked one page at a time, so that a large experiment is many small steps.
import {
  clusterDeletion,
  deleteWithParent,
  experimentDeletion,
  fileServerDeletion,
  jobDeletion,
  keepDeleting,
  workspaceDeletion,
} from "../../application/deletions.ts";
import type { Deletion } from "../../application/deletions.ts";
import { deleteChildren, failOperation, removeParent } from "../../contracts/shared-activities.ts";
import type { ExperimentRef, ResourceRef, WorkspaceRef } from "../../domain/shared/resource-id.ts";
import { timestamp } from "../../services/clock.ts";
import type { Services } from "../../services/services.ts";
import type { Change, Page } from "../../services/state.ts";
import { defineActivity } from "../lib/define-activity.ts";

const page = { size: 100 };

export const deleteContents = defineActivity(deleteChildren, async (services, { parent, actor }) => {
  const { state } = services;
  const { ref, creationTime } = parent;
  const isIt = (found: { readonly creationTime: string }) => found.creationTime === creationTime;
  if (ref.kind === "experiment") await keepDeleting(services, experimentDeletion, ref, isIt);
  else await keepDeleting(services, workspaceDeletion, ref, isIt);
  const each = { services, parent: ref, actor };
  if (ref.kind === "experiment")
    return { remaining: await deleteEach(each, jobDeletion, await state.listJobs(ref, page)) };
  return {
    remaining:
      (await deleteEach(each, experimentDeletion, await state.listExperiments(ref, page))) +
      (await deleteEach(each, clusterDeletion, await state.listClusters(ref, page))) +
      (await deleteEach(each, fileServerDeletion, await state.listFileServers(ref, page))),
  };
});

interface Parent {
  readonly services: Services;
  readonly parent: WorkspaceRef | ExperimentRef;
  readonly actor: string;
}

async function deleteEach<Ref extends ResourceRef, Document>(
  { services, ...by }: Parent,
  how: Deletion<Ref, Document>,
  { items }: Page<Document>,
): Promise<number> {
  for (const item of items) await deleteWithParent(services, how, by, item);
  return items.length;
}

export const removeEmptied = defineActivity(removeParent, async (services, request) => {
  const { ref, creationTime } = request.parent;
  const time = timestamp(services.clock);
  const change: Change = {
    time,
    actor: request.actor,
    cause: "deleted",
    link: `operation:${request.operationId}`,
  };
  const isIt = (current: { readonly creationTime: string }) => current.creationTime === creationTime;
  if (ref.kind === "experiment") await services.state.experiments.remove(ref, isIt, change);
  else await services.state.workspaces.remove(ref, isIt, change);
  await services.operations.close(request.operationId, { status: "Succeeded" }, time);
  return undefined;
});

export const closeFailed = defineActivity(
  failOperation,
  async (services, { operationId: id, code, message }) => {
    const error = { code, message };
    await services.operations.close(id, { status: "Failed", error }, timestamp(services.clock));
    return undefined;
  },
);
