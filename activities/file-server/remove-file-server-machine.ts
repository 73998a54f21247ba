// Asks for the removal of a file server's machine with all data on it, and tells whether it is gone.
import { keepDeleting } from "../../application/deletions.ts";
import { removeFileServerMachine as contract } from "../../contracts/file-server-activities.ts";
import { defineActivity } from "../lib/define-activity.ts";

export const removeFileServerMachine = defineActivity(contract, async (services, { fileServer }) => {
  await keepDeleting(services, fileServer.ref, ({ guid }) => guid === fileServer.guid);
  return { gone: (await services.fileServers.remove(fileServer.guid)) === "gone" };
});
