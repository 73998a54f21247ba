// What can be done with a cluster: create, resize, log in to its nodes. Creation is a long-running operation; a resize
// answers at once and the nodes follow.
import { instances } from "../contracts/instances.ts";
import {
  createClusterOrchestration,
  resizeClusterOrchestration,
  maintainPoolOrchestration,
} from "../contracts/orchestrations.ts";
import { checkNodeAddresses } from "../domain/cluster/node-addresses.ts";
import { checkNodeLimit } from "../domain/cluster/node-limit.ts";
import type { OnDemand } from "../domain/cluster/on-demand.ts";
import { dueRenewal, wantsNodesAgain } from "../domain/cluster/renewal.ts";
import {
  mountingCluster,
  newCluster,
  putClusterAgain,
  refuseRetiredSize,
  rescaleCluster,
  withoutPool,
} from "../domain/cluster/rules.ts";
import type { ClusterDocument, ClusterPatch, ClusterRequest } from "../domain/cluster/schema.ts";
import { identityOf } from "../domain/kinds.ts";
import { nodeKeySecrets } from "../domain/launch/node-account.ts";
import { guid } from "../domain/shared/brand.ts";
import { AppError } from "../domain/shared/errors.ts";
import { formatId, refOf, workspaceOf } from "../domain/shared/resource-id.ts";
import type { ClusterRef } from "../domain/shared/resource-id.ts";
import type { SecretSource, SecretSources } from "../domain/shared/secrets.ts";
import { adminPasswordSecret } from "../domain/shared/user-account.ts";
import { claimPlace as claimOne, release } from "../domain/usage/quota.ts";
import { poolId } from "../services/batch-names.ts";
import { operationId } from "../services/operation-documents.ts";
import type { OperationDocument } from "../services/operation-documents.ts";
import type { Services } from "../services/services.ts";
import { changeBy, service } from "./caller.ts";
import type { Caller } from "./caller.ts";
import { existing, open, refuseOrphan } from "./existing.ts";
import { exportsOf } from "./file-server-mounts.ts";
import { openOperation } from "./operations.ts";
import { start } from "./orchestrations.ts";
import { remoteLogins } from "./remote-logins.ts";
import type { RemoteLogin } from "./remote-logins.ts";

export interface CreatedCluster {
  readonly cluster: ClusterDocument;
  /** Absent when the cluster was there already. */
  readonly operation?: OperationDocument;
}

/** Asking twice for the same is asking once. @throws AppError Conflict when there is another cluster of that name. */
export async function createCluster(
  services: Services,
  caller: Caller,
  ref: ClusterRef,
  spec: ClusterRequest,
  onDemand?: OnDemand,
): Promise<CreatedCluster> {
  const { clusters } = services.state;
  await open(services, workspaceOf(ref));
  const before = await clusters.get(ref);
  if (before !== undefined) return { cluster: await createAgain(services, before, spec) };
  const { scaleSettings } = spec.properties;
  if (scaleSettings !== undefined) checkNodeLimit(scaleSettings, services.settings.poolAllocationMode);
  checkNodeAddresses(spec, services.settings.nodeAddresses);

  const now = new Date(services.clock.now());
  if (services.settings.retiredSizes === "refuse") refuseRetiredSize(spec, now);
  const { document: fresh, secrets } = newCluster(ref, guid(services.random.uuid()), spec, now);
  const at = "properties.nodeSetup.mountVolumes";
  const mounting = mountingCluster(fresh, await exportsOf(services, ref, fresh.spec.mountVolumes, at));
  const document = onDemand === undefined ? mounting : { ...mounting, onDemand };
  await claimPlace(services, document, now);
  await services.secrets.put(document.guid, await withOwnSecrets(services, document, secrets));
  const made = await clusters.create(ref, document, changeBy(services, caller, "created"));
  if (!made.created) {
    await abandon(services, document.guid);
    return { cluster: await createAgain(services, made.document, spec) };
  }
  await refuseOrphan(services, ref, document, () => releasePlace(services, document.guid));
  const operation = await openOperation(services, {
    kind: "create",
    ref,
    creation: document.guid,
    actor: caller.actor,
  });
  await startClusterCreation(services, document);
  return { cluster: document, operation };
}

/** @throws AppError OperationNotAllowed when there are as many clusters as there may be. */
async function claimPlace(services: Services, document: ClusterDocument, now: Date): Promise<void> {
  const { clusters: limit } = services.settings.quotas;
  const { vmSize, vmPriority: priority } = document.spec;
  const claim = { vmSize, priority, nodes: 0, since: now.toISOString() };
  const granted = await services.reservations.clusters.update((claims) => {
    const next = claimOne(claims, document.guid, claim, limit);
    return { claims: next ?? claims, result: next !== undefined };
  });
  if (granted) return;
  throw new AppError(
    "OperationNotAllowed",
    `There are ${limit} clusters, and no more are allowed; delete one, or raise the quota.`,
  );
}

