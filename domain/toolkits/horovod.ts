// horovodSettings: a Python script as P MPI ranks.
import { z } from "zod";
import { wholeNumber } from "../shared/fields.ts";
import { checkProcessCount, mpiCommand } from "./mpi.ts";
import { pythonCommand, pythonFields } from "./python-script.ts";
import { defineToolkit, onFirstNode } from "./toolkit.ts";

export const HorovodSettings = z.object({ ...pythonFields, processCount: wholeNumber(1, 10_000).optional() });

export const horovodToolkit = defineToolkit({
  block: "horovodSettings",
  toolType: "horovod",
  settings: HorovodSettings,
  defaults: (_settings, nodeCount) => ({ processCount: nodeCount }),
  validate: ({ processCount }, { nodeCount }) => checkProcessCount(processCount, nodeCount),
  plan: (settings, context) => {
    const { interpreter, command } = pythonCommand(settings, settings.commandLineArgs);
    const processCount = settings.processCount ?? context.nodeCount;
    return [onFirstNode({ interpreter, command: mpiCommand(command, processCount, context) })];
  },
});
