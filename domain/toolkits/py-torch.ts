// pyTorchSettings with TCP or Gloo: P processes over N nodes. A script finds its rank in AZ_BATCHAI_TASK_INDEX and the
// meeting point in AZ_BATCHAI_PYTORCH_INIT_METHOD: a file on one node, a TCP port of the first node on several (the
// original shared a file over NFS; both are init methods of torch.distributed).
import { z } from "zod";
import { choice, wholeNumber } from "../shared/fields.ts";
import { pythonCommand, pythonFields } from "./python-script.ts";
import { spreadRanks } from "./spread.ts";
import { defineToolkit } from "./toolkit.ts";

export const PyTorchSettings = z.object({
  ...pythonFields,
  processCount: wholeNumber(1, 10_000).optional(),
  communicationBackend: choice(["TCP", "Gloo", "MPI"]).optional(),
});

export const pyTorchToolkit = defineToolkit({
  block: "pyTorchSettings",
  toolType: "pytorch",
  settings: PyTorchSettings,
  validate: ({ processCount, communicationBackend }, { nodeCount }) => {
    const processes = processCount ?? nodeCount;
    if (communicationBackend === "MPI") {
      return "communicationBackend: 'MPI' is not available yet; use 'Gloo' or 'TCP'";
    }
    if (processes < nodeCount) {
      return `processCount: ${processes} processes cannot fill ${nodeCount} nodes; raise it to at least ${nodeCount} or lower nodeCount`;
    }
    if (processes > 1 && communicationBackend === undefined) {
      return `communicationBackend: is required for ${processes} processes, expected one of 'TCP', 'Gloo'`;
    }
    return undefined;
  },
  plan: (settings, { nodeCount, rendezvousPort }) => {
    const initMethod =
      nodeCount === 1
        ? "file://$AZ_BATCHAI_SHARED_JOB_TEMP/pytorch-init"
        : `tcp://$AZ_BATCHAI_MPI_MASTER_NODE:${rendezvousPort}`;
    const backend = settings.communicationBackend?.toLowerCase();
    return spreadRanks(settings.processCount ?? nodeCount, nodeCount).map((node, rank) => ({
      node,
      role: "worker",
      index: rank,
      ...pythonCommand(settings, settings.commandLineArgs),
      environment: {
        AZ_BATCHAI_TASK_INDEX: String(rank),
        AZ_BATCHAI_PYTORCH_INIT_METHOD: initMethod,
        ...(backend === undefined ? {} : { AZ_BATCHAI_PYTORCH_BACKEND: backend }),
      },
      ends: "required",
      main: rank === 0,
    }));
  },
});
