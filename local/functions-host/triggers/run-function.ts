// Runs one hosted function for whatever triggered it: collects its input bindings, invokes it, writes its output bindings. The one
// road from every trigger to the invoker.
import type { HostedFunction, NamedBinding } from "../app/hosted-functions.ts";
import type { InvocationOutcome, Invoker } from "../programming-model/invoker.ts";
import type { RetryContext, TypedData } from "../programming-model/rpc.ts";
import type { Logger } from "../../logger.ts";
import { asError } from "../programming-model/as-error.ts";

export interface TriggerEvent {
  readonly data: TypedData;
  readonly triggerMetadata?: Record<string, TypedData>;
  /** What binding expressions may name, beside the trigger metadata: route parameters, JSON payload, … */
  readonly bindingData?: Record<string, unknown>;
  readonly invocationId?: string;
  readonly traceParent?: string | undefined;
  readonly traceState?: string | undefined;
  readonly retryContext?: RetryContext;
  readonly replayed?: boolean;
}

/** Never rejects: a binding that cannot be read or written is a failed invocation. */
export type RunFunction = (target: HostedFunction, event: TriggerEvent) => Promise<InvocationOutcome>;

export interface BindingProvider {
  /** Reads one input binding. */
  input(binding: NamedBinding, target: HostedFunction, event: TriggerEvent): Promise<TypedData>;
  /** Writes one output binding; not called for HTTP responses. */
  output(binding: NamedBinding, value: TypedData, target: HostedFunction, event: TriggerEvent): Promise<void>;
}

/** Output bindings that are answers to the trigger rather than side effects. */
const answers = new Set(["http"]);

export function createRunFunction(invoker: Invoker, bindings: BindingProvider, logger: Logger): RunFunction {
  return async (target, event) => {
    const outcome = await attempt(invoker, bindings, target, event);
    // A failing turn of a durable function is part of its protocol; the engine reports what is wrong.
    if (!outcome.ok && !event.replayed)
      logger.error("function.failed", {
        function: target.name,
        reason: outcome.error.stack ?? outcome.error.message,
      });
    return outcome;
  };
}

async function attempt(
  invoker: Invoker,
  bindings: BindingProvider,
  target: HostedFunction,
  event: TriggerEvent,
): Promise<InvocationOutcome> {
  try {
    const inputs = [{ name: target.trigger.name, data: event.data }];
    for (const binding of target.inputs)
      inputs.push({ name: binding.name, data: await bindings.input(binding, target, event) });
    const outcome = await invoker.invoke(target, {
      inputs,
      ...(event.triggerMetadata ? { triggerMetadata: event.triggerMetadata } : {}),
      ...(event.invocationId ? { invocationId: event.invocationId } : {}),
      ...(event.retryContext ? { retryContext: event.retryContext } : {}),
      ...(event.replayed ? { replayed: true } : {}),
      traceParent: event.traceParent,
      traceState: event.traceState,
    });
    if (outcome.ok) await writeOutputs(bindings, target, event, outcome);
    return outcome;
  } catch (error) {
    return { ok: false, error: asError(error) };
  }
}

async function writeOutputs(
  bindings: BindingProvider,
  target: HostedFunction,
  event: TriggerEvent,
  outcome: Extract<InvocationOutcome, { ok: true }>,
): Promise<void> {
  for (const binding of target.outputs) {
    if (answers.has(binding.type.toLowerCase())) continue;
    const value =
      binding.name === "$return"
        ? outcome.response.returnValue
        : outcome.response.outputData?.find((entry) => entry.name === binding.name)?.data;
    if (value != null) await bindings.output(binding, value, target, event);
  }
}
