// FileServers of a version that cannot build the machines: every creation is refused with a reason, so that nobody waits
// for a server that never comes.
import type { FileServers } from "../file-servers.ts";

const message =
  "File-server machines are not available in this version. Delete the file server and mount an Azure file share " +
  "(mountVolumes.azureFileShares) instead; it can be read and written by every node at once.";

export function absentFileServers(): FileServers {
  return { build: async () => ({ kind: "refused", message }), remove: async () => "gone" };
}
