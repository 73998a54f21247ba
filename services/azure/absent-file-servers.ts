// FileServers of a version that cannot build the machines: every creation is refused with a reason, so that nobody waits
// for a server that never comes.
import type { FileServers } from "../file-servers.ts";

const message =
  "File-server machines are not available in this version. Delete the file server and mount an Azure file share " +
  "(mountVolumes.azureFileShares) instead, or an NFS server of your own by its mount command " +
  "(mountVolumes.unmanagedFileSystems).";

export function absentFileServers(): FileServers {
  return { build: async () => ({ kind: "refused", message }), remove: async () => "gone" };
}
