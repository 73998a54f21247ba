// What an app registered: its functions, hooks and programming model. Invariants: one function per name, and nothing is
// accepted after `lock()` (the real host has answered its indexing request by then). No invoking happens here.
import type { FunctionCallback, FunctionMetadata, ProgrammingModel } from "./rpc.ts";

export const hookNames = ["appStart", "appTerminate", "preInvocation", "postInvocation", "log"] as const;
export type HookName = (typeof hookNames)[number];
export type HookCallback = (context: Record<string, unknown>) => unknown;

export interface RegisteredFunction {
  readonly metadata: FunctionMetadata;
  readonly callback: FunctionCallback;
}

export interface Registry {
  register(metadata: FunctionMetadata, callback: FunctionCallback): void;
  addHook(name: string, callback: HookCallback): { dispose(): void };
  setModel(model: ProgrammingModel): void;
  /** After this, registering a function throws. */
  lock(): void;
  functions(): RegisteredFunction[];
  hooks(name: HookName): readonly HookCallback[];
  model(): ProgrammingModel | undefined;
}

/** An error that the library recognises as the host's, not the app's. */
export function systemError(message: string, kind: ErrorConstructor | RangeErrorConstructor = Error): Error {
  return Object.assign(new kind(message), { isAzureFunctionsSystemError: true });
}

export function createRegistry(): Registry {
  const byId = new Map<string, RegisteredFunction>();
  const hooks = new Map<HookName, HookCallback[]>(hookNames.map((name) => [name, []]));
  let model: ProgrammingModel | undefined;
  let locked = false;
  return {
    register(metadata, callback) {
      if (locked)
        throw systemError(
          `A function can only be registered during app startup, before the host has listed the functions: '${metadata.name}'.`,
        );
      const id = metadata.functionId ?? metadata.name;
      if (byId.has(id))
        throw systemError(`A function with name "${metadata.name}" has already been registered.`);
      metadata.functionId = id;
      byId.set(id, { metadata, callback });
    },
    addHook(name, callback) {
      const list = hooks.get(name as HookName);
      // The library tells a host without `log` hooks by exactly this error.
      if (!list) throw systemError(`Unrecognized hook "${name}"`, RangeError);
      list.push(callback);
      return {
        dispose() {
          const at = list.indexOf(callback);
          if (at >= 0) list.splice(at, 1);
        },
      };
    },
    setModel: (next) => void (model = next),
    lock: () => void (locked = true),
    functions: () => [...byId.values()],
    hooks: (name) => [...(hooks.get(name) ?? [])],
    model: () => model,
  };
}
