// Log lines by the invocation that they belong to: the Functions host knows their severity, function and invocation id from the
// call, where it would guess the severity of a line on standard error from its words. A line is one JSON object.
import type { InvocationContext } from "@azure/functions";
import type { LogFields, Logger } from "../../services/logger.ts";

export function logLine(event: string, fields: LogFields = {}): string {
  return JSON.stringify({ event, ...fields });
}

export function invocationLogger(context: Pick<InvocationContext, "info" | "warn" | "error">): Logger {
  return {
    info: (event, fields) => context.info(logLine(event, fields)),
    warn: (event, fields) => context.warn(logLine(event, fields)),
    error: (event, fields) => context.error(logLine(event, fields)),
  };
}
