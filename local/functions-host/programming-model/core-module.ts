// Supplies `@azure/functions-core`, the module that only exists inside a Functions worker, to the unmodified
// `@azure/functions`. Invariant: it is installed before the first registration in this thread, because the library
// remembers for ever what it found, also "nothing". One object per thread, forwarding to the host of that thread.
import Module, { createRequire } from "node:module";
import type { FunctionCallback, FunctionMetadata, LogCategory, LogLevel, ProgrammingModel } from "./rpc.ts";
import type { HookCallback, Registry } from "./registry.ts";

const moduleId = "@azure/functions-core";

/** The language worker and host releases whose behaviour is reproduced. */
export const workerVersion = "3.11.0";
export const hostVersion = "4.1040.0";

export interface CoreTarget {
  readonly registry: Registry;
  log(level: LogLevel, category: LogCategory, message: string): void;
}

/** A resource that an app may give back, as the core module exports it. */
class Disposable {
  readonly #onDispose: () => void;
  constructor(onDispose: () => void) {
    this.#onDispose = onDispose;
  }
  static from(...parts: { dispose(): void }[]): Disposable {
    return new Disposable(() => parts.forEach((part) => part.dispose()));
  }
  dispose(): void {
    this.#onDispose();
  }
}

let target: CoreTarget | undefined;

function host(): CoreTarget {
  if (!target) throw new Error(`${moduleId} was used before a Functions host was started in this thread.`);
  return target;
}

const coreModule = {
  version: workerVersion,
  hostVersion,
  Disposable,
  registerFunction(metadata: FunctionMetadata, callback: FunctionCallback) {
    host().registry.register(metadata, callback);
    return new Disposable(() => {});
  },
  registerHook: (name: string, callback: HookCallback) => {
    const hook = host().registry.addHook(name, callback);
    return new Disposable(() => hook.dispose());
  },
  setProgrammingModel: (model: ProgrammingModel) => host().registry.setModel(model),
  getProgrammingModel: () => host().registry.model(),
  log: (level: LogLevel, category: LogCategory, message: string) => host().log(level, category, message),
};

interface ResolvingModule {
  _resolveFilename(request: string, ...rest: unknown[]): string;
}

/** From now on `require("@azure/functions-core")` in this thread reaches `next`. */
export function installCoreModule(next: CoreTarget): void {
  const first = target === undefined;
  target = next;
  if (!first) return;
  const resolver = Module as unknown as ResolvingModule;
  const resolveFilename = resolver._resolveFilename.bind(resolver);
  resolver._resolveFilename = (request, ...rest) =>
    request === moduleId ? moduleId : resolveFilename(request, ...rest);
  const entry = new Module(moduleId);
  entry.filename = moduleId;
  entry.loaded = true;
  entry.exports = coreModule;
  createRequire(import.meta.url).cache[moduleId] = entry;
}
