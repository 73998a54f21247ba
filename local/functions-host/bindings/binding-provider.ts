// Which bindings this host reads and writes, and who does it. Every string of a binding may hold expressions; they are resolved here, per invocation.
import type {
  FunctionProblem,
  HostedFunction,
  NamedBinding,
  SupportedBindings,
} from "../app/hosted-functions.ts";
import type { Clock } from "../../clock.ts";
import type { Random } from "../../random.ts";
import type { BindingProvider, TriggerEvent } from "../triggers/run-function.ts";
import { readBlob, writeBlob } from "./blob-binding.ts";
import { resolveExpressions } from "./expressions.ts";
import { writeQueue, type MessageEncoding } from "./queue-binding.ts";
import type { QueueNotices } from "./queue-notices.ts";
import type { StorageClients } from "./storage-clients.ts";
import { readTable, writeTable } from "./table-binding.ts";

export const supportedBindings: SupportedBindings = {
  triggers: [
    "httptrigger",
    "orchestrationtrigger",
    "activitytrigger",
    "entitytrigger",
    "timertrigger",
    "queuetrigger",
    "blobtrigger",
  ],
  inputs: ["durableclient", "orchestrationclient", "blob", "table"],
  outputs: ["http", "blob", "queue", "table"],
};

export interface BindingSources {
  /** JSON text of the durable client's binding; undefined without a durable engine. */
  durableClient(): string | undefined;
  clients: StorageClients;
  clock: Clock;
  random: Random;
  messageEncoding: MessageEncoding;
  notices: QueueNotices;
}

export function bindingProvider(sources: BindingSources): BindingProvider {
  const { clients } = sources;
  const fieldReader = (binding: NamedBinding, target: HostedFunction, event: TriggerEvent) => {
    const guid = () => sources.random.uuid();
    return (field: string): string | undefined => {
      const text = binding[field];
      if (typeof text !== "string") return undefined;
      return resolveExpressions(text, {
        data: event.bindingData ?? {},
        functionName: target.name,
        nowMs: sources.clock.now(),
        guid,
      });
    };
  };
  return {
    async input(binding, target, event) {
      const field = fieldReader(binding, target, event);
      switch (binding.type.toLowerCase()) {
        case "blob":
          return readBlob(clients, binding, field("path") ?? "");
        case "table":
          return readTable(clients, binding, field);
        default: {
          const text = sources.durableClient();
          if (text === undefined) throw new Error("The durable engine is not running.");
          return { string: text };
        }
      }
    },
    async output(binding, value, target, event) {
      const field = fieldReader(binding, target, event);
      switch (binding.type.toLowerCase()) {
        case "blob":
          return writeBlob(clients, binding, field("path") ?? "", value);
        case "queue": {
          const queueName = (field("queueName") ?? "").toLowerCase();
          await writeQueue(clients, binding, queueName, value, sources.messageEncoding);
          return sources.notices.sent(queueName);
        }
        default:
          return writeTable(clients, binding, field, value);
      }
    },
  };
}

const usesStorage = new Set(["blob", "queue", "table", "queuetrigger", "blobtrigger"]);

/** Every function and binding whose connection is not configured. */
export function connectionProblems(
  functions: readonly HostedFunction[],
  clients: StorageClients,
): FunctionProblem[] {
  const problems: FunctionProblem[] = [];
  for (const target of functions)
    for (const binding of [target.trigger, ...target.inputs, ...target.outputs]) {
      if (!usesStorage.has(binding.type.toLowerCase())) continue;
      try {
        clients.check(binding["connection"]);
      } catch (error) {
        const reason = `Function '${target.name}', binding '${binding.name}' (${binding.type}): ${(error as Error).message}.`;
        problems.push({ name: target.name, reason });
      }
    }
  return problems;
}
