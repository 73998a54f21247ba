// The last step of a file server's deletion: its secrets and its document.
import { removeFileServerRecords as contract } from "../../contracts/file-server-activities.ts";
import { timestamp } from "../../services/clock.ts";
import { defineActivity } from "../lib/define-activity.ts";

export const removeFileServerRecords = defineActivity(
  contract,
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
