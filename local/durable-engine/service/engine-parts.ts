// What the engine's services share: what was injected, the transactions and the cache. No behaviour.
import type { Clock } from "../../clock.ts";
import type { Logger } from "../../logger.ts";
import type { Random } from "../../random.ts";
import type { FunctionInvoker, HttpActivity } from "../engine-contract.ts";
import type { InstanceCache } from "./instance-cache.ts";
import type { Transactions } from "./transactions.ts";
import type { Versioning } from "./versioning.ts";

export interface EngineParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly invoker: FunctionInvoker;
  readonly http: HttpActivity;
  readonly replayTwice: boolean;
  readonly schema: "V3" | "V4";
  readonly versioning: Versioning;
  readonly transactions: Transactions;
  readonly cache: InstanceCache;
}

/** Limits of the extension, counted per execution and in bytes of UTF-16. */
export const limits = { actions: 100_000, customStatusBytes: 16 * 1024 } as const;

/** An execution or message id as .NET prints it: 32 hexadecimal digits. */
export function newExecutionId(random: Random): string {
  return random.uuid().replaceAll("-", "");
}
