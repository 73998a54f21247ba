// What orchestrations, clients and entities say to an entity's scheduler, and the entity function's trigger and result.
// Ids: `@name@key` with the name in lower case, as the SDK writes them.
import { z } from "zod";

export interface EntityRequest {
  /** Absent in a lock request. */
  op?: string;
  /** True: nobody waits for an answer. */
  signal?: boolean;
  /** JSON text. */
  input?: string | null;
  /** Names the answer; stable over replays. */
  id: string;
  parent?: string;
  parentExecution?: string;
  /** Lock requests: all entities to lock, sorted, and the one it is at. */
  lockset?: string[];
  pos?: number;
  /** Scheduled signals: not before this time (epoch milliseconds). */
  dueMs?: number;
}

export type EntityMessage =
  { kind: "request"; request: EntityRequest } | { kind: "release"; parent: string; id?: string };

export function entityId(name: string, key: string): string {
  return `@${name.toLowerCase()}@${key}`;
}

export function isEntityId(target: string): boolean {
  return target.startsWith("@");
}

export function splitEntityId(id: string): { name: string; key: string } {
  const at = id.indexOf("@", 1);
  return { name: id.slice(1, at), key: id.slice(at + 1) };
}

export interface EntityBatchItem {
  name: string;
  input: string | null;
  isSignal: boolean;
  id: string;
}

export function entityTrigger(
  self: { name: string; key: string },
  exists: boolean,
  state: string | null,
  batch: readonly EntityBatchItem[],
): string {
  return JSON.stringify({ self, exists, state, batch });
}

const operationResult = z.object({ isError: z.boolean(), result: z.string().nullish() });
const signal = z.object({
  target: z.object({ name: z.string().min(1), key: z.string().min(1) }),
  name: z.string(),
  input: z.string().nullish(),
});

export const entityResult = z.object({
  entityExists: z.boolean(),
  entityState: z.string().nullish(),
  results: z.array(operationResult),
  signals: z.array(signal).optional(),
});

export type EntityResult = z.infer<typeof entityResult>;
