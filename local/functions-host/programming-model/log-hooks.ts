// The way of a log line: through the app's `log` hooks, then to the host's log.
import { asError } from "./as-error.ts";
import type { Registry } from "./registry.ts";
import type { LogCategory, LogLevel } from "./rpc.ts";

export type FunctionLog = (entry: {
  level: LogLevel;
  category: LogCategory;
  message: string;
  functionName?: string;
  invocationId?: string;
}) => void;

export type ScopedLog = (
  entry: Parameters<FunctionLog>[0],
  scope?: { invocationContext: unknown; hookData: unknown },
) => void;

/** `log` hooks see every line first and may change its level and text; a hook that throws is reported, not obeyed. */
export function hookedLog(registry: Registry, sink: FunctionLog): ScopedLog {
  let inHook = false;
  return (entry, scope) => {
    let { level, message } = entry;
    const hooks = inHook ? [] : registry.hooks("log");
    inHook = true;
    try {
      for (const hook of hooks) {
        const context = {
          level,
          message,
          category: entry.category,
          hookData: scope?.hookData ?? {},
          ...(scope ? { invocationContext: scope.invocationContext } : {}),
        };
        hook(context);
        ({ level, message } = context);
      }
    } catch (error) {
      sink({ level: "error", category: "system", message: `A log hook failed: ${asError(error).message}` });
    } finally {
      inHook = false;
    }
    sink({ ...entry, level, message });
  };
}
