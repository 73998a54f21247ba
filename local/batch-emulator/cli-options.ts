// The command line of the stand-alone emulator. Invariant: what comes back is complete and checked; a mistake is an Error
// with one sentence that says what to write instead.
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { checkListenAddress } from "./protocol/listen-address.ts";
import { EvictionTrace } from "./schema/eviction-trace.ts";

export interface CommandLine {
  readonly port: number;
  readonly data: string;
  readonly tls: boolean;
  /** Address of the listeners. */
  readonly listen: string;
  readonly allowRemote: boolean;
  /** Base64; absent: the data folder's own. */
  readonly accountKey?: string;
  readonly evictionsPerHour: number;
  readonly evictionNoticeMs: number;
  readonly seed?: number;
  readonly evictionTrace: EvictionTrace;
  /** Instead of what the environment says: see `engineChoice`. */
  readonly containerCli?: string;
  readonly containerOptions?: string;
}

export const usage = `Usage: npm run emulator -- [--port N] [--data DIR] [--tls]
  evictions:  [--evictions-per-hour RATE] [--eviction-trace FILE] [--eviction-notice SECONDS] [--seed N]
  network:    [--listen ADDRESS --allow-remote --account-key-file FILE]
  containers: [--container-cli WORDS] [--container-options=WORDS]
`;

export function parseCommandLine(args: readonly string[]): CommandLine {
  const { values } = parseArgs({
    args: [...args],
    options: {
      port: { type: "string", default: "0" },
      data: { type: "string", default: ".batch-emulator" },
      tls: { type: "boolean", default: false },
      listen: { type: "string", default: "127.0.0.1" },
      "allow-remote": { type: "boolean", default: false },
      "account-key-file": { type: "string" },
      "evictions-per-hour": { type: "string", default: "0" },
      "eviction-notice": { type: "string", default: "30" },
      "eviction-trace": { type: "string" },
      seed: { type: "string" },
      "container-cli": { type: "string" },
      "container-options": { type: "string" },
    },
  });
  const port = Number(values.port);
  if (!/^\d+$/.test(values.port) || port > 65_535)
    throw new Error(`--port must be a number from 0 to 65535, not '${values.port}'.`);
  const keyFile = values["account-key-file"];
  const { "container-cli": containerCli, "container-options": containerOptions } = values;
  return {
    port,
    data: values.data,
    tls: values.tls,
    ...networkOf(values.listen, values["allow-remote"], keyFile),
    evictionsPerHour: amount("--evictions-per-hour", values["evictions-per-hour"]),
    evictionNoticeMs: amount("--eviction-notice", values["eviction-notice"]) * 1000,
    ...(values.seed === undefined ? {} : { seed: amount("--seed", values.seed) }),
    evictionTrace: values["eviction-trace"] === undefined ? [] : readTrace(values["eviction-trace"]),
    ...(containerCli === undefined ? {} : { containerCli }),
    ...(containerOptions === undefined ? {} : { containerOptions }),
  };
}

/** The key that a data folder makes for itself is good for this machine only. */
function networkOf(listen: string, allowRemote: boolean, keyFile: string | undefined) {
  if (allowRemote && keyFile === undefined)
    throw new Error("--allow-remote needs a key of your own: --account-key-file FILE.");
  const accountKey = keyFile === undefined ? undefined : readKey(keyFile);
  checkListenAddress({ address: listen, allowRemote, accountKey: accountKey ?? "" });
  return { listen, allowRemote, ...(accountKey === undefined ? {} : { accountKey }) };
}

function amount(option: string, text: string): number {
  const value = Number(text);
  if (!/^\d+(\.\d+)?$/.test(text) || !Number.isFinite(value))
    throw new Error(`${option} must be a number that is not negative, not '${text}'.`);
  return value;
}

function read(option: string, file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    throw new Error(`${option}: the file '${file}' cannot be read.`);
  }
}

function readKey(file: string): string {
  const key = read("--account-key-file", file).trim();
  if (!/^[A-Za-z0-9+/]{4,}={0,2}$/.test(key) || Buffer.from(key, "base64").toString("base64") !== key)
    throw new Error(`--account-key-file: '${file}' must hold one key in base64 and nothing else.`);
  return key;
}

function readTrace(file: string): EvictionTrace {
  const wrong = (why: string) =>
    new Error(
      `--eviction-trace: '${file}' must be a JSON list of {"afterMs":…,"count":…,"poolId":…}: ${why}.`,
    );
  const text = read("--eviction-trace", file);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw wrong("it is not JSON");
  }
  const trace = EvictionTrace.safeParse(value);
  if (trace.success) return trace.data;
  const issue = trace.error.issues[0];
  throw wrong(`${issue?.path.join(".") ?? ""} ${issue?.message ?? ""}`.trim());
}
