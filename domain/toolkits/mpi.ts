// How a command becomes MPI ranks: shell text that finds out which MPI the node has and starts `mpirun` accordingly. The
// image or the job preparation brings MPI. Every exported variable reaches every rank; each rank's command is shell text,
// so that `$OMPI_COMM_WORLD_RANK` and the like expand where they are known.
import { quoteWord } from "../launch/quote.ts";
import type { ToolkitContext } from "./toolkit.ts";

/** Fields of the settings that MPI toolkits share. Answers what is wrong, or undefined. */
export function checkProcessCount(processCount: number | undefined, nodeCount: number): string | undefined {
  if (processCount === undefined || processCount >= nodeCount) return undefined;
  return `processCount: ${processCount} processes cannot fill ${nodeCount} nodes; raise it to at least ${nodeCount} or lower nodeCount`;
}

/** Intel MPI over InfiniBand (sizes with RDMA) or TCP; a value the user exported wins. */
function fabricLines(hasInfiniBand: boolean): readonly string[] {
  return hasInfiniBand
    ? [
        'export I_MPI_FABRICS="${I_MPI_FABRICS:-dapl}" I_MPI_DAPL_PROVIDER="${I_MPI_DAPL_PROVIDER:-ofa-v2-ib0}"',
        'export I_MPI_DYNAMIC_CONNECTION="${I_MPI_DYNAMIC_CONNECTION:-0}"',
      ]
    : ['export I_MPI_FABRICS="${I_MPI_FABRICS:-tcp}"'];
}

/**
 * Shell text that runs `rankCommand` as `processCount` ranks over the job's nodes and exits with mpirun's exit code.
 * Open MPI gets a host file and the names of all exported variables, Intel MPI a host list and `-genvall`.
 */
export function mpiCommand(rankCommand: string, processCount: number, context: ToolkitContext): string {
  const perNode = Math.ceil(processCount / context.nodeCount);
  return [
    'batchai_sh=/bin/sh; if [ -n "${BASH_VERSION-}" ]; then batchai_sh=$BASH; fi',
    'case "$(mpirun --version 2>/dev/null)" in',
    '*"Open MPI"* | *OpenRTE*)',
    // Open MPI must not meet its peers over Docker's bridge, nor over loopback unless all nodes are on it.
    'batchai_no=docker0,lo; case "$AZ_BATCHAI_MPI_MASTER_NODE" in 127.* | localhost) batchai_no=docker0 ;; esac',
    `set -- mpirun --allow-run-as-root -np ${processCount} -npernode ${perNode} --hostfile "$AZ_BATCHAI_MPI_HOST_FILE"`,
    'set -- "$@" -mca btl_tcp_if_exclude "$batchai_no" -mca plm_rsh_agent ssh',
    "for batchai_name in $(awk 'BEGIN { for (name in ENVIRON) print name }' </dev/null); do",
    "case $batchai_name in *[!A-Za-z0-9_]* | _ | PWD | OLDPWD | SHLVL | OMPI_* | PMIX_*) ;;",
    '*) set -- "$@" -x "$batchai_name" ;; esac; done ;;',
    "?*)",
    ...fabricLines(context.hasInfiniBand),
    `set -- mpirun -n ${processCount} -ppn ${perNode} -hosts "\${AZ_BATCH_HOST_LIST:-localhost}" -genvall ;;`,
    '*) echo "mpirun is not on the first node: install MPI in jobPreparation on every node, or use an image that has it." >&2',
    "exit 127 ;; esac",
    `"$@" "$batchai_sh" -c ${quoteWord(rankCommand)}`,
  ].join("\n");
}
