// Runs orchestrators, entities and activities written for the real durable-functions package against the engine,
// without a functions host: the package's own replay code is driven through a FunctionInvoker.
import { createRequire } from "node:module";
import type { OrchestrationContext, EntityHandler } from "durable-functions";
import type {
  ActivityOutcome,
  FunctionInvoker,
  InvokeOutcome,
} from "../../../../../local/durable-engine/index.ts";

const require = createRequire(import.meta.url);
const sdk = require("durable-functions/lib/src/util/testingUtils.js") as {
  createOrchestrator(handler: unknown): (trigger: unknown, context: unknown) => Promise<unknown>;
  createEntityFunction(handler: unknown): (trigger: unknown, context: unknown) => Promise<unknown>;
};

export type Orchestrator = (context: OrchestrationContext) => Generator<unknown, unknown, never>;
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- activities take whatever their orchestrator sends
export type Activity = (input: any, instanceId: string) => unknown;

export interface SdkApp {
  orchestrators?: Record<string, Orchestrator>;
  activities?: Record<string, Activity>;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- as the package types its own handlers
  entities?: Record<string, EntityHandler<any>>;
}

export interface SdkInvoker extends FunctionInvoker {
  /** Replays and activity runs so far. */
  readonly calls: { orchestrator: number; activity: number; entity: number };
}

/** `throughJson`: hand results over as a host would that only has their JSON. */
export function sdkInvoker(app: SdkApp, options: { throughJson?: boolean } = {}): SdkInvoker {
  const orchestrators = lowerCased(app.orchestrators);
  const activities = lowerCased(app.activities);
  const entities = lowerCased(app.entities);
  const compiled = new Map<string, (trigger: unknown, context: unknown) => Promise<unknown>>();
  const calls = { orchestrator: 0, activity: 0, entity: 0 };
  const pass = (value: unknown): unknown =>
    options.throughJson === true ? (JSON.parse(JSON.stringify(value)) as unknown) : value;
  const attempt = async (work: () => Promise<unknown>): Promise<InvokeOutcome> => {
    try {
      return { ok: true, value: pass(await work()) };
    } catch (error) {
      return { ok: false, message: (error as Error).message };
    }
  };
  return {
    calls,
    has: (kind, name) =>
      ({ orchestrator: orchestrators, activity: activities, entity: entities })[kind].has(name.toLowerCase()),
    orchestrator: (name, _instanceId, trigger) => {
      calls.orchestrator += 1;
      const key = name.toLowerCase();
      let run = compiled.get(key);
      if (run === undefined) {
        run = sdk.createOrchestrator(orchestrators.get(key));
        compiled.set(key, run);
      }
      const handler = run;
      return attempt(() => handler(JSON.parse(trigger), {}));
    },
    activity: async (name, instanceId, input): Promise<ActivityOutcome> => {
      calls.activity += 1;
      try {
        const result = await activities.get(name.toLowerCase())?.(parseText(input), instanceId);
        return { ok: true, result: result === undefined ? null : JSON.stringify(result) };
      } catch (error) {
        return { ok: false, message: (error as Error).message };
      }
    },
    entity: (name, trigger) => {
      calls.entity += 1;
      return attempt(() =>
        sdk.createEntityFunction(entities.get(name.toLowerCase()))(JSON.parse(trigger), {}),
      );
    },
  };
}

/** What the functions library makes of a TypedData string: JSON when it parses, else the text. */
function parseText(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function lowerCased<T>(functions: Record<string, T> | undefined): Map<string, T> {
  return new Map(Object.entries(functions ?? {}).map(([name, handler]) => [name.toLowerCase(), handler]));
}
