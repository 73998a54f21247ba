// An engine with a seeded world around it, for tests.
import { manualClock, type ManualClock } from "../../../../../local/clock.ts";
import { seededRandom } from "../../../../../local/random.ts";
import type { LogFields, Logger } from "../../../../../local/logger.ts";
import {
  createDurableEngine,
  memoryStore,
  type DurableEngine,
  type DurableEngineOptions,
  type DurableStore,
} from "../../../../../local/durable-engine/index.ts";
import { sdkInvoker, type SdkApp, type SdkInvoker } from "./sdk-app.ts";

export interface LogLine {
  event: string;
  fields: LogFields;
}

export function recordingLogger(): Logger & { readonly lines: LogLine[] } {
  const lines: LogLine[] = [];
  const write = (event: string, fields: LogFields = {}) => void lines.push({ event, fields });
  return { lines, debug: write, info: write, warn: write, error: write };
}

export interface RunningEngine {
  engine: DurableEngine;
  client: DurableEngine["client"];
  clock: ManualClock;
  store: DurableStore;
  invoker: SdkInvoker;
  logs: LogLine[];
  /** Starts an instance, lets everything settle and returns its status. */
  run: (name: string, input?: unknown, instanceId?: string) => Promise<Outcome>;
  status: (instanceId: string) => Outcome;
  advance: (ms: number) => Promise<void>;
}

export interface Outcome {
  instanceId: string;
  status: string;
  output: unknown;
  customStatus: unknown;
}

export async function startEngine(
  app: SdkApp,
  options: Partial<DurableEngineOptions> & { clock?: ManualClock; throughJson?: boolean } = {},
): Promise<RunningEngine> {
  const { throughJson, ...engineOptions } = options;
  const clock = options.clock ?? manualClock();
  const store = options.store ?? memoryStore();
  const logger = recordingLogger();
  const invoker = sdkInvoker(app, throughJson === undefined ? {} : { throughJson });
  const engine = createDurableEngine({
    invoker,
    random: seededRandom(1),
    logger,
    taskHub: "TestHub",
    maxConcurrentActivities: 16,
    maxConcurrentOrchestrators: 16,
    ...engineOptions,
    clock,
    store,
  });
  await engine.start();
  const status = (instanceId: string): Outcome => {
    const found = engine.client.get(instanceId);
    if (found === undefined) throw new Error(`no instance ${instanceId}`);
    const parse = (text: string | null) => (text === null ? undefined : (JSON.parse(text) as unknown));
    return {
      instanceId,
      status: found.runtimeStatus,
      output: parse(found.output),
      customStatus: parse(found.customStatus),
    };
  };
  return {
    engine,
    client: engine.client,
    clock,
    store,
    invoker,
    logs: logger.lines,
    status,
    async run(name, input, instanceId) {
      const outcome = engine.client.start({
        name,
        ...(input === undefined ? {} : { input: JSON.stringify(input) }),
        ...(instanceId === undefined ? {} : { instanceId }),
      });
      if (outcome.kind !== "started") throw new Error(JSON.stringify(outcome));
      await engine.idle();
      return status(outcome.instanceId);
    },
    async advance(ms) {
      await engine.idle();
      const target = clock.now() + ms;
      for (let next = clock.next(); next !== undefined && next <= target; next = clock.next()) {
        await clock.advance(next - clock.now());
        await engine.idle();
      }
      await clock.advance(target - clock.now());
      await engine.idle();
    },
  };
}
