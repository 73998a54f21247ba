// How the durable engine runs the app's orchestrators, activities and entities: one trigger value in, one outcome out.
// Knows the shapes of the durable triggers; decides nothing about histories.
import type { HostedFunction } from "../app/hosted-functions.ts";
import type {
  ActivityOutcome,
  FunctionInvoker,
  FunctionKind,
  InvokeOutcome,
} from "../../durable-engine/index.ts";
import { payloadMembers } from "../bindings/typed-values.ts";
import type { TypedData } from "../programming-model/rpc.ts";
import type { InvocationOutcome } from "../programming-model/invoker.ts";
import type { RunFunction } from "../triggers/run-function.ts";

const triggerKind: Readonly<Record<FunctionKind, string>> = {
  orchestrator: "orchestration",
  activity: "activity",
  entity: "entity",
};

/** `functions`: the hosted ones; disabled functions are unknown to the engine. */
export function durableInvoker(functions: readonly HostedFunction[], run: RunFunction): FunctionInvoker {
  const known = new Map(functions.map((target) => [`${target.kind}/${target.name.toLowerCase()}`, target]));
  const find = (kind: FunctionKind, name: string) => known.get(`${triggerKind[kind]}/${name.toLowerCase()}`);

  async function replay(
    kind: "orchestrator" | "entity",
    name: string,
    trigger: string,
  ): Promise<InvokeOutcome> {
    const target = find(kind, name);
    if (!target)
      return {
        ok: false,
        message: `The ${kind} function '${name}' doesn't exist, is disabled, or is not an ${kind} function.`,
      };
    const outcome = await run(target, { data: { string: trigger }, replayed: true });
    return outcome.ok ? { ok: true, value: outcome.result } : { ok: false, message: outcome.error.message };
  }

  return {
    has: (kind, name) => find(kind, name) !== undefined,
    orchestrator: (name, _instanceId, trigger) => replay("orchestrator", name, trigger),
    entity: (name, trigger) => replay("entity", name, trigger),
    async activity(name, instanceId, input) {
      const target = find("activity", name);
      if (!target)
        return {
          ok: false,
          message: `The activity function '${name}' doesn't exist, is disabled, or is not an activity function.`,
        };
      const data: TypedData = input === undefined ? {} : { string: input };
      const outcome = await run(target, {
        data,
        triggerMetadata: { instanceId: { string: instanceId }, data },
        ...(hasBindings(target) ? { bindingData: activityBindingData(instanceId, input) } : {}),
      });
      return activityOutcome(outcome);
    },
  };
}

const hasBindings = ({ inputs, outputs }: HostedFunction) => inputs.length + outputs.length > 0;

/** What `{name}` in an activity's bindings may mean: members of its input, its instance's id. */
function activityBindingData(instanceId: string, input: string | undefined): Record<string, unknown> {
  return { ...payloadMembers(input ?? ""), instanceId, data: input };
}

function activityOutcome(outcome: InvocationOutcome): ActivityOutcome {
  if (outcome.ok) return { ok: true, result: jsonText(outcome.response.returnValue) };
  const { error } = outcome;
  return {
    ok: false,
    message: error.message,
    errorType: error.name,
    ...(error.stack ? { stack: error.stack } : {}),
  };
}

/** An activity's result as the extension stores it: JSON text, or null for nothing. */
export function jsonText(value: TypedData | null | undefined): string | null {
  if (value == null) return null;
  if (value.json !== undefined) return value.json;
  if (value.string !== undefined) return JSON.stringify(value.string);
  if (value.bytes !== undefined) return JSON.stringify(Buffer.from(value.bytes).toString("base64"));
  const number = value.int ?? value.double;
  return number === undefined ? null : JSON.stringify(number);
}
