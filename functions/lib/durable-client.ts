// The Orchestrations service on the Durable Functions client of one invocation.
import { getClient, OrchestrationRuntimeStatus } from "durable-functions";
import type { DurableClient, DurableOrchestrationStatus } from "durable-functions";
import type { InvocationContext } from "@azure/functions";
import { AppError } from "../../domain/shared/errors.ts";
import type { InstanceStatus, InstanceView, Orchestrations } from "../../services/orchestrations.ts";

const activeStatuses: ReadonlySet<string> = new Set(["Pending", "Running", "Suspended", "ContinuedAsNew"]);

export function durableOrchestrations(context: InvocationContext): Orchestrations {
  const client = getClient(context);
  return {
    noted: (instanceId) => noted(client, instanceId),
    purge: (createdBefore) => purge(client, createdBefore),
    async start(name, instanceId, input) {
      try {
        await client.startNew(name, { instanceId, input });
        return "started";
      } catch (error) {
        // The extension refuses to start an active instance again, with an answer the client does not tell apart.
        if ((await statusOf(client, instanceId)) === "active") return "active";
        throw unavailable(error);
      }
    },
    async terminate(instanceId, reason) {
      try {
        await client.terminate(instanceId, reason);
      } catch (error) {
        if ((await statusOf(client, instanceId)) === "active") throw unavailable(error);
      }
    },
    async raise(instanceId, event, data) {
      try {
        await client.raiseEvent(instanceId, event, data);
      } catch (error) {
        if ((await statusOf(client, instanceId)) === "active") throw unavailable(error);
      }
    },
  };
}

const endedStatuses = [
  OrchestrationRuntimeStatus.Completed,
  OrchestrationRuntimeStatus.Failed,
  OrchestrationRuntimeStatus.Terminated,
];

async function purge(client: DurableClient, createdTimeTo: Date): Promise<number> {
  const createdTimeFrom = new Date(0);
  try {
    const filter = { createdTimeFrom, createdTimeTo, runtimeStatus: endedStatuses };
    return (await client.purgeInstanceHistoryBy(filter)).instancesDeleted;
  } catch (error) {
    throw unavailable(error);
  }
}

async function statusOf(client: DurableClient, instanceId: string): Promise<InstanceStatus> {
  return (await noted(client, instanceId)).status;
}

async function noted(client: DurableClient, instanceId: string): Promise<InstanceView> {
  let found: DurableOrchestrationStatus;
  try {
    found = await client.getStatus(instanceId);
  } catch (error) {
    // The client has no error type for this; its message carries the service's 404.
    if (error instanceof Error && error.message.includes("HTTP 404"))
      return { status: "absent", note: undefined };
    throw unavailable(error);
  }
  const status = activeStatuses.has(found.runtimeStatus) ? "active" : "ended";
  return { status, note: found.customStatus, movedMs: new Date(found.lastUpdatedTime).getTime() };
}

/** An engine that answered was reached, whatever it said; only its status is told, in a message of the client's. */
function unavailable(cause: unknown): AppError {
  const message = cause instanceof Error ? cause.message : "";
  const [, status] = /(?:status code: |HTTP )(\d{3})\b/.exec(message) ?? [];
  const answered = status !== undefined || /^(No instance with ID|DurableClient error)/.test(message);
  const told = answered
    ? `The workflow engine refused the request (HTTP ${status ?? 404}).`
    : "The workflow engine could not be reached.";
  return new AppError("ServiceUnavailable", told, { cause });
}
