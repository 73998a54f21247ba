// An engine on a SQLite file in a temporary folder, on real time.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../../local/clock.ts";
import {
  createDurableEngine,
  sqliteStore,
  type DurableEngine,
  type DurableStore,
} from "../../../local/durable-engine/index.ts";
import { silentLogger } from "../../../local/logger.ts";
import { systemRandom } from "../../../local/random.ts";
import { sdkInvoker } from "../../../test/unit/local/durable-engine/support/sdk-app.ts";
import { app } from "./app.ts";

export interface BenchEngine {
  engine: DurableEngine;
  store: DurableStore;
  /** Starts an orchestration and waits for its end. */
  finish(name: string, input: unknown): Promise<void>;
  dispose(): Promise<void>;
}

export async function benchEngine(): Promise<BenchEngine> {
  const folder = mkdtempSync(join(tmpdir(), "durable-bench-"));
  const store = sqliteStore(join(folder, "engine.db"));
  const engine = createDurableEngine({
    store,
    invoker: sdkInvoker(app),
    clock: systemClock(),
    random: systemRandom(),
    logger: silentLogger,
    taskHub: "Bench",
    maxConcurrentActivities: 16,
    maxConcurrentOrchestrators: 16,
  });
  await engine.start();
  return {
    engine,
    store,
    async finish(name, input) {
      const started = engine.client.start({ name, input: JSON.stringify(input) });
      if (started.kind !== "started") throw new Error(started.kind);
      const status = await engine.whenEnded(started.instanceId, 120_000);
      if (status?.runtimeStatus !== "Completed")
        throw new Error(`${name}: ${status?.runtimeStatus} ${status?.output}`);
    },
    async dispose() {
      await engine.stop(1000);
      store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
