// Starts the parts of the local cloud in the order in which they need each other, and stops them in reverse. The only
// place that knows all of them; no meaning of its own.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startBatchEmulator } from "./batch-emulator/index.ts";
import { createProcessExecutor } from "./batch-emulator/agent/process-executor.ts";
import type { Clock } from "./clock.ts";
import { startControl } from "./control-server.ts";
import { StartError } from "./data-folder/data-folder.ts";
import type { DataFolder } from "./data-folder/data-folder.ts";
import type { Ports, Settings } from "./data-folder/settings.ts";
import { startFileShares } from "./file-shares/index.ts";
import { startFunctionsHost } from "./functions-host/host-worker.ts";
import { openIdentity } from "./identity/index.ts";
import type { LocalIdentity } from "./identity/index.ts";
import type { Logger } from "./logger.ts";
import { createMounts } from "./mounts/index.ts";
import { packageRoot } from "./package-root.ts";
import type { Random } from "./random.ts";
import { startAzurite } from "./storage/index.ts";

export interface PartsOptions {
  readonly data: DataFolder;
  readonly settings: Settings;
  /** 0: that of the last start, else a free one. */
  readonly apiPort: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly appSettings: Readonly<Record<string, string>>;
}

export interface Parts {
  readonly urls: { api: string; batch: string; blob: string; queue: string; table: string; file: string };
  readonly ports: Ports;
  readonly identity: LocalIdentity;
  readonly failed: Promise<Error>;
  dispose(): Promise<void>;
}
