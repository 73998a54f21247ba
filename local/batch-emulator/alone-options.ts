// What may be asked of the stand-alone emulator. Invariant: what these functions give back is checked; a mistake is an Error with
// one sentence that says what to give instead.
import { readFileSync } from "node:fs";
import type { EngineChoice } from "./agent/container-engine.ts";
import { checkListenAddress } from "./protocol/listen-address.ts";
import { EvictionTrace } from "./schema/eviction-trace.ts";

export type AzureRules = "strict" | "off";

export function readAzureRules(mode: string): AzureRules {
  if (mode === "strict" || mode === "off") return mode;
  throw new Error("It takes 'strict' or 'off'.");
}

export interface AloneOptions {
  /** 0: any free one. */
  readonly port: number;
  readonly dataDirectory: string;
  readonly tls: boolean;
  /** Address of the listeners. */
  readonly listen: string;
  readonly allowRemote: boolean;
  /** Base64; undefined: the data folder's own. */
  readonly accountKey: string | undefined;
  readonly evictionsPerHour: number;
  /** `off`: what Azure refuses and a folder of this machine could do is done. */
  readonly azureRules: AzureRules;
  readonly evictionNoticeMs: number;
  readonly seed: number | undefined;
  readonly evictionTrace: EvictionTrace;
  /** Instead of what the environment says: see `engineChoice`. */
  readonly containerCommand: string | undefined;
  readonly containerRunOptions: string | undefined;
  readonly environment: EngineChoice["environment"];
}

/** The options of the emulator itself. */
export const askedFor = (given: AloneOptions) => ({
  port: given.port,
  ...(given.tls ? { tlsPort: 0 } : {}),
  listenOn: given.listen,
  allowRemote: given.allowRemote,
  parameters: {
    strictAzure: given.azureRules === "strict",
    evictionsPerNodeHour: given.evictionsPerHour,
    evictionNoticeMs: given.evictionNoticeMs,
  },
  ...(given.seed === undefined ? {} : { evictionSeed: given.seed }),
  evictionTrace: given.evictionTrace,
});

/** The key that a data folder makes for itself is good for this machine only. */
export function checkNetwork(o: Pick<AloneOptions, "listen" | "allowRemote" | "accountKey">): void {
  if (o.allowRemote && o.accountKey === undefined)
    throw new Error("--allow-remote needs a key of your own: --account-key-file FILE.");
  checkListenAddress({
    address: o.listen,
    allowRemote: o.allowRemote,
    accountKey: o.accountKey ?? "",
  });
}

export function readAccountKey(file: string): string {
  const key = read(file).trim();
  if (!/^[A-Za-z0-9+/]{4,}={0,2}$/.test(key) || Buffer.from(key, "base64").toString("base64") !== key)
    throw new Error(`'${file}' must hold one key in base64 and nothing else.`);
  return key;
}

export function readEvictionTrace(file: string): EvictionTrace {
  const wrong = (why: string) =>
    new Error(`'${file}' must be a JSON list of {"afterMs":…,"count":…,"poolId":…}: ${why}.`);
  const text = read(file);
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

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    throw new Error(`The file '${file}' cannot be read.`);
  }
}
