// Deletes a file server: its machine and disks first, then its documents.
import { removeFileServerMachine, removeFileServerRecords } from "../../contracts/file-server-activities.ts";
import { deleteFileServerOrchestration } from "../../contracts/orchestrations.ts";
import { call } from "../lib/call.ts";
import { defineOrchestration } from "../lib/define-orchestration.ts";
import { untilDone } from "../lib/until-done.ts";
import { withOperation } from "../lib/with-operation.ts";

export const deleteFileServer = defineOrchestration(
  deleteFileServerOrchestration,
  function* (context, input) {
    const { fileServer, operationId } = input;
    const step = function* () {
      const { gone } = yield* call(context, removeFileServerMachine, { fileServer });
      if (gone) yield* call(context, removeFileServerRecords, input);
      return gone;
    };
    return yield* withOperation(context, operationId, untilDone(context, input, step));
  },
);
