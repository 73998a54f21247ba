// The log of a local cloud: one JSON object a line, in its data folder, readable by its owner alone.
import pino from "pino";
import type { LogFields, Logger } from "./logger.ts";

export interface FileLogger extends Logger {
  /** Writes out what is buffered and closes the file. */
  close(): void;
}

export function fileLogger(path: string): FileLogger {
  const destination = pino.destination({ dest: path, append: true, sync: true, mode: 0o600, mkdir: true });
  const log = pino({ level: "info", base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination);
  const at =
    (level: "debug" | "info" | "warn" | "error") =>
    (event: string, fields: LogFields = {}) =>
      log[level]({ event, ...fields });
  return {
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
    close: () => destination.end(),
  };
}
