// One invocation, step by step as the Node language worker does it: arguments, pre-invocation hooks, the handler,
// post-invocation hooks, response. Invariants: hooks run in order of registration and may replace callback, inputs,
// result and error; an invocation that outlives the function timeout is answered as failed (its code cannot be stopped
// in-process, only abandoned). Knows nothing of triggers or HTTP.
import type { Clock } from "../../clock.ts";
import type { Random } from "../../random.ts";
import type {
  CoreInvocationContext,
  FunctionCallback,
  InvocationModel,
  InvocationRequest,
  InvocationResponse,
  LogCategory,
  LogLevel,
  RetryContext,
  TypedData,
} from "./rpc.ts";
import { asError } from "./as-error.ts";
import { hookedLog, type FunctionLog, type ScopedLog } from "./log-hooks.ts";
import type { HookName, RegisteredFunction, Registry } from "./registry.ts";
import { traceContext } from "./trace-context.ts";

export interface Invocation {
  readonly invocationId?: string;
  readonly inputs: { name: string; data: TypedData }[];
  readonly triggerMetadata?: Record<string, TypedData>;
  readonly traceParent?: string | undefined;
  readonly traceState?: string | undefined;
  readonly retryContext?: RetryContext;
  /** Durable orchestrators and entities: never timed out, and answered with the handler's own value. */
  readonly replayed?: boolean;
}

export type InvocationOutcome =
  { ok: true; response: InvocationResponse; result: unknown } | { ok: false; error: Error; timedOut?: true };

export interface Invoker {
  /** Never rejects. */
  invoke(target: RegisteredFunction, invocation: Invocation): Promise<InvocationOutcome>;
  runAppHooks(name: "appStart" | "appTerminate"): Promise<void>;
  /** A log line of the library itself, outside any invocation. */
  log(level: LogLevel, category: LogCategory, message: string): void;
  /** How many invocations are under way. */
  running(): number;
  /** Resolves as soon as none is. */
  drained(): Promise<void>;
}

export interface InvokerOptions {
  registry: Registry;
  clock: Clock;
  random: Random;
  log: FunctionLog;
  /** Milliseconds; undefined = no limit. */
  timeoutMs: number | undefined;
}

export function createInvoker(options: InvokerOptions): Invoker {
  const { registry, random } = options;
  const appHookData: Record<string, unknown> = {};
  const logger = hookedLog(registry, options.log);
  let running = 0;
  let waiting: (() => void)[] = [];

  async function invoke(target: RegisteredFunction, invocation: Invocation): Promise<InvocationOutcome> {
    const invocationId = invocation.invocationId ?? random.uuid();
    running += 1;
    try {
      const work = runInvocation(
        { registry, logger, appHookData },
        target,
        requestOf(target, invocation, invocationId, random),
        invocation.replayed === true,
      );
      const limitMs = invocation.replayed ? undefined : options.timeoutMs;
      return await (limitMs === undefined
        ? work
        : withTimeout(options.clock, limitMs, target.metadata.name, invocationId, work));
    } finally {
      running -= 1;
      if (running === 0) {
        for (const resolve of waiting) resolve();
        waiting = [];
      }
    }
  }

  return {
    invoke,
    log: (level, category, message) => logger({ level, category, message }),
    running: () => running,
    drained: () => (running === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))),
    async runAppHooks(name) {
      const context = { hookData: appHookData };
      for (const hook of registry.hooks(name)) await hook(context);
    },
  };
}

function requestOf(
  target: RegisteredFunction,
  invocation: Invocation,
  invocationId: string,
  random: Random,
): InvocationRequest {
  return {
    invocationId,
    functionId: target.metadata.functionId ?? target.metadata.name,
    inputData: invocation.inputs,
    triggerMetadata: invocation.triggerMetadata ?? {},
    traceContext: traceContext(invocation, target.metadata.name, invocationId, random),
    ...(invocation.retryContext ? { retryContext: invocation.retryContext } : {}),
  };
}

interface Scope {
  registry: Registry;
  logger: ScopedLog;
  appHookData: Record<string, unknown>;
}

async function runInvocation(
  scope: Scope,
  target: RegisteredFunction,
  request: InvocationRequest,
  replayed: boolean,
): Promise<InvocationOutcome> {
  const { metadata } = target;
  const { invocationId } = request;
  const hookData: Record<string, unknown> = {};
  let invocationContext: unknown;
  const core: CoreInvocationContext = {
    invocationId,
    metadata,
    state: undefined,
    request,
    log: (level, category, message) =>
      scope.logger(
        { level, category, message, functionName: metadata.name, invocationId },
        { invocationContext, hookData },
      ),
  };
  try {
    const programmingModel = scope.registry.model();
    if (!programmingModel) throw new Error("The app has not set a programming model.");
    const model = await programmingModel.getInvocationModel(core);
    const { context, inputs } = await model.getArguments();
    invocationContext = context;
    const shared = { hookData, appHookData: scope.appHookData, invocationContext: context };
    const result = await runWithHooks(scope.registry, core, model, shared, target.callback, inputs);
    // A replayed function's value goes to the engine as it is; turning its whole action list to text at every turn costs.
    return {
      ok: true,
      result,
      response: replayed ? { invocationId } : await model.getResponse(context, result),
    };
  } catch (error) {
    return { ok: false, error: asError(error) };
  }
}

interface HookContext {
  hookData: unknown;
  appHookData: unknown;
  invocationContext: unknown;
}

async function runWithHooks(
  registry: Registry,
  core: CoreInvocationContext,
  model: InvocationModel,
  shared: HookContext,
  callback: FunctionCallback,
  inputs: unknown[],
): Promise<unknown> {
  const before = { ...shared, functionCallback: callback, inputs };
  core.state = "preInvocationHooks";
  await runHooks(registry, "preInvocation", before);
  core.state = "invocation";
  const after: HookContext & { inputs: unknown[]; result: unknown; error: unknown } = {
    ...shared,
    inputs: before.inputs,
    result: null,
    error: null,
  };
  try {
    after.result = await model.invokeFunction(
      shared.invocationContext,
      before.inputs,
      before.functionCallback,
    );
  } catch (error) {
    after.error = error ?? new Error(`The function threw ${String(error)}.`);
  }
  core.state = "postInvocationHooks";
  await runHooks(registry, "postInvocation", after);
  core.state = undefined;
  if (after.error != null) throw asError(after.error);
  return after.result;
}

async function runHooks(registry: Registry, name: HookName, context: object): Promise<void> {
  for (const hook of registry.hooks(name)) await hook(context as Record<string, unknown>);
}

function withTimeout(
  clock: Clock,
  limitMs: number,
  name: string,
  invocationId: string,
  work: Promise<InvocationOutcome>,
): Promise<InvocationOutcome> {
  return new Promise((resolve) => {
    const timer = clock.at(clock.now() + limitMs, () => {
      const message = `Timeout value of ${limitMs / 1000} s was exceeded by function 'Functions.${name}' (Id: '${invocationId}'). Initiating cancellation.`;
      resolve({ ok: false, error: new Error(message), timedOut: true });
    });
    void work.then((outcome) => {
      timer.cancel();
      resolve(outcome);
    });
  });
}
