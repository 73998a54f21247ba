// customMpiSettings: the user's command as P MPI ranks over the nodes.
import { z } from "zod";
import { text, wholeNumber } from "../shared/fields.ts";
import { checkProcessCount, mpiCommand } from "./mpi.ts";
import { defineToolkit, onFirstNode } from "./toolkit.ts";

export const CustomMpiSettings = z.object({
  commandLine: text(32_768),
  processCount: wholeNumber(1, 10_000).optional(),
});

export const customMpiToolkit = defineToolkit({
  block: "customMpiSettings",
  toolType: "custommpi",
  settings: CustomMpiSettings,
  validate: ({ processCount }, { nodeCount }) => checkProcessCount(processCount, nodeCount),
  plan: ({ commandLine, processCount }, context) => [
    onFirstNode({ command: mpiCommand(commandLine, processCount ?? context.nodeCount, context) }),
  ],
});
