// Starts the built worker on a fixture app, unmodified, and remembers what it logged. Everything is stopped after the test file.
import { fileURLToPath } from "node:url";
import { afterAll } from "vitest";
import type { LogFields } from "../../../local/logger.ts";
import { seededRandom } from "../../../local/random.ts";
import {
  startFunctionsHost,
  type FunctionsHost,
  type StartOptions,
} from "../../../local/functions-host/host-worker.ts";

export interface LogLine extends LogFields {
  readonly event: string;
  readonly severity: string;
}

export interface HostUnderTest extends FunctionsHost {
  readonly lines: LogLine[];
  /** With the master key, unless headers say otherwise. */
  call(path: string, init?: RequestInit): Promise<Response>;
}

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
export const fixture = (name: string) => path(`../../fixtures/apps/${name}`);
const started: FunctionsHost[] = [];
afterAll(async () => {
  await Promise.all(started.map((host) => host.dispose()));
});

export async function startApp(app: string, options: Partial<StartOptions> = {}): Promise<HostUnderTest> {
  const lines: LogLine[] = [];
  const at = (severity: string) => (event: string, fields?: LogFields) =>
    void lines.push({ ...fields, event, severity });
  const host = await startFunctionsHost({
    appDirectory: app.startsWith("/") ? app : fixture(app),
    dataDirectory: "memory",
    port: 0,
    settings: { PATH: process.env["PATH"] ?? "" },
    requireKeys: true,
    workerFile: path("../../../dist/local/functions-host.mjs"),
    logger: { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") },
    random: seededRandom(1),
    ...options,
  });
  started.push(host);
  return Object.assign(host, {
    lines,
    call: (target: string, init: RequestInit = {}) =>
      fetch(`${host.url}${target}`, {
        ...init,
        headers: { "x-functions-key": host.masterKey, ...(init.headers as Record<string, string>) },
      }),
  });
}

/** Polls what a real thread does in its own time. */
export async function until<T>(
  what: () => T | Promise<T>,
  describe = "the condition",
  ms = 10_000,
): Promise<NonNullable<T>> {
  const end = Date.now() + ms;
  for (;;) {
    const value = await what();
    if (value) return value;
    if (Date.now() > end) throw new Error(`${describe} did not come about within ${ms} ms`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
