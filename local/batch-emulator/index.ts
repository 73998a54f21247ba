// The Azure Batch emulator as one object: opens the journal, brings back what was there, listens. The three layers meet
// only here.
import { mkdtempSync, mkdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Clock } from "../clock.ts";
import type { Logger } from "../logger.ts";
import type { Random } from "../random.ts";
import type { Executor } from "./agent/executor.ts";
import { localParameters } from "./parameters.ts";
import type { EmulatorParameters } from "./parameters.ts";
import { armRoutes } from "./protocol/arm-routes.ts";
import { fileRoutes } from "./protocol/file-routes.ts";
import { createGateway } from "./protocol/gateway.ts";
import type { Gateway } from "./protocol/gateway.ts";
import { jobRoutes } from "./protocol/job-routes.ts";
import { listen } from "./protocol/listener.ts";
import { poolRoutes } from "./protocol/pool-routes.ts";
import { taskRoutes } from "./protocol/task-routes.ts";
import { compose } from "./service/emulator.ts";
import type { MountProvider } from "./service/mount-provider.ts";
import { noDisk, realDisk } from "./service/node-disk.ts";
import { recover } from "./service/recovery.ts";
import { World } from "./service/world.ts";
import { openLibsqlJournal } from "./store/libsql-journal.ts";
import { memoryJournal } from "./store/memory-journal.ts";

export interface EmulatorOptions {
  /** Absolute or relative folder for batch.db and nodes/; "memory" keeps nothing. */
  readonly dataDirectory: string;
  /** 0 takes a free port. */
  readonly port: number;
  readonly accountName: string;
  /** Base64. */
  readonly accountKey: string;
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly location: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly executor: Executor;
  readonly mounts: MountProvider;
  verifyBearer(token: string): Promise<boolean>;
  readonly parameters?: Partial<EmulatorParameters>;
  /** No folders are made for nodes: for simulations whose executor needs none. */
  readonly simulated?: boolean;
}

export interface BatchEmulator {
  /** `http://127.0.0.1:<port>`, both planes. */
  readonly url: string;
  readonly port: number;
  /** Stops listening and watching. Task processes go on when `leaveRunning`, else they are ended. */
  dispose(options?: { leaveRunning?: boolean }): Promise<void>;
  /** Resolves when nothing is under way but timers. */
  idle(): Promise<void>;
}

export const dataRoutes = [...poolRoutes, ...jobRoutes, ...taskRoutes, ...fileRoutes];
export { armRoutes };

export async function startBatchEmulator(options: EmulatorOptions): Promise<BatchEmulator> {
  const memory = options.dataDirectory === "memory";
  const folder = memory ? mkdtempSync(join(tmpdir(), "batch-emulator-")) : resolve(options.dataDirectory);
  const nodesDirectory = join(folder, "nodes");
  mkdirSync(nodesDirectory, { recursive: true, mode: 0o700 });
  const journal = memory ? memoryJournal() : openLibsqlJournal(join(folder, "batch.db"));
  const world = openWorld(options, journal, nodesDirectory);
  compose(world);
  const gateway: { handle: Gateway } = { handle: () => Promise.reject(new Error("not ready")) };
  let opened = () => {};
  const ready = new Promise<void>((done) => (opened = done));
  const listener = await listen((request) => ready.then(() => gateway.handle(request)), {
    port: options.port,
    maxRequestBytes: world.parameters.maxRequestBytes,
  });
  world.url = listener.url;
  await recover(world);
  gateway.handle = createGateway({
    world,
    dataRoutes,
    armRoutes,
    verifyBearer: (token) => options.verifyBearer(token),
    throttle: () => undefined,
  });
  opened();
  let disposed: Promise<void> | undefined;
  const dispose = async (leaveRunning: boolean) => {
    await listener.close();
    world.flush();
    world.closed = true;
    await options.executor.close(leaveRunning);
    journal.close();
    if (memory) rmSync(folder, { recursive: true, force: true });
  };
  return {
    url: listener.url,
    port: listener.port,
    dispose: (how) => (disposed ??= dispose(how?.leaveRunning === true)),
    idle: () => world.idle(),
  };
}

function openWorld(
  options: EmulatorOptions,
  journal: ReturnType<typeof memoryJournal>,
  nodesDirectory: string,
): World {
  return new World(
    {
      clock: options.clock,
      random: options.random,
      logger: options.logger,
      executor: options.executor,
      mounts: options.mounts,
      disk: options.simulated === true ? noDisk() : realDisk(),
      journal,
      autoscale: undefined,
    },
    {
      name: options.accountName,
      keys: { primary: options.accountKey, secondary: options.random.bytes(64).toString("base64") },
      subscriptionId: options.subscriptionId,
      resourceGroup: options.resourceGroup,
      location: options.location,
    },
    { ...localParameters, ...options.parameters },
    nodesDirectory,
  );
}
