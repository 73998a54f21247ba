// Clusters: create, resize, show, list, delete, remote login. Creation and deletion are long-running operations; a PATCH
// answers at once and the nodes follow.
import {
  clusterRef,
  clusterWire,
  newCluster,
  provisionCluster,
  putClusterAgain,
  rescaleCluster,
} from "../../domain/cluster/rules.ts";
import { ClusterPatch, ClusterRequest } from "../../domain/cluster/schema.ts";
import type { ClusterDocument } from "../../domain/cluster/schema.ts";
import { nodeKeySecrets } from "../../domain/launch/node-account.ts";
import { refuseUnavailable } from "../../domain/shared/availability.ts";
import { guid } from "../../domain/shared/brand.ts";
import { AppError } from "../../domain/shared/errors.ts";
import { parse } from "../../domain/shared/parse.ts";
import type { ClusterRef } from "../../domain/shared/resource-id.ts";
import type { SecretValues } from "../../domain/shared/secrets.ts";
import { adminPasswordSecret } from "../../domain/shared/user-account.ts";
import { claimPlace as claimOne, release } from "../../domain/usage/quota.ts";
import { instances } from "../../contracts/instances.ts";
import { createClusterFlow, deleteClusterFlow, resizeClusterFlow } from "../../contracts/orchestrations.ts";
import type { ClusterIdentity } from "../../contracts/refs.ts";
import { poolId } from "../../services/batch-names.ts";
import { operationId } from "../../services/operation-documents.ts";
import type { Services } from "../../services/services.ts";
import { byCaller } from "./lib/by-caller.ts";
import { acceptedOperation } from "./lib/long-running.ts";
import { markDeleting } from "./lib/mark-deleting.ts";
import type { Operation } from "./lib/operation.ts";
import { pageBody, pageOf, pageRequest } from "./lib/paging.ts";
import { existingWorkspace, refuseDeleting } from "./lib/parents.ts";
import { clusterRefOf, clusterRoute, workspaceRefOf, workspaceRoute } from "./lib/refs.ts";
import { remoteLogins } from "./lib/remote-login.ts";
import { refuseOrphan } from "./lib/refuse-orphan.ts";
import { noContent, ok, resource } from "./lib/reply.ts";
import type { ApiRequest } from "./lib/request.ts";

export const clusterOperations: readonly Operation[] = [
  { name: "clusters-create", method: "PUT", route: clusterRoute, role: "operator", handle: create },
  { name: "clusters-update", method: "PATCH", route: clusterRoute, role: "operator", handle: resize },
  {
    name: "clusters-get",
    method: "GET",
    route: clusterRoute,
    role: "reader",
    handle: async (request, services) =>
      resource(clusterWire(await existingCluster(services, clusterRefOf(request)))),
  },
  {
    name: "clusters-list",
    method: "GET",
    route: `${workspaceRoute}/clusters`,
    role: "reader",
    async handle(request, services) {
      const ref = workspaceRefOf(request);
      const page = await services.state.listClusters(ref, pageRequest(request));
      if (page.items.length === 0) await existingWorkspace(services, ref);
      return ok(pageBody(request, page, clusterWire));
    },
  },
  { name: "clusters-delete", method: "DELETE", route: clusterRoute, role: "operator", handle: remove },
  {
    name: "clusters-remote-login",
    method: "POST",
    alsoMethod: "GET",
    route: `${clusterRoute}/listRemoteLoginInformation`,
    role: "operator",
    async handle(request, services) {
      const cluster = await existingCluster(services, clusterRefOf(request));
      const pool = poolId(cluster.guid);
      const nodes = (await services.batch.nodes(pool)) ?? [];
      const logins = await remoteLogins(
        services,
        pool,
        nodes.map(({ id }) => id),
      );
      return ok(pageBody(request, pageOf(logins, pageRequest(request)), (login) => login));
    },
  },
];

export async function existingCluster(services: Services, ref: ClusterRef): Promise<ClusterDocument> {
  const document = await services.state.clusters.get(ref);
  if (document !== undefined) return document;
  throw clusterNotFound(ref);
}

export function clusterNotFound(ref: ClusterRef): AppError {
  return new AppError("ClusterNotFound", `The specified cluster ${ref.cluster} is not found`);
}

