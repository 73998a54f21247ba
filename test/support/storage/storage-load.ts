// Clients of the storage with a model each: what was acknowledged, and what was asked for when the storage died. After a
// restart every client finds the one or the other, and nothing else.
import { TableClient, TableTransaction } from "@azure/data-tables";
import { BlobServiceClient } from "@azure/storage-blob";
import { QueueServiceClient } from "@azure/storage-queue";
import type { Random } from "../../../local/random.ts";

/** One thing in the storage and the states that it may be in, as texts; `-` is absence. */
interface Thing {
  readonly name: string;
  /** Asks for the state that follows `now`; resolves when it was acknowledged. */
  change(now: string, next: string): Promise<unknown>;
  next(now: string, random: Random): string;
  look(): Promise<string>;
}

export interface Client {
  /** Changes things until a request fails. */
  work(): Promise<void>;
  /** Rejects when a thing is in a state that it may not be in. */
  check(): Promise<void>;
}

const absent = "-";
const noRetries = { retryOptions: { maxRetries: 0, maxTries: 1 } };

export interface ClientOptions {
  readonly name: string;
  /** Names the storage of the moment. */
  readonly connection: () => string;
  readonly random: Random;
  readonly onAcknowledged: () => void;
}

export function createClient({ name, connection, random, onAcknowledged }: ClientOptions): Client {
  const things = [
    ...[0, 1, 2, 3].map((row) => rowOf(`${name}row${row}`, connection)),
    transactionOf(`${name}together`, connection),
    tableOf(`${name}table`, connection),
    blobOf(`${name}/blob`, connection),
    logOf(`${name}/log`, connection),
    queueOf(`${name}queue`, connection),
  ];
  const states = new Map<Thing, { now: string; maybe?: string }>();
  for (const thing of things) states.set(thing, { now: absent });
  return {
    async work() {
      for (;;) {
        const thing = things[Math.floor(random.next() * things.length)] as Thing;
        const { now } = states.get(thing) ?? { now: absent };
        const next = thing.next(now, random);
        states.set(thing, { now, maybe: next });
        try {
          await thing.change(now, next);
        } catch (error) {
          if (isAnswer(error)) throw error;
          return;
        }
        states.set(thing, { now: next });
        onAcknowledged();
      }
    },
    async check() {
      for (const thing of things) {
        const { now, maybe } = states.get(thing) ?? { now: absent };
        const seen = await thing.look();
        if (seen !== now && seen !== maybe)
          throw new Error(
            `${thing.name} is ${seen}; acknowledged was ${now}, asked for ${maybe ?? "nothing"}`,
          );
        states.set(thing, { now: seen });
      }
    },
  };
}

/** The storage itself refused, so that this is no end of a connection. */
function isAnswer(error: unknown): boolean {
  return typeof (error as { statusCode?: number }).statusCode === "number";
}

const either = (random: Random, gone: number) => (_now: string) =>
  random.next() < gone ? absent : random.uuid();

async function orAbsent(look: Promise<string>): Promise<string> {
  try {
    return await look;
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode === 404) return absent;
    throw error;
  }
}

const tableClient = (connection: string, table: string) =>
  TableClient.fromConnectionString(connection, table, { allowInsecureConnection: true, ...noRetries });

function rowOf(name: string, connection: () => string): Thing {
  const table = () => tableClient(connection(), "rows");
  return {
    name,
    next: (now, random) => either(random, now === absent ? 0 : 0.3)(now),
    change: (_now, next) =>
      next === absent
        ? table().deleteEntity("p", name)
        : table().upsertEntity({ partitionKey: "p", rowKey: name, text: next, ttl: 7 }),
    look: () =>
      orAbsent(
        table()
          .getEntity<{ text: string; ttl: number }>("p", name)
          .then(({ text, ttl }) => (ttl === 7 ? text : `${text} without its ttl`)),
      ),
  };
}

