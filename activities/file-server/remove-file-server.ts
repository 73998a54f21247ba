// The steps of a file server's deletion: its machine with all data on it, then its records.
import { keepDeleting } from "../../application/deletions.ts";
import { removeFileServerMachine, removeFileServerRecords } from "../../contracts/file-server-activities.ts";
import { timestamp } from "../../services/clock.ts";
import { defineActivity } from "../lib/define-activity.ts";

export const removeMachine = defineActivity(removeFileServerMachine, async (services, { fileServer }) => {
  await keepDeleting(services, fileServer.ref, ({ guid }) => guid === fileServer.guid);
  return { gone: (await services.fileServers.remove(fileServer.guid)) === "gone" };
});

export const removeMachineRecords = defineActivity(
  removeFileServerRecords,
  async (services, { fileServer, operationId, actor }) => {
    const time = timestamp(services.clock);
    const isIt = ({ guid }: { readonly guid: string }) => guid === fileServer.guid;
    await services.state.fileServers.remove(fileServer.ref, isIt, {
      time,
      actor,
      cause: "deleted",
      link: `operation:${operationId}`,
    });
    await services.secrets.remove(fileServer.guid);
    await services.operations.close(operationId, { status: "Succeeded" }, time);
    return undefined;
  },
);