async function create(request: ApiRequest, services: Services) {
  const ref = clusterRefOf(request);
  const raw = await request.json();
  refuseUnavailable("cluster", raw);
  const body = parse(ClusterRequest, raw);
  const workspace = await existingWorkspace(services, ref);
  refuseDeleting("workspace", ref.workspace, workspace.provisioningState);
  const existing = await services.state.clusters.get(ref);
  if (existing !== undefined) return again(services, existing, body);

  const now = new Date(services.clock.now());
  const { document, secrets } = newCluster(ref, guid(services.random.uuid()), body, now);
  await claimPlace(services, document, now);
  await services.secrets.put(document.guid, await withOwnSecrets(services, document, secrets));
  const { clusters } = services.state;
  const made = await clusters.create(ref, document, byCaller(request, services, "created"));
  if (!made.created) {
    await abandon(services, document.guid);
    return again(services, made.document, body);
  }
  await refuseOrphan(services, ref, clusters, document.guid).catch(async (error: unknown) => {
    await abandon(services, document.guid);
    throw error;
  });
  const reply = await acceptedOperation(request, services, ref, operationId("create", document.guid));
  await startCreation(services, document);
  return reply;
}

/** @throws AppError OperationNotAllowed when there are as many clusters as there may be. */
async function claimPlace(services: Services, document: ClusterDocument, now: Date): Promise<void> {
  const { clusters: limit } = services.settings.quotas;
  const { vmSize, vmPriority: priority } = document.spec;
  const claim = { vmSize, priority, nodes: 0, since: now.toISOString() };
  const granted = await services.ledger.clusters.update((claims) => {
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
  given: SecretValues,
): Promise<SecretValues> {
  const { privateKey, publicKey } = await services.keyPairs.create(`batchai-${document.guid}`);
  const password = () => Buffer.from(services.random.bytes(24)).toString("base64url");
  return new Map([
    [adminPasswordSecret, password()],
    [nodeKeySecrets.privateKey, privateKey],
    [nodeKeySecrets.publicKey, publicKey],
    [nodeKeySecrets.password, password()],
    ...given,
  ]);
}

async function abandon(services: Services, clusterGuid: string): Promise<void> {
  await services.secrets.remove(clusterGuid);
  await services.ledger.clusters.update((claims) => ({
    claims: release(claims, clusterGuid),
    result: undefined,
  }));
}

/** A repeated PUT: the same content is the same cluster, and a creation that was cut off goes on. */
async function again(services: Services, existing: ClusterDocument, body: ClusterRequest) {
  const kept = putClusterAgain(existing, body);
  if (kept.provisioningState === "creating") await startCreation(services, kept);
  return resource(clusterWire(kept));
}

async function startCreation(services: Services, document: ClusterDocument): Promise<void> {
  await services.orchestrations.start(createClusterFlow.name, instances.createCluster(document.guid), {
    cluster: identity(document),
    operationId: operationId("create", document.guid),
  });
}

async function resize(request: ApiRequest, services: Services) {
  const ref = clusterRefOf(request);
  const raw = await request.json();
  refuseUnavailable("cluster", raw);
  const body = parse(ClusterPatch, raw);
  const document = await services.state.clusters.update(
    ref,
    (current) => rescaleCluster(current, body),
    () => byCaller(request, services, "resize requested"),
  );
  if (document === undefined) return resource(clusterWire(await existingCluster(services, ref)));
  const instance = instances.resizeCluster(document.guid, services.random.uuid());
  await services.orchestrations.start(resizeClusterFlow.name, instance, { cluster: identity(document) });
  return resource(clusterWire(document));
}

async function remove(request: ApiRequest, services: Services) {
  const ref = clusterRefOf(request);
  const { clusters } = services.state;
  const mark = (current: ClusterDocument, now: Date) => provisionCluster(current, "deleting", now);
  const document = await markDeleting(request, services, ref, clusters, mark);
  if (document === undefined) return noContent();
  const id = operationId("delete", document.guid);
  const reply = await acceptedOperation(request, services, ref, id);
  await services.orchestrations.start(deleteClusterFlow.name, instances.deleteCluster(document.guid), {
    cluster: identity(document),
    operationId: id,
    actor: request.principal.subject,
  });
  return reply;
}

function identity(document: ClusterDocument): ClusterIdentity {
  return { ref: clusterRef(document), guid: document.guid };
}
