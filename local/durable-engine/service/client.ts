// What clients can ask of the engine. Every command is one transaction; commands to an instance are messages to it, so
// that they take effect in order with everything else that happens to it.
import type {
  CommandOutcome,
  DurableClientApi,
  EntityStatus,
  InstancePage,
  InstanceStatus,
  RuntimeStatus,
  StartOutcome,
  StartRequest,
} from "../engine-contract.ts";
import { entityId, splitEntityId, type EntityMessage } from "../replay/entity-messages.ts";
import { eventTypes, historyEvent, parseEvents, type HistoryEvent } from "../replay/history-events.ts";
import type { EntityRow, InstanceQuery, InstanceRow } from "../store/durable-store.ts";
import { newExecutionId, type EngineParts } from "./engine-parts.ts";
import { invalidInstanceId } from "./instance-ids.ts";
import { createInstance } from "./instance-life.ts";
import { requestRewind } from "./rewind.ts";

export function createClient(parts: EngineParts): DurableClientApi {
  return {
    ...instanceQueries(parts),
    ...instanceCommands(parts),
    ...entityAccess(parts),
  };
}

type Queries = Pick<DurableClientApi, "get" | "history" | "list">;

function instanceQueries({ transactions: { store } }: EngineParts): Queries {
  return {
    get: (id) => {
      const row = store.instance(id);
      return row === undefined ? undefined : statusOf(row);
    },
    history: (id) => parseEvents(store.history(id)) as unknown as readonly Record<string, unknown>[],
    list: (filter, { top, continuation }) => {
      const after = continuation === undefined ? undefined : readContinuation(continuation);
      const rows = store.instances({
        ...queryOf(filter),
        ...(after === undefined ? {} : { after }),
        top: top + 1,
      });
      const page: InstancePage = { instances: rows.slice(0, top).map(statusOf) };
      const last = rows[top - 1];
      if (rows.length > top && last !== undefined)
        page.continuation = Buffer.from(JSON.stringify([last.createdMs, last.id])).toString("base64url");
      return page;
    },
  };
}

type Commands = Pick<
  DurableClientApi,
  "start" | "raiseEvent" | "terminate" | "suspend" | "resume" | "rewind" | "restart" | "purge" | "purgeMany"
>;

function instanceCommands(parts: EngineParts): Commands {
  const { transactions, clock } = parts;
  const event = (type: number, fields: Parameters<typeof historyEvent>[2]) =>
    historyEvent(type, clock.now(), fields);
  return {
    start: (request) => start(parts, request),
    raiseEvent: (id, name, input) =>
      command(parts, id, () => event(eventTypes.eventRaised, { Name: name, Input: input })),
    terminate: (id, reason) =>
      command(parts, id, () => event(eventTypes.executionTerminated, { Input: reason })),
    suspend: (id, reason) =>
      transactions.store.instance(id)?.status === "Suspended"
        ? "wrongState"
        : command(parts, id, () => event(eventTypes.executionSuspended, { Reason: reason })),
    resume: (id, reason) => {
      const row = transactions.store.instance(id);
      if (row !== undefined && row.endedMs === null && row.status !== "Suspended") return "wrongState";
      return command(parts, id, () => event(eventTypes.executionResumed, { Reason: reason }));
    },
    rewind: (id, reason) => requestRewind(parts, id, reason),
    restart: (id, withNewInstanceId) => {
      const row = transactions.store.instance(id);
      if (row === undefined) return { kind: "notFound" };
      return start(parts, {
        name: row.name,
        ...(withNewInstanceId ? {} : { instanceId: id }),
        ...(row.input === null ? {} : { input: row.input }),
        ...(row.version === null ? {} : { version: row.version }),
      });
    },
    purge: (id) =>
      transactions.commit((unit) => {
        const row = unit.store.instance(id);
        if (row === undefined || row.endedMs === null) return false;
        unit.removeInstance(id);
        return true;
      }),
    purgeMany: (filter) =>
      transactions.commit((unit) => {
        const query = { ...queryOf(filter), endedOnly: true, top: 500 };
        let removed = 0;
        for (;;) {
          const rows = unit.store.instances(query);
          for (const row of rows) unit.removeInstance(row.id);
          removed += rows.length;
          if (rows.length < query.top) return removed;
        }
      }),
  };
}

