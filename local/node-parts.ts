// What the nodes of the Batch emulator run on: processes and containers, mounts, shim commands, storage in the name of
// identities, packages. Put together here once, for the local cloud and for the emulator alone.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { withContainers } from "./batch-emulator/agent/container-executor.ts";
import type { ContainerEngine } from "./batch-emulator/agent/container-engine.ts";
import { createPackageStore } from "./batch-emulator/agent/package-store.ts";
import { createProcessExecutor } from "./batch-emulator/agent/process-executor.ts";
import { createStorageAccess } from "./batch-emulator/agent/storage-access.ts";
import type { EmulatorOptions } from "./batch-emulator/index.ts";
import type { Clock } from "./clock.ts";
import { findGpus, shareGpus } from "./gpus.ts";
import { createJobContainers } from "./job-containers.ts";
import type { Logger } from "./logger.ts";
import { createMounts } from "./mounts/index.ts";
import type { ExportedAt } from "./mounts/index.ts";
import { startMountService } from "./mounts/service.ts";
import { createNodeSsh } from "./node-ssh/index.ts";
import { createNodeSupport } from "./node-support.ts";
import type { Random } from "./random.ts";
import type { Teardown } from "./teardown.ts";

export type NodeParts = Required<
  Pick<EmulatorOptions, "executor" | "mounts" | "support" | "storage" | "packages">
>;

export interface NodePartsOptions {
  /** Of the data; mounts, tasks and containers have folders in it. */
  readonly folder: string;
  readonly account: { readonly name: string; readonly key: string };
  /** Further accounts of the same storage that jobs may mount; asked for with every mount. */
  readonly otherAccounts?: () => readonly { readonly name: string; readonly key: string }[];
  readonly storage: { readonly blobUrl: string; readonly connectionString: string };
  /** The folder of a share, where shares are folders of this machine. */
  readonly shareRoot?: (account: string, share: string) => string | undefined;
  readonly shareProtocol?: (account: string, share: string) => Promise<"SMB" | "NFS">;
  /** What machines of the same cloud export by NFS, where there are such machines. */
  readonly exported?: ExportedAt;
  readonly engine: ContainerEngine | undefined;
  /** `host`: jobs run outside of the containers that they ask for. */
  readonly containers?: "engine" | "host";
  /** Where the programs of this machine are found: its `PATH`. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Learns how to end what was started, also when this fails. */
  readonly teardown: Teardown;
}

export async function openNodeParts(o: NodePartsOptions): Promise<NodeParts> {
  const { clock, random, logger } = o;
  const within = (name: string) => join(o.folder, name);
  const account = { ...o.account, blobUrl: o.storage.blobUrl };
  const mounts = createMounts({
    root: within("mounts"),
    get accounts() {
      const { origin } = new URL(o.storage.blobUrl);
      const others = o.otherAccounts?.() ?? [];
      return [account, ...others.map(({ name, key }) => ({ name, key, blobUrl: `${origin}/${name}` }))];
    },
    shareRoot: o.shareRoot ?? (() => undefined),
    shareProtocol: o.shareProtocol,
    exported: o.exported,
    clock,
    logger,
  });
  o.teardown.add("mounts", () => mounts.close());
  const mountService = await startMountService({
    mounts,
    stateFile: within("mount-service.json"),
    random,
    logger,
  });
  o.teardown.add("mount service", () => mountService.close());
  const storage = createStorageAccess(account, clock, (name) =>
    (o.otherAccounts?.() ?? []).some((one) => one.name === name),
  );
  const stateDirectory = within("tasks");
  await mkdir(stateDirectory, { recursive: true });
  const inner = createProcessExecutor({ stateDirectory, clock, random, logger, storage });
  const jobContainers = createJobContainers({
    directory: within("shims/containers"),
    engine: o.engine,
    containers: o.containers ?? "engine",
    logger,
  });
  o.teardown.add("containers of jobs", () => jobContainers.close());
  const ssh = createNodeSsh({
    hostKeyFile: within("ssh_host_ed25519_key"),
    ...{ stateDirectory, clock, random, logger },
  });
  o.teardown.add("ssh", () => ssh.dispose());
  return {
    storage,
    mounts,
    support: createNodeSupport({
      directory: within("shims"),
      nodeProgram: process.execPath,
      mountService,
      jobContainers,
      ssh,
      gpus: shareGpus(await findGpus(o.environment), within("gpus.json")),
    }),
    executor: withContainers({
      ...{ inner, engine: o.engine, directory: within("containers"), clock, random, logger },
    }),
    packages: createPackageStore({ connectionString: o.storage.connectionString, random }),
  };
}
