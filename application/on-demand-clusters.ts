// Clusters that triggers make for their jobs: made when an event fires and there is none of the name, shared by all who name it, deleted when
// they have been idle. When one began to be idle is in its document: whoever wants it meanwhile takes that away, and with it the deletion.
// Why it is so: docs/adr/0044-a-trigger-makes-its-cluster.md
import { isIdleLongEnough, lookedAtCluster, wantedCluster } from "../domain/cluster/on-demand.ts";
import { newCluster } from "../domain/cluster/rules.ts";
import { ClusterRequest } from "../domain/cluster/schema.ts";
import type { ClusterDocument } from "../domain/cluster/schema.ts";
import { creationOf, deleting } from "../domain/kinds.ts";
import { guid } from "../domain/shared/brand.ts";
import { AppError } from "../domain/shared/errors.ts";
import { parse } from "../domain/shared/parse.ts";
import { formatId, refOf, workspaceOf } from "../domain/shared/resource-id.ts";
import type { ClusterRef } from "../domain/shared/resource-id.ts";
import type { ActionCluster } from "../domain/trigger/action.ts";
import type { TriggerDocument } from "../domain/trigger/schema.ts";
import { clusterWithSecrets } from "../domain/trigger/template-secrets.ts";
import type { Services } from "../services/services.ts";
import { demandRole } from "./access.ts";
import { changeBy, service } from "./caller.ts";
import type { Caller } from "./caller.ts";
import { createCluster } from "./clusters.ts";
import { startDeletion } from "./deletions.ts";
import { openOperation } from "./operations.ts";

export function onDemandRef(trigger: TriggerDocument, { name }: ActionCluster): ClusterRef {
  return { ...workspaceOf(trigger), kind: "cluster", cluster: name };
}

/** As it would be made: the body with its secrets. @throws AppError InvalidRequest that names the field below `properties`. */
export async function onDemandBody(
  services: Services,
  trigger: TriggerDocument,
  cluster: ActionCluster,
): Promise<ClusterRequest> {
  const body = clusterWithSecrets(cluster, await services.secrets.get(trigger.guid));
  return parse(ClusterRequest, body, { what: "The cluster that the trigger makes" });
}

/** For a look at jobs of it: the one that is there, or one as it would be made. */
export async function sampleCluster(
  services: Services,
  caller: Caller,
  trigger: TriggerDocument,
  cluster: ActionCluster,
): Promise<ClusterDocument> {
  const ref = onDemandRef(trigger, cluster);
  if (caller.who !== undefined) await demandRole(services, caller.who, "operator", ref);
  const request = await onDemandBody(services, trigger, cluster);
  const made = newCluster(
    ref,
    guid(services.random.uuid()),
    request,
    new Date(services.clock.now()),
  ).document;
  return (await services.state.clusters.get(ref)) ?? made;
}

/** There is one from now on, and it is not idle. @throws AppError ServiceUnavailable while one of the name is being deleted */
export async function ensureCluster(
  services: Services,
  caller: Caller,
  trigger: TriggerDocument,
  cluster: ActionCluster,
): Promise<void> {
  const ref = onDemandRef(trigger, cluster);
  const before = await services.state.clusters.update(ref, (found) =>
    found.provisioningState === "deleting" ? found : wantedCluster(found),
  );
  if (before?.provisioningState === "deleting")
    throw new AppError(
      "ServiceUnavailable",
      `cluster '${cluster.name}' is being deleted; it is made again when it is gone`,
    );
  if (before !== undefined) return;
  if (caller.who !== undefined) await demandRole(services, caller.who, "operator", ref);
  const request = await onDemandBody(services, trigger, cluster);
  const { deleteWhenIdleFor } = cluster;
  const onDemand = { trigger: formatId(refOf<"trigger">(trigger)), deleteWhenIdleFor };
  await createCluster(services, caller, ref, request, onDemand);
}

/** Once every few minutes, of each cluster that a trigger made. */
export async function deleteWhenIdle(services: Services, cluster: ClusterDocument): Promise<void> {
  if (cluster.onDemand === undefined || cluster.provisioningState === "deleting") return;
  const active = await services.state.activeJobs.list(cluster.guid);
  const now = new Date(services.clock.now());
  const by = { actor: service, link: cluster.onDemand.trigger };
  const looked = await services.state.clusters.update(
    refOf<"cluster">(cluster),
    (found) => {
      // Another of its name, or somebody wants it since the look.
      if (found.guid !== cluster.guid || found.onDemand?.idleSince !== cluster.onDemand?.idleSince)
        return found;
      const next = lookedAtCluster(found, active.length > 0, now);
      return isIdleLongEnough(next, now) ? deleting(next, now) : next;
    },
    (before, after) =>
      before.provisioningState === after.provisioningState
        ? undefined
        : changeBy(services, by, `idle since ${after.onDemand?.idleSince}; the trigger that made it says so`),
  );
  if (looked?.guid !== cluster.guid || looked.provisioningState !== "deleting") return;
  const subject = { kind: "delete", ref: refOf<"cluster">(looked), creation: creationOf(looked) } as const;
  await openOperation(services, { ...subject, actor: service });
  await startDeletion(services, looked, service);
}