function start(parts: EngineParts, request: StartRequest): StartOutcome {
  if (!parts.invoker.has("orchestrator", request.name)) return { kind: "unknownFunction" };
  const id = request.instanceId ?? newExecutionId(parts.random);
  const reason = invalidInstanceId(id);
  if (reason !== undefined) return { kind: "invalidInstanceId", reason };
  return parts.transactions.commit((unit): StartOutcome => {
    const existing = request.instanceId === undefined ? undefined : unit.store.instance(id);
    if (existing !== undefined && existing.endedMs === null)
      return { kind: "alreadyRunning", instanceId: id, status: existing.status as RuntimeStatus };
    if (existing !== undefined) unit.removeInstance(id);
    createInstance(parts, unit, {
      id,
      name: request.name,
      version: request.version ?? parts.versioning.defaultVersion,
      input: request.input ?? null,
    });
    return { kind: "started", instanceId: id };
  });
}

/** Posts an event to a running instance. */
function command(
  { transactions }: EngineParts,
  instanceId: string,
  make: () => HistoryEvent,
): CommandOutcome {
  return transactions.commit((unit): CommandOutcome => {
    const row = unit.store.instance(instanceId);
    if (row === undefined) return "notFound";
    if (row.endedMs !== null) return "ended";
    unit.postEvent(instanceId, null, make());
    return "accepted";
  });
}

type EntityAccess = Pick<DurableClientApi, "signalEntity" | "readEntity" | "listEntities">;

function entityAccess({ transactions, random }: EngineParts): EntityAccess {
  return {
    signalEntity: (name, key, operation, input) => {
      const message: EntityMessage = {
        kind: "request",
        request: { id: newExecutionId(random), op: operation, signal: true, input: input ?? null },
      };
      transactions.commit((unit) => unit.post(entityId(name, key), JSON.stringify(message)));
    },
    readEntity: (name, key) => {
      const row = transactions.store.entity(entityId(name, key));
      return row?.exists === true ? entityStatus(row, true) : undefined;
    },
    listEntities: ({ name, fetchState }, { top, continuation }) => {
      const rows = transactions.store.entities({
        prefix: name === undefined ? "@" : `@${name.toLowerCase()}@`,
        ...(continuation === undefined ? {} : { after: Buffer.from(continuation, "base64url").toString() }),
        top: top + 1,
      });
      const last = rows[top - 1];
      return {
        entities: rows.slice(0, top).map((row) => entityStatus(row, fetchState)),
        ...(rows.length > top && last !== undefined
          ? { continuation: Buffer.from(last.id).toString("base64url") }
          : {}),
      };
    },
  };
}

function entityStatus(row: EntityRow, fetchState: boolean): EntityStatus {
  return { ...splitEntityId(row.id), state: fetchState ? row.state : null, lastOperationMs: row.updatedMs };
}

function queryOf(filter: Parameters<DurableClientApi["list"]>[0]): Omit<InstanceQuery, "top"> {
  const { createdFromMs, createdToMs, statuses, instanceIdPrefix } = filter;
  return {
    ...(createdFromMs === undefined ? {} : { createdFromMs }),
    ...(createdToMs === undefined ? {} : { createdToMs }),
    ...(statuses === undefined ? {} : { statuses }),
    ...(instanceIdPrefix === undefined ? {} : { idPrefix: instanceIdPrefix }),
  };
}

/** A token that isn't ours starts from the beginning. */
function readContinuation(token: string): { createdMs: number; id: string } | undefined {
  try {
    const [createdMs, id] = JSON.parse(Buffer.from(token, "base64url").toString()) as unknown[];
    return typeof createdMs === "number" && typeof id === "string" ? { createdMs, id } : undefined;
  } catch {
    return undefined;
  }
}

function statusOf(row: InstanceRow): InstanceStatus {
  return {
    name: row.name,
    instanceId: row.id,
    executionId: row.execution,
    runtimeStatus: row.status as RuntimeStatus,
    input: row.input,
    output: row.output,
    customStatus: row.customStatus,
    version: row.version,
    createdMs: row.createdMs,
    lastUpdatedMs: row.updatedMs,
    parentInstanceId: row.parentId,
  };
}
