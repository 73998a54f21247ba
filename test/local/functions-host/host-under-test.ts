// Starts the built worker on a fixture app, unmodified, and remembers what it logged. Everything is stopped after the test file.
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
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
const folders: string[] = [];
afterAll(async () => {
  await Promise.all(started.map((host) => host.dispose()));
  await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })));
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
    strict: true,
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
  ms = 60_000,
): Promise<NonNullable<T>> {
  const end = Date.now() + ms;
  for (;;) {
    const value = await what();
    if (value) return value;
    if (Date.now() > end) throw new Error(`${describe} did not come about within ${ms} ms`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Writes an app of a few files into a folder of its own; its packages are this repository's. */
export async function writeApp(files: Record<string, string>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "functions-app-"));
  folders.push(folder);
  await symlink(path("../../../node_modules"), join(folder, "node_modules"));
  const content = { "package.json": '{ "main": "index.js" }', "host.json": '{ "version": "2.0" }', ...files };
  for (const [name, text] of Object.entries(content)) await writeFile(join(folder, name), text);
  return folder;
}
