// Builds a file server's machine, which takes minutes, and says how it went.
import { buildFileServer, recordFileServer } from "../../contracts/file-server-activities.ts";
import { createFileServerOrchestration } from "../../contracts/orchestrations.ts";
import { call } from "../lib/call.ts";
import { defineOrchestration } from "../lib/define-orchestration.ts";
import { untilDone } from "../lib/until-done.ts";
import { withOperation } from "../lib/with-operation.ts";

export const createFileServer = defineOrchestration(
  createFileServerOrchestration,
  function* (context, input) {
    const { fileServer, operationId } = input;
    const step = function* () {
      const end = yield* call(context, buildFileServer, { fileServer });
      if (end.kind === "building") return false;
      yield* call(context, recordFileServer, { fileServer, operationId, end });
      return true;
    };
    return yield* withOperation(context, operationId, untilDone(context, input, step));
  },
);
