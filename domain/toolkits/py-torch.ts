// pyTorchSettings. With MPI: P ranks under mpirun. With TCP or Gloo: P processes over N nodes. A script finds its rank in AZ_BATCHAI_TASK_INDEX and the
// meeting point in AZ_BATCHAI_PYTORCH_INIT_METHOD: a file on one node, a TCP port of the first node on several (the
// original shared a file over NFS; both are init methods of torch.distributed).
import { z } from "zod";
import { choiceAsSent, wholeNumber } from "../shared/fields.ts";
import { checkProcessCount, mpiCommand } from "./mpi.ts";
import { pythonCommand, pythonFields } from "./python-script.ts";
import { spreadRanks } from "./spread.ts";
import { defineToolkit, onFirstNode } from "./toolkit.ts";

export const PyTorchSettings = z.object({
  ...pythonFields,
  processCount: wholeNumber(1, 10_000).optional(),
  communicationBackend: choiceAsSent(["TCP", "Gloo", "MPI"]).optional(),
});

export const pyTorchToolkit = defineToolkit({
  block: "pyTorchSettings",
  toolType: "pytorch",
  settings: PyTorchSettings,
  canonical: ({ communicationBackend, ...settings }) => ({
    ...settings,
    communicationBackend: communicationBackend?.toLowerCase(),
  }),
  defaults: (_settings, nodeCount) => ({ processCount: nodeCount }),
  validate: ({ processCount, communicationBackend }, { nodeCount }) => {
    const processes = processCount ?? nodeCount;
    const problem = checkProcessCount(processCount, nodeCount);
    if (problem !== undefined) return problem;
    if (processes > 1 && communicationBackend === undefined) {
      return `communicationBackend: is required for ${processes} processes, expected one of 'TCP', 'Gloo', 'MPI'`;
    }
    return undefined;
  },
  plan: (settings, context) => {
    const { nodeCount, rendezvousPort } = context;
    const processCount = settings.processCount ?? nodeCount;
    const python = pythonCommand(settings, settings.commandLineArgs);
    const backend = settings.communicationBackend?.toLowerCase();
    if (backend === "mpi") {
      return [onFirstNode({ ...python, command: mpiCommand(python.command, processCount, context) })];
    }
    const initMethod =
      nodeCount === 1
        ? "file://$AZ_BATCHAI_SHARED_JOB_TEMP/pytorch-init"
        : `tcp://$AZ_BATCHAI_MPI_MASTER_NODE:${rendezvousPort}`;
    return spreadRanks(processCount, nodeCount).map((node, rank) => ({
      node,
      role: "worker",
      index: rank,
      ...python,
      environment: {
        AZ_BATCHAI_TASK_INDEX: String(rank),
        AZ_BATCHAI_PYTORCH_INIT_METHOD: initMethod,
        ...(backend === undefined ? {} : { AZ_BATCHAI_PYTORCH_BACKEND: backend }),
      },
      ends: "required",
      main: rank === 0,
      log: String(rank),
    }));
  },
});
