// Makes emulated nodes feel like nodes: `ssh` to each other, `mount` and `blobfuse2`, and the `node` that runs this program,
// all first on their PATH. The commands are shims attached to the local cloud; what runs on the nodes cannot tell.
import { dirname, join } from "node:path";
import { openNodeRegistry } from "./batch-emulator/agent/shims/node-registry.ts";
import type { NodeSupport } from "./batch-emulator/service/ports/node-support.ts";
import type { SharedGpus } from "./gpus.ts";
import type { JobContainers } from "./job-containers.ts";
import type { MountService } from "./mounts/service.ts";
import { writeAccounts } from "./node-accounts.ts";
import type { NodeSsh } from "./node-ssh/index.ts";
import { writeMountShims } from "./mounts/shims/index.ts";

/**
 * What programs must be told when several nodes are one machine. The launcher: that a port is not a node's own. Open MPI,
 * which names its shared memory after the host, so that ranks of two nodes would take each other's: to talk over TCP, and
 * not to hold a processor while it waits, which it believes to be its node's alone.
 */
const ofOneMachine = {
  BATCHAI_NODES_SHARE_MACHINE: "yes",
  OMPI_MCA_btl: "tcp,self",
  OMPI_MCA_mpi_yield_when_idle: "1",
};

/** `directory` receives the shims and the register of nodes; `nodeProgram` is the running `node`. */
export function createNodeSupport(o: {
  readonly directory: string;
  readonly nodeProgram: string;
  readonly mountService: MountService;
  readonly jobContainers: JobContainers;
  readonly gpus: SharedGpus;
  /** Absent: nobody logs in from outside. */
  readonly ssh?: NodeSsh;
}): NodeSupport {
  const registry = openNodeRegistry(join(o.directory, "ssh"));
  const mountDirectory = join(o.directory, "mount");
  writeMountShims(mountDirectory);
  const { jobContainers } = o;
  const roots = new Map<string, string>();
  return {
    pathPrefix: [registry.binDirectory, mountDirectory, jobContainers.binDirectory, dirname(o.nodeProgram)],
    environmentOf: (nodeId, nodeRoot, { vmSize, ...of }) => ({
      ...ofOneMachine,
      ...jobContainers.environment,
      ...o.gpus.environmentOf(nodeRoot, vmSize),
      ...o.mountService.environmentOf(nodeId, nodeRoot, of),
      // This is a folder and no machine: what belongs to accounts goes below it, and what stays must not outlive us.
      BATCHAI_NODE_FILES: machineOf(nodeRoot),
      BATCHAI_EMULATOR_PID: String(process.pid),
    }),
    makeAccounts: (nodeRoot, accounts) => writeAccounts(machineOf(nodeRoot), accounts),
    async nodeUp({ logins, ...node }) {
      roots.set(node.address, node.nodeRoot);
      registry.registerNode(node);
      const { address, environment } = node;
      if (logins !== undefined)
        await o.ssh?.open({ address, environment, logins, machine: machineOf(node.nodeRoot) });
    },
    loginsChanged: (address) => o.ssh?.checkLogins(address),
    sshPortOf: (address) => o.ssh?.portOf(address),
    nodeDown(address) {
      registry.removeNode(address);
      o.ssh?.close(address);
      const root = roots.get(address);
      if (root !== undefined) {
        jobContainers.removeOf(root);
        o.gpus.giveBack(root);
      }
      roots.delete(address);
    },
  };
}

/** What stands for `/` of the node; not among the folders of the node that Batch's file operations reach. */
const machineOf = (nodeRoot: string) => join(nodeRoot, "machine");