/** With what the service itself needs for every cluster: a key for its nodes, a password for an admin without one. */
async function withOwnSecrets(
  services: Services,
  document: ClusterDocument,
  given: SecretSources,
): Promise<SecretSources> {
  const { privateKey, publicKey } = await services.keyPairs.create(`batchai-${document.guid}`);
  const password = () => Buffer.from(services.random.bytes(24)).toString("base64url");
  return new Map<string, SecretSource>([
    [adminPasswordSecret, password()],
    [nodeKeySecrets.privateKey, privateKey],
    [nodeKeySecrets.publicKey, publicKey],
    [nodeKeySecrets.password, password()],
    ...given,
  ]);
}

async function abandon(services: Services, clusterGuid: string): Promise<void> {
  await services.secrets.remove(clusterGuid);
  await releasePlace(services, clusterGuid);
}

async function releasePlace(services: Services, clusterGuid: string): Promise<void> {
  await services.reservations.clusters.update((claims) => ({
    claims: release(claims, clusterGuid),
    result: undefined,
  }));
}

/** The same content is the same cluster, and a creation that was cut off goes on. */
async function createAgain(
  services: Services,
  before: ClusterDocument,
  spec: ClusterRequest,
): Promise<ClusterDocument> {
  const kept = putClusterAgain(before, spec);
  if (kept.provisioningState === "creating") await startClusterCreation(services, kept);
  return kept;
}

/** One that is under way is left alone. */
export async function startClusterCreation(services: Services, document: ClusterDocument): Promise<void> {
  await start(services, createClusterOrchestration, instances.createCluster(document.guid), {
    cluster: identityOf(document),
    operationId: operationId("create", document.guid),
  });
}

export async function resizeCluster(
  services: Services,
  caller: Caller,
  ref: ClusterRef,
  patch: ClusterPatch,
): Promise<ClusterDocument> {
  checkNodeLimit(patch.properties.scaleSettings, services.settings.poolAllocationMode);
  const document = await services.state.clusters.update(
    ref,
    (current) => rescaleCluster(current, patch),
    () => changeBy(services, caller, "resize requested"),
  );
  if (document === undefined) return existing(services, ref);
  const instance = instances.resizeCluster(document.guid, services.random.uuid());
  await start(services, resizeClusterOrchestration, instance, { cluster: identityOf(document) });
  return document;
}

/** A pool keeps its nodes only while this goes on (docs/adr/0012); one that lost some asks for them again. */
export async function keepPoolAlive(services: Services, document: ClusterDocument): Promise<void> {
  if (await makePoolAgain(services, document)) return;
  const now = new Date(services.clock.now());
  const input = { cluster: identityOf(document) };
  if (wantsNodesAgain(document, now))
    await start(services, resizeClusterOrchestration, instances.resizeCluster(document.guid, "again"), input);
  else if (dueRenewal(document, now, services.settings.poolExpiryMs) !== undefined)
    await start(services, maintainPoolOrchestration, instances.maintainPool(document.guid), input);
}

/**
 * A cluster that is to be there, and whose pool Batch does not have: somebody removed it by hand, or the service's storage is
 * older than Batch. It is made again, because the cluster's jobs wait for its nodes. @returns false when it has its pool.
 */
async function makePoolAgain(services: Services, document: ClusterDocument): Promise<boolean> {
  if (document.provisioningState !== "succeeded") return false;
  if ((await services.batch.pool(poolId(document.guid))) !== undefined) return false;
  const ref = refOf<"cluster">(document);
  services.logger.warn("cluster.poolGone", { cluster: document.guid });
  const now = new Date(services.clock.now());
  const by = { actor: service, link: formatId(ref) };
  await services.state.clusters.update(
    ref,
    (current) => (current.guid === document.guid ? withoutPool(current, now) : current),
    () => changeBy(services, by, "its pool is gone from Batch: it is made again"),
  );
  await startClusterCreation(services, document);
  return true;
}

/** How to reach the nodes of a cluster by ssh. */
export async function clusterLogins(services: Services, ref: ClusterRef): Promise<readonly RemoteLogin[]> {
  const cluster = await existing(services, ref);
  const pool = poolId(cluster.guid);
  const nodes = (await services.batch.nodes(pool)) ?? [];
  return remoteLogins(
    services,
    pool,
    nodes.map(({ id }) => id),
  );
}
