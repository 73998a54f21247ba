// What the logs of a job's processes are called in its stdouterr directory, and which node writes them. Also for what reads them: a job as
// clients see it says enough.
import { toolkits } from "../toolkits/registry.ts";
import type { PlannedProcess } from "../toolkits/toolkit.ts";

export interface LogNames {
  readonly stdout: string;
  readonly stderr: string;
}

/** `alias`: other names under which the same is there. */
export function logNamesOf(process: PlannedProcess): LogNames & { readonly alias?: LogNames } {
  const plain = { stdout: "stdout.txt", stderr: "stderr.txt" };
  const log = process.log ?? `${process.role}-${process.index}`;
  const named = { stdout: `stdout-${log}.txt`, stderr: `stderr-${log}.txt` };
  if (!process.main) return named;
  return process.log === undefined ? plain : { ...plain, alias: named };
}

/** Of each process that the job starts on a node; none where only that node's preparation runs, or mpirun brings its processes there. */
export function logsOfNode(job: { readonly nodeCount: number }, node: number): readonly LogNames[] {
  const settings = (block: string) => (job as Readonly<Record<string, unknown>>)[block];
  const toolkit = toolkits.find(({ block }) => settings(block) !== undefined);
  if (toolkit === undefined) return [];
  // Only commands depend on what the nodes are.
  const nodes = { gpusPerNode: undefined, hasInfiniBand: false, rendezvousPort: 0, hasSharedTemp: true };
  return toolkit
    .plan(settings(toolkit.block), { nodeCount: job.nodeCount, ...nodes })
    .filter((process) => process.node === node)
    .map(logNamesOf);
}
