// How a command becomes MPI ranks: shell text that finds out which MPI the node has and starts `mpirun` accordingly. The
// image or the job preparation brings MPI. Every exported variable reaches every rank, but a rank has the service's
// variables of the node it runs on: it gets in by the launcher's `enter`. Each rank's command is shell text, so that
// `$OMPI_COMM_WORLD_RANK` and the like expand where they are known.
// Why it is so: docs/adr/0016-nodes-of-one-machine-and-ranks-of-a-node.md
import { quoteWord } from "../launch/quote.ts";
import type { ToolkitContext } from "./toolkit.ts";

/** Fields of the settings that MPI toolkits share. Answers what is wrong, or undefined. */
export function checkProcessCount(processCount: number | undefined, nodeCount: number): string | undefined {
  if (processCount === undefined || processCount >= nodeCount) return undefined;
  return `processCount: ${processCount} processes cannot fill ${nodeCount} nodes; raise it to at least ${nodeCount} or lower nodeCount`;
}

/** Runs shell text for every exported variable, whose name is in $batchai_name: those that each node has its own of, and the others. */
const forEachVariable = (ofNode: string, other: string) => [
  "for batchai_name in $(awk 'BEGIN { for (name in ENVIRON) print name }' </dev/null); do case $batchai_name in",
  "*[!A-Za-z0-9_]* | _ | PWD | OLDPWD | SHLVL | OMPI_* | PMIX_*) ;;",
  `AZ_BATCHAI_INTERPRETER) ${other} ;; AZ_BATCH*) ${ofNode} ;; *) ${other} ;; esac; done`,
];

/**
 * Intel MPI up to 2018 is told to use InfiniBand (sizes with RDMA) or TCP; later ones choose by themselves and no longer
 * know these names. A value the user exported wins.
 */
function fabricLines(hasInfiniBand: boolean): readonly string[] {
  const setting = hasInfiniBand
    ? 'export I_MPI_FABRICS="${I_MPI_FABRICS:-dapl}" I_MPI_DAPL_PROVIDER="${I_MPI_DAPL_PROVIDER:-ofa-v2-ib0}" I_MPI_DYNAMIC_CONNECTION="${I_MPI_DYNAMIC_CONNECTION:-0}"'
    : 'export I_MPI_FABRICS="${I_MPI_FABRICS:-tcp}"';
  return [`case "$batchai_mpi" in *"Version "[345].* | *"Version 201"[0-8]*)`, `${setting} ;; esac`];
}

/**
 * Azure's HPC images keep their MPIs off every PATH, as environment modules. The first that loads is called by its whole path,
 * from which it knows where its own parts are on the other nodes.
 */
const findMpi = [
  "batchai_mpirun=mpirun batchai_modules=${BATCHAI_NODE_FILES-}/etc/profile.d/modules.sh",
  'if ! command -v mpirun >/dev/null 2>&1 && [ -r "$batchai_modules" ]; then . "$batchai_modules"',
  "for batchai_module in mpi/hpcx mpi/openmpi mpi/impi; do",
  'if module load "$batchai_module" >/dev/null 2>&1 && batchai_found=$(command -v mpirun); then batchai_mpirun=$batchai_found; break; fi',
  "done; fi",
];

const passOn = 'set -- -x "$batchai_name" "$@"';

/** Words that say to each MPI how many ranks a node gets, and a line of shell text that comes before mpirun. */
interface Placement {
  readonly before: readonly string[];
  readonly words: string;
}

/**
 * As many on each node, where they divide. Else the first nodes have one more, as in `spreadRanks`: "so many per node" would
 * fill the first nodes and could leave the last ones empty, so that each node is named with its number.
 */
function placements(processCount: number, nodeCount: number): { openMpi: Placement; intelMpi: Placement } {
  const each = Math.floor(processCount / nodeCount);
  const extra = processCount % nodeCount;
  const hosts = '"$AZ_BATCHAI_MPI_HOST_FILE"';
  const intelHosts = '"${AZ_BATCH_HOST_LIST:-localhost}"';
  if (extra === 0)
    return {
      openMpi: { before: [], words: `-npernode ${each} --oversubscribe --hostfile ${hosts}` },
      intelMpi: { before: [], words: `-ppn ${each} -hosts ${intelHosts}` },
    };
  const own = '"$AZ_BATCHAI_JOB_TEMP/hostfile-ranks"';
  const write = (sign: string) => [
    `awk '{ print $1 "${sign}" ${each} + (NR <= ${extra}) }' ${hosts} >${own} || exit`,
  ];
  return {
    openMpi: { before: write(" slots="), words: `--map-by slot --oversubscribe --hostfile ${own}` },
    intelMpi: { before: write(":"), words: `-machinefile ${own}` },
  };
}

/**
 * Shell text that runs `rankCommand` as `processCount` ranks over the job's nodes and exits with mpirun's exit code.
 * Open MPI gets a host file and the names of the variables to pass on, Intel MPI (as MPICH) a host list and `-genvall`.
 */
export function mpiCommand(rankCommand: string, processCount: number, context: ToolkitContext): string {
  const { openMpi, intelMpi } = placements(processCount, context.nodeCount);
  return [
    'batchai_sh=/bin/sh; if [ -n "${BASH_VERSION-}" ]; then batchai_sh=$BASH; fi',
    rankWords(rankCommand, context.nodeCount),
    ...findMpi,
    'batchai_mpi=$("$batchai_mpirun" --version 2>/dev/null)',
    'case "$batchai_mpi" in',
    '*"Open MPI"* | *OpenRTE*)',
    // Open MPI must not meet its peers over Docker's bridge, nor over loopback unless all nodes are on it.
    'batchai_no=docker0,lo; case "$AZ_BATCHAI_MPI_MASTER_NODE" in 127.* | localhost) batchai_no=docker0 ;; esac',
    'set -- -mca btl_tcp_if_exclude "$batchai_no" "$@"',
    ...forEachVariable(context.nodeCount === 1 ? passOn : ":", passOn),
    ...openMpi.before,
    `set -- "$batchai_mpirun" --allow-run-as-root -np ${processCount} ${openMpi.words} "$@" ;;`,
    "?*)",
    ...fabricLines(context.hasInfiniBand),
    ...intelMpi.before,
    `set -- "$batchai_mpirun" -n ${processCount} ${intelMpi.words} -genvall "$@"`,
    ...(context.nodeCount === 1 ? [] : forEachVariable('unset "$batchai_name"', ":")),
    ";;",
    '*) echo "mpirun is not on the first node: install MPI in jobPreparation on every node, or use an image that has it (on the PATH, or as the module mpi/hpcx, mpi/openmpi or mpi/impi)." >&2',
    "exit 127 ;; esac",
    '"$@"',
  ].join("\n");
}

/** The words that mpirun is to run, as positional parameters. */
function rankWords(rankCommand: string, nodeCount: number): string {
  const way = nodeCount === 1 ? '"$batchai_sh" -c' : '/bin/sh "$AZ_BATCHAI_ENTER"';
  return `set -- ${way} ${quoteWord(rankCommand)}`;
}
