// The programs that emulated nodes have in place of the real ones, first on their PATH: `ssh` to reach each other, and the
// mount commands. Gives every node what these need in its environment; what the programs do is decided where they live.
import { dirname, join } from "node:path";
import { openNodeRegistry } from "./batch-emulator/agent/stand-ins/node-registry.ts";
import type { Logger } from "./logger.ts";
import type { Mounts } from "./mounts/index.ts";
import { startMountService } from "./mounts/service.ts";
import { writeMountStandIns } from "./mounts/stand-ins/index.ts";
import type { Random } from "./random.ts";

export interface NodePlace {
  readonly id: string;
  /** Absolute path of the node's folder. */
  readonly root: string;
  /** Loopback address by which other nodes call it. */
  readonly address: string;
}

export interface NodePrograms {
  /** Goes before the system's PATH: the stand-ins, and the `node` that runs this. */
  readonly pathPrefix: readonly string[];
  /** Environment of everything that runs on the node. From then on other nodes reach it by ssh. */
  environmentOf(node: NodePlace): Readonly<Record<string, string>>;
  dispose(): Promise<void>;
}

const systemPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

export async function openNodePrograms(o: {
  /** For the programs and their state; kept over restarts. */
  readonly folder: string;
  readonly mounts: Mounts;
  readonly random: Random;
  readonly logger: Logger;
}): Promise<NodePrograms> {
  const registry = openNodeRegistry(o.folder);
  writeMountStandIns(registry.binDirectory);
  const mountService = await startMountService({
    mounts: o.mounts,
    stateFile: join(o.folder, "mount-service.json"),
    random: o.random,
    logger: o.logger,
  });
  const pathPrefix = [registry.binDirectory, dirname(process.execPath)];
  /** Addresses are given again when a node has gone; the folder tells the successor apart. */
  const reachable = new Map<string, string>();
  return {
    pathPrefix,
    environmentOf(node) {
      const environment = mountService.environmentOf(node.id, node.root);
      if (reachable.get(node.address) !== node.root) {
        registry.registerNode({
          address: node.address,
          nodeRoot: node.root,
          environment: {
            ...environment,
            PATH: [...pathPrefix, systemPath].join(":"),
            HOME: node.root,
            LANG: "C.UTF-8",
            AZ_BATCH_NODE_ID: node.id,
            AZ_BATCH_NODE_ROOT_DIR: node.root,
            AZ_BATCH_NODE_SHARED_DIR: join(node.root, "shared"),
            AZ_BATCH_NODE_MOUNTS_DIR: join(node.root, "fsmounts"),
          },
        });
        reachable.set(node.address, node.root);
      }
      return environment;
    },
    dispose: () => mountService.close(),
  };
}
