// The file servers that a cluster or a job mounts: they must be there, run, and be in reach of the nodes.
import { subnetOf } from "../domain/cluster/rules.ts";
import type { ClusterDocument } from "../domain/cluster/schema.ts";
import { exportOf, mountsServer } from "../domain/file-server/export.ts";
import type { FileServerExport } from "../domain/file-server/export.ts";
import type { FileServerDocument } from "../domain/file-server/schema.ts";
import { AppError } from "../domain/shared/errors.ts";
import type { MountVolumesRequest } from "../domain/shared/mount-volumes.ts";
import { parseField } from "../domain/shared/parse.ts";
import { parseIdOf, sameId, workspaceOf } from "../domain/shared/resource-id.ts";
import type { RefOf } from "../domain/shared/resource-id.ts";
import type { Services } from "../services/services.ts";
import { allItems } from "./every-item.ts";
import { existing } from "./existing.ts";

/**
 * A role on one workspace is none on another: what mounts a file server is in its workspace.
 * @param mounting the cluster or job.
 * @throws AppError InvalidRequest, FileServerNotFound, or Conflict for one whose machine does not run.
 */
export async function exportsOf(
  services: Services,
  mounting: RefOf<"cluster" | "job">,
  volumes: Pick<MountVolumesRequest, "fileServers"> | undefined,
  at: string,
): Promise<readonly FileServerExport[]> {
  return Promise.all(
    (volumes?.fileServers ?? []).map(async ({ fileServer }, index) => {
      const target = `${at}.fileServers[${index}].fileServer.id`;
      const ref = parseField(target, fileServer.id, (id) => parseIdOf("fileServer", id));
      if (!sameId(workspaceOf(ref), workspaceOf(mounting)))
        throw new AppError(
          "InvalidRequest",
          `${target}: the file server '${ref.fileServer}' is in the workspace '${ref.workspace}'; mount one of the workspace '${mounting.workspace}'`,
          { target },
        );
      return exportOf(await existing(services, ref), target);
    }),
  );
}

/**
 * Nodes that have it mounted would hang, and a network with nodes in it cannot be removed.
 * @throws AppError Conflict while a cluster of its workspace mounts it, or is in the network that was made for it.
 */
export async function refuseMounted(services: Services, server: FileServerDocument): Promise<void> {
  const clusters = await allItems((page) => services.state.clusters.list(workspaceOf(server), page));
  const users = clusters.filter((one) => needs(one, server)).map(({ cluster }) => `'${cluster}'`);
  if (users.length === 0) return;
  const shown = users.length > 5 ? [...users.slice(0, 5), `${users.length - 5} more`] : users;
  throw new AppError(
    "Conflict",
    `The file server '${server.fileServer}' is needed by ${users.length === 1 ? "the cluster" : "the clusters"} ${shown.join(", ")}; delete them first.`,
  );
}

/** One that is being deleted is out of the way soon: what is needed of it then is waited for. */
function needs(cluster: ClusterDocument, server: FileServerDocument): boolean {
  if (cluster.provisioningState === "deleting") return false;
  const made = server.madeSubnet?.id.toLowerCase();
  const isIn = made !== undefined && subnetOf(cluster)?.toLowerCase() === made;
  return isIn || mountsServer(cluster.spec.mountVolumes, server);
}
