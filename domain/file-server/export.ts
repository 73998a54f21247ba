// What whoever mounts a file server needs of it: where its export is, and in which network. Kept with the cluster or job, because
// a machine never changes its address. Machines are reached by their private addresses, so that a cluster that mounts one
// is in its network: in the machine's own subnet, unless another of the same network was named.
import { z } from "zod";
import type { FileServerMount, MountVolumes } from "../shared/mount-volumes.ts";
import { AppError } from "../shared/errors.ts";
import { idKey, parseIdOf } from "../shared/resource-id.ts";
import type { FileServerRef } from "../shared/resource-id.ts";
import type { FileServerDocument } from "./schema.ts";

export const FileServerExport = z.object({
  /** Of the file server, in lower case. */
  key: z.string(),
  /** As NFS names it: `10.0.0.4:/data`. */
  source: z.string(),
  subnetId: z.string(),
});
export type FileServerExport = z.infer<typeof FileServerExport>;

/** @throws AppError Conflict unless its machine runs. */
export function exportOf(server: FileServerDocument, target: string): FileServerExport {
  const { mountSettings, provisioningState: state } = server;
  const subnet = server.spec.subnet ?? server.madeSubnet;
  if (state === "succeeded" && mountSettings !== undefined && subnet !== undefined)
    return {
      key: idKey(server),
      source: `${mountSettings.fileServerInternalIP}:${mountSettings.mountPoint}`,
      subnetId: subnet.id,
    };
  const remedy =
    state === "creating" ? "wait until it is 'succeeded'" : "mount another one, or create it again";
  throw new AppError(
    "Conflict",
    `${target}: the file server '${server.fileServer}' is '${state}'; ${remedy}`,
    { target },
  );
}

/**
 * The subnet of a cluster that mounts the file servers; undefined when it mounts none and names none.
 * @throws AppError InvalidRequest when they are not all in one network, and the cluster with them.
 */
export function subnetWith(
  own: string | undefined,
  exports: readonly FileServerExport[],
  target: string,
): string | undefined {
  const subnet = own ?? exports[0]?.subnetId;
  for (const { key, subnetId } of exports)
    if (subnet !== undefined && networkOf(subnetId) !== networkOf(subnet))
      throw new AppError("InvalidRequest", `${target}: ${apart(key, subnetId, subnet, own)}`, { target });
  return subnet;
}

function apart(key: string, itsSubnet: string, other: string, own: string | undefined): string {
  const whose =
    own === undefined ? "another file server that is mounted with it" : "the subnet of the cluster";
  return (
    `the file server ${key} is in the virtual network ${networkOf(itsSubnet)}, and ${whose} is in ${networkOf(other)}; ` +
    `nodes reach file servers of their own network only: name a subnet of the same one, or leave 'subnet' of the cluster out`
  );
}

/** @throws AppError InvalidRequest when the nodes of the cluster cannot reach one of them. */
export function checkReachable(
  cluster: string,
  subnetId: string | undefined,
  exports: readonly FileServerExport[],
  target: string,
): void {
  for (const one of exports) {
    if (subnetId !== undefined && networkOf(subnetId) === networkOf(one.subnetId)) continue;
    const where = subnetId === undefined ? "in no network of its own" : `in ${networkOf(subnetId)}`;
    throw new AppError(
      "InvalidRequest",
      `${target}: the file server ${one.key} is in the virtual network ${networkOf(one.subnetId)}, and the cluster '${cluster}' is ${where}; ` +
        `create the cluster with the subnet ${one.subnetId}, or let the cluster mount the file server`,
      { target },
    );
  }
}

/** ARM compares ids without case. */
function networkOf(subnetId: string): string {
  return subnetId.toLowerCase().replace(/\/subnets\/[^/]+$/, "");
}

export interface PlacedMount extends FileServerMount {
  /** The export, or the folder of it: `10.0.0.4:/data/digits`. */
  readonly source: string;
  readonly options: string;
}

/** @throws Error for a mount whose export was not kept with it. */
export function placedMounts(
  volumes: MountVolumes | undefined,
  exports: readonly FileServerExport[] = [],
): readonly PlacedMount[] {
  return (volumes?.fileServers ?? []).map((mount) => {
    const key = idKey(parseIdOf("fileServer", mount.fileServer.id));
    const found = exports.find((one) => one.key === key);
    if (found === undefined) throw new Error(`Nobody kept where the export of ${key} is.`);
    const { sourceDirectory: directory } = mount;
    const source = directory === undefined ? found.source : `${found.source}/${directory}`;
    return { ...mount, source, options: optionsOf(mount) };
  });
}

/** With the version of the protocol that file servers speak, unless another was asked for. */
function optionsOf({ mountOptions: given = "", readOnly }: FileServerMount): string {
  const own = given
    .split(/[\s,]+/)
    .map((word) => word.replace(/^-o/, ""))
    .filter((word) => word !== "");
  const names = own.map((word) => word.split("=")[0]);
  const version = names.some((name) => name === "vers" || name === "nfsvers") ? [] : ["vers=4.1"];
  return [...version, ...own, ...(readOnly === true && !names.includes("ro") ? ["ro"] : [])].join(",");
}

/** Whether the volumes mount the file server. */
export function mountsServer(volumes: MountVolumes | undefined, server: FileServerRef): boolean {
  const key = idKey(server);
  return (volumes?.fileServers ?? []).some(
    ({ fileServer }) => idKey(parseIdOf("fileServer", fileServer.id)) === key,
  );
}
