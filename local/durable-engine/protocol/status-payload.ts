// An instance's status as the HTTP API shows it. `input` and `output` are always there, if only as null: the SDK refuses
// an answer without them.
import type { InstanceStatus } from "../engine-contract.ts";

export interface StatusPayload {
  name: string;
  instanceId: string;
  runtimeStatus: string;
  input: unknown;
  customStatus: unknown;
  output: unknown;
  createdTime: string;
  lastUpdatedTime: string;
  historyEvents: unknown;
}

export function statusPayload(
  status: InstanceStatus,
  showInput: boolean,
  historyEvents: unknown,
): StatusPayload {
  return {
    name: status.name,
    instanceId: status.instanceId,
    runtimeStatus: status.runtimeStatus,
    input: showInput ? parsed(status.input) : null,
    customStatus: parsed(status.customStatus),
    output: parsed(status.output),
    createdTime: wholeSeconds(status.createdMs),
    lastUpdatedTime: wholeSeconds(status.lastUpdatedMs),
    historyEvents,
  };
}

export function wholeSeconds(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

/** JSON text as a value; text that isn't JSON as it is. */
export function parsed(text: string | null | undefined): unknown {
  if (text === null || text === undefined) return null;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
