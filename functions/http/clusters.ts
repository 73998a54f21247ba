// Clusters on the wire: create, resize, show, list, delete, remote login.
import { clusterLogins, createCluster, existingCluster, resizeCluster } from "../../application/clusters.ts";
import { clusterDeletion } from "../../application/deletions.ts";
import { existingWorkspace } from "../../application/parents.ts";
import { clusterWire } from "../../domain/cluster/rules.ts";
import { ClusterPatch, ClusterRequest } from "../../domain/cluster/schema.ts";
import { refuseUnavailable } from "../../domain/shared/availability.ts";
import { parse } from "../../domain/shared/parse.ts";
import type { Services } from "../../services/services.ts";
import { callerOf } from "./lib/caller-of.ts";
import { deleting } from "./lib/delete-operation.ts";
import type { Operation } from "./lib/operation.ts";
import { pageBody, pageOf, pageRequest } from "./lib/paging.ts";
import { clusterRefOf, clusterRoute, workspaceRefOf, workspaceRoute } from "./lib/refs.ts";
import { acceptedOr, ok, resource } from "./lib/reply.ts";
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
  {
    name: "clusters-delete",
    method: "DELETE",
    route: clusterRoute,
    role: "operator",
    handle: deleting(clusterDeletion, clusterRefOf),
  },
  {
    name: "clusters-remote-login",
    method: "POST",
    alsoMethod: "GET",
    route: `${clusterRoute}/listRemoteLoginInformation`,
    role: "operator",
    async handle(request, services) {
      const logins = await clusterLogins(services, clusterRefOf(request));
      return ok(pageBody(request, pageOf(logins, pageRequest(request)), (login) => login));
    },
  },
];

async function create(request: ApiRequest, services: Services) {
  const ref = clusterRefOf(request);
  const raw = await request.json();
  refuseUnavailable("cluster", raw);
  const spec = parse(ClusterRequest, raw);
  const { cluster, operation } = await createCluster(services, callerOf(request), ref, spec);
  return acceptedOr(request, operation, () => resource(clusterWire(cluster)));
}

async function resize(request: ApiRequest, services: Services) {
  const ref = clusterRefOf(request);
  const raw = await request.json();
  refuseUnavailable("cluster", raw);
  const patch = parse(ClusterPatch, raw);
  return resource(clusterWire(await resizeCluster(services, callerOf(request), ref, patch)));
}