/** Three rows that change together. */
function transactionOf(name: string, connection: () => string): Thing {
  const table = () => tableClient(connection(), "rows");
  const keys = [1, 2, 3].map((row) => `${name}${row}`);
  return {
    name,
    next: (now, random) => either(random, now === absent ? 0 : 0.3)(now),
    change: (_now, next) => {
      const transaction = new TableTransaction();
      for (const rowKey of keys) {
        if (next === absent) transaction.deleteEntity("p", rowKey);
        else transaction.upsertEntity({ partitionKey: "p", rowKey, text: next }, "Replace");
      }
      return table().submitTransaction(transaction.actions);
    },
    look: async () => {
      const rows = keys.map((key) =>
        orAbsent(
          table()
            .getEntity<{ text: string }>("p", key)
            .then(({ text }) => text),
        ),
      );
      return [...new Set(await Promise.all(rows))].join(" and ");
    },
  };
}

/** A table that comes and goes, with one row. */
function tableOf(name: string, connection: () => string): Thing {
  return {
    name,
    next: (now) => (now === absent ? "there" : absent),
    change: (_now, next) => {
      const table = tableClient(connection(), name);
      return next === absent ? table.deleteTable() : table.createTable();
    },
    look: () =>
      orAbsent(
        tableClient(connection(), name)
          .listEntities()
          .next()
          .then(() => "there"),
      ),
  };
}

const containerOf = (connection: string) =>
  BlobServiceClient.fromConnectionString(connection, noRetries).getContainerClient("blobs");

function blobOf(name: string, connection: () => string): Thing {
  const blob = () => containerOf(connection()).getBlockBlobClient(name);
  return {
    name,
    next: (now, random) => either(random, now === absent ? 0 : 0.2)(now),
    change: (_now, next) => (next === absent ? blob().delete() : blob().upload(next, next.length)),
    look: () => orAbsent(blob().downloadToBuffer().then(String)),
  };
}

/** An append blob that grows; its state is its length in lines. */
function logOf(name: string, connection: () => string): Thing {
  const blob = () => containerOf(connection()).getAppendBlobClient(name);
  return {
    name,
    next: (now) => (now === absent ? "0" : String(Number(now) + 1)),
    change: (now, next) =>
      now === absent ? blob().create() : blob().appendBlock(`${next}\n`, next.length + 1),
    look: () =>
      orAbsent(
        blob()
          .downloadToBuffer()
          .catch((error: { statusCode?: number }) => {
            if (error.statusCode === 416) return Buffer.alloc(0); // an empty one has no range
            throw error;
          })
          .then((content) => {
            const lines = content.toString().split("\n").slice(0, -1);
            const inOrder = lines.every((line, index) => line === String(index + 1));
            return inOrder ? String(lines.length) : `out of order: ${lines.join()}`;
          }),
      ),
  };
}

/** A queue with at most one message. */
function queueOf(name: string, connection: () => string): Thing {
  const queue = () =>
    QueueServiceClient.fromConnectionString(connection(), noRetries).getQueueClient(name.toLowerCase());
  const receipts: { id: string; receipt: string }[] = [];
  return {
    name,
    next: (now, random) => (now === absent ? random.uuid() : absent),
    change: async (_now, next) => {
      const held = receipts.pop();
      if (next !== absent) {
        await queue().createIfNotExists();
        const sent = await queue().sendMessage(next);
        receipts.push({ id: sent.messageId, receipt: sent.popReceipt });
      } else if (held === undefined) await queue().clearMessages();
      else await queue().deleteMessage(held.id, held.receipt);
    },
    look: async () => {
      receipts.length = 0;
      const peeked = await queue()
        .peekMessages({ numberOfMessages: 2 })
        .catch((error: { statusCode?: number }) => {
          if (error.statusCode === 404) return { peekedMessageItems: [] };
          throw error;
        });
      return peeked.peekedMessageItems.map(({ messageText }) => messageText).join(" and ") || absent;
    },
  };
}

/** What the clients need to be there. */
export async function prepare(connection: string): Promise<void> {
  await tableClient(connection, "rows").createTable();
  await containerOf(connection).create();
}
