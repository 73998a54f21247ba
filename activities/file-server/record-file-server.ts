// Ends a file server's creation in its document and in the operation that clients poll.
import { service } from "../../application/caller.ts";
import { recordFileServer as contract } from "../../contracts/file-server-activities.ts";
import { provisionFileServer, runningFileServer } from "../../domain/file-server/rules.ts";
import type { FailureCode } from "../../domain/shared/errors.ts";
import { timestamp } from "../../services/clock.ts";
import { defineActivity } from "../lib/define-activity.ts";
import { update } from "../lib/documents.ts";

export const recordFileServer = defineActivity(
  contract,
  async (services, { fileServer, operationId, end }) => {
    const time = timestamp(services.clock);
    const failure = {
      running: undefined,
      notWanted: "The file server was deleted before it was created.",
      refused: end.kind === "refused" ? end.message : undefined,
    }[end.kind];
    await update(
      services,
      fileServer,
      (current) => {
        if (current.provisioningState !== "creating") return current;
        return end.kind === "running"
          ? runningFileServer(current, end, new Date(time))
          : provisionFileServer(current, "failed", new Date(time));
      },
      () => ({
        time,
        actor: service,
        cause: failure === undefined ? "the machine runs" : `FileServerProvisioningFailed: ${failure}`,
        link: `operation:${operationId}`,
      }),
    );
    await services.operations.close(
      operationId,
      failure === undefined
        ? { status: "Succeeded" }
        : {
            status: "Failed",
            error: { code: "FileServerProvisioningFailed" satisfies FailureCode, message: failure },
          },
      time,
    );
    return undefined;
  },
);
