// From what the app registered to what the host can serve: which functions are on, what triggers each, and every reason
// why one cannot be hosted. Invariant: a binding that is not supported is an error that names the function and the
// binding, never silence.
import type { BindingInfo } from "../programming-model/rpc.ts";
import type { RegisteredFunction } from "../programming-model/registry.ts";
import { HostStartError } from "./app-error.ts";
import { isDisabled, resolveSettings, type Settings } from "./settings.ts";

export interface NamedBinding extends BindingInfo {
  readonly name: string;
}

export interface HostedFunction extends RegisteredFunction {
  readonly name: string;
  /** Lower case, without "trigger": `http`, `timer`, `orchestration`, … */
  readonly kind: string;
  readonly trigger: NamedBinding;
  readonly inputs: readonly NamedBinding[];
  readonly outputs: readonly NamedBinding[];
}

/** Binding types this host implements. */
export interface SupportedBindings {
  readonly triggers: readonly string[];
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/** Why a function cannot be hosted: a sentence that names it, the binding and what to do. */
export interface FunctionProblem {
  readonly name: string;
  readonly reason: string;
}

export interface IndexedApp {
  /** Those that are switched on, whether or not they can be hosted. */
  readonly wanted: readonly RegisteredFunction[];
  readonly functions: readonly HostedFunction[];
  readonly disabled: readonly string[];
  readonly problems: readonly FunctionProblem[];
}

/** `only` is host.json's `functions`; throws HostStartError when one of them is not there. */
export function indexFunctions(
  registered: readonly RegisteredFunction[],
  supported: SupportedBindings,
  settings: Settings,
  only: readonly string[] | undefined,
): IndexedApp {
  const isNamed = (name: string, entry: RegisteredFunction) =>
    entry.metadata.name.toLowerCase() === name.toLowerCase();
  const absent = (only ?? []).filter((name) => !registered.some((entry) => isNamed(name, entry)));
  if (absent.length > 0)
    throw new HostStartError(
      absent.map((name) => `host.json lists function '${name}', which the app does not register.`),
    );
  const loaded = registered.filter((entry) => only?.some((name) => isNamed(name, entry)) ?? true);
  const wanted = loaded.filter(({ metadata }) => !isDisabled(metadata.name, settings));
  const functions: HostedFunction[] = [];
  const problems: FunctionProblem[] = [];
  for (const entry of wanted) {
    const { name } = entry.metadata;
    const reasons: string[] = [];
    const hosted = describe(entry, settings, reasons);
    if (hosted) functions.push(hosted);
    problems.push(
      ...[...reasons, ...(hosted ? unsupported(hosted, supported) : [])].map((reason) => ({ name, reason })),
    );
  }
  const disabled = loaded.filter((entry) => !wanted.includes(entry)).map(({ metadata }) => metadata.name);
  return { wanted, functions, disabled, problems };
}

function describe(
  entry: RegisteredFunction,
  settings: Settings,
  problems: string[],
): HostedFunction | undefined {
  const { name, bindings } = entry.metadata;
  if (!/^[a-zA-Z][a-zA-Z0-9_-]{0,126}$/.test(name)) {
    problems.push(
      `Function '${name}': the name must begin with a letter and have only letters, digits, '-' and '_', at most 127.`,
    );
    return undefined;
  }
  const resolved = Object.entries(bindings).map(([bindingName, binding]) => {
    try {
      return resolveBinding(bindingName, binding, settings);
    } catch (error) {
      problems.push(
        `Function '${name}', binding '${bindingName}' (${binding.type}): ${(error as Error).message}`,
      );
      return undefined;
    }
  });
  if (resolved.includes(undefined)) return undefined;
  const all = resolved as NamedBinding[];
  const triggers = all.filter((binding) => /trigger$/i.test(binding.type));
  const [trigger] = triggers;
  if (!trigger || triggers.length > 1) {
    problems.push(`Function '${name}' has ${triggers.length} triggers; it must have exactly one.`);
    return undefined;
  }
  return {
    ...entry,
    name,
    kind: trigger.type.toLowerCase().replace(/trigger$/, ""),
    trigger,
    inputs: all.filter((binding) => binding !== trigger && binding.direction === "in"),
    outputs: all.filter((binding) => binding.direction !== "in"),
  };
}

/** `%NAME%` is replaced in every string of a binding except the schedule's percent-free parts. */
function resolveBinding(name: string, binding: BindingInfo, settings: Settings): NamedBinding {
  const fields = Object.entries(binding).map(([field, value]) => [
    field,
    typeof value === "string" ? resolveSettings(value, settings) : value,
  ]);
  return { ...(Object.fromEntries(fields) as BindingInfo), name };
}

function unsupported(hosted: HostedFunction, supported: SupportedBindings): string[] {
  const problems: string[] = [];
  const check = (binding: NamedBinding, known: readonly string[], direction: string) => {
    if (!known.includes(binding.type.toLowerCase()))
      problems.push(
        `Function '${hosted.name}', binding '${binding.name}': the ${direction} '${binding.type}' is not supported by this host. Supported: ${known.join(", ")}. Disable the function with AzureWebJobs.${hosted.name}.Disabled=true to start without it.`,
      );
    const properties = binding["properties"];
    if (
      typeof properties === "object" &&
      properties !== null &&
      "supportsDeferredBinding" in properties &&
      properties.supportsDeferredBinding === "true"
    )
      problems.push(
        `Function '${hosted.name}', binding '${binding.name}': sdkBinding is not supported by this host. Remove sdkBinding and use the plain value.`,
      );
  };
  check(hosted.trigger, supported.triggers, "trigger");
  for (const binding of hosted.inputs) check(binding, supported.inputs, "input binding");
  for (const binding of hosted.outputs) check(binding, supported.outputs, "output binding");
  return problems;
}
