// Clusters on the wire: create, resize, remote login, logs of the setup task, and what every kind has.
import { clusterLogins, createCluster, resizeCluster } from "../../application/clusters.ts";
import { listSetupFiles } from "../../application/setup-files.ts";
import { ClusterPatch, ClusterRequest } from "../../domain/cluster/schema.ts";
import { rowOf } from "../../domain/resources.ts";
import { ownApiVersion } from "../../domain/shared/api-versions.ts";
import { refuseOwnMembers } from "../../domain/shared/own-members.ts";
import { parse } from "../../domain/shared/parse.ts";
import type { Services } from "../../services/services.ts";
import { callerOf } from "./lib/caller-of.ts";
import { fileWire, listingOf } from "./lib/file-listing.ts";
import type { Operation } from "./lib/operation.ts";
import { pageBody, pageOf, pageRequest } from "./lib/paging.ts";
import { requestedRef, routeOf } from "./lib/refs.ts";
import { acceptedOr, ok } from "./lib/reply.ts";
import type { ApiRequest } from "./lib/request.ts";
import { shown, standardOperations } from "./lib/standard-operations.ts";

const route = routeOf("cluster");
const { apiVersions } = rowOf("cluster");

export const clusterOperations: readonly Operation[] = [
  ...standardOperations("cluster", "operator"),
  { name: "clusters-create", method: "PUT", route, role: "operator", apiVersions, handle: create },
  { name: "clusters-update", method: "PATCH", route, role: "operator", apiVersions, handle: resize },
  {
    name: "clusters-remote-login",
    method: "POST",
    alsoMethod: "GET",
    route: `${route}/listRemoteLoginInformation`,
    role: "operator",
    async handle(request, services) {
      const logins = await clusterLogins(services, requestedRef(request, "cluster"));
      return ok(pageBody(request, pageOf(logins, pageRequest(request)), (login) => login));
    },
  },
  {
    name: "clusters-setup-files",
    method: "POST",
    alsoMethod: "GET",
    route: `${route}/listSetupFiles`,
    role: "reader",
    apiVersions: [ownApiVersion],
    async handle(request, services) {
      const files = await listSetupFiles(services, requestedRef(request, "cluster"), listingOf(request));
      return ok(pageBody(request, files, fileWire));
    },
  },
];

async function create(request: ApiRequest, services: Services) {
  const ref = requestedRef(request, "cluster");
  const raw = await request.json();
  if (request.query("api-version") !== ownApiVersion) refuseOwnMembers("cluster", raw);
  const spec = parse(ClusterRequest, raw);
  const { cluster, operation } = await createCluster(services, callerOf(request), ref, spec);
  return acceptedOr(request, operation, () => shown(cluster));
}

async function resize(request: ApiRequest, services: Services) {
  const ref = requestedRef(request, "cluster");
  const raw = await request.json();
  const patch = parse(ClusterPatch, raw);
  return shown(await resizeCluster(services, callerOf(request), ref, patch));
}
