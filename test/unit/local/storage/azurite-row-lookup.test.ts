import { createRequire } from "node:module";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { lookUpRowsByIndex } from "../../../../local/storage/azurite-row-lookup.ts";
import type { TableStore } from "../../../../local/storage/azurite-row-lookup.ts";

interface Entity {
  readonly PartitionKey: string;
  readonly RowKey: string;
}
interface Store extends TableStore {
  init(): Promise<void>;
  createTable(context: object, table: object): Promise<void>;
  insertTableEntity(context: object, table: string, account: string, entity: object): Promise<unknown>;
  deleteTableEntity(...parameters: readonly unknown[]): Promise<unknown>;
  queryTableEntitiesWithPartitionAndRowKey(...parameters: readonly unknown[]): Promise<Entity | null>;
}

const file = "azurite/dist/src/table/persistence/LokiTableMetadataStore.js";
const { default: AzuriteStore } = createRequire(import.meta.url)(file) as {
  default: new (path: string, inMemory: boolean) => Store;
};

/** Azurite's own store; `walked` counts the rows of which it looks at the keys. */
async function storeOf(keys: readonly (readonly [string, string])[], prepared: boolean) {
  const store = new AzuriteStore("tables", true);
  if (prepared) lookUpRowsByIndex(store);
  await store.init();
  await store.createTable({}, { account: "a", table: "t" });
  let walked = 0;
  for (const [PartitionKey, RowKey] of keys) {
    const entity = { RowKey, properties: {}, lastModifiedTime: "", eTag: "1" };
    const counted = { enumerable: true, get: () => ((walked += 1), PartitionKey) };
    const row = Object.defineProperty(entity, "PartitionKey", counted);
    await store.insertTableEntity({}, "t", "a", row).catch(() => undefined);
  }
  walked = 0;
  return {
    find: async (partition: string, row: string) =>
      (await store.queryTableEntitiesWithPartitionAndRowKey({}, "t", "a", partition, row)) !== null,
    remove: (partition: string, row: string) =>
      store.deleteTableEntity({}, "t", "a", partition, row, "*", "").then(
        () => "removed",
        () => "refused",
      ),
    async query(filter: string, top = 1_000) {
      const answer = await store.queryTableEntities({}, "a", "t", { filter, ...{ top } });
      const [rows, ...next] = answer as [readonly Entity[], unknown, unknown];
      return [rows.map(({ PartitionKey, RowKey }) => `${PartitionKey}/${RowKey}`), ...next];
    },
    walked: () => walked,
  };
}

const text = fc.oneof(
  fc.constantFrom("", "1", "01", "10", "9", "1e1", "a", "a|", "a|1", "ab", "b", "it's", "A", "operation"),
  fc.string({ maxLength: 3 }),
);
const keys = fc.array(fc.tuple(text, text), { maxLength: 40 });
const condition = fc
  .tuple(fc.constantFrom("PartitionKey", "RowKey"), fc.constantFrom("eq", "ge", "gt", "le", "lt"), text)
  .map(([key, operator, value]) => `${key} ${operator} '${value.replaceAll("'", "''")}'`);

describe("Azurite's tables with rows looked up by index", () => {
  it("find and remove the rows that they find and remove without", () =>
    fc.assert(
      fc.asyncProperty(keys, keys, async (rows, asked) => {
        const [plain, quick] = await Promise.all([storeOf(rows, false), storeOf(rows, true)]);
        for (const [partition, row] of [...asked, ...rows]) {
          expect(await quick.find(partition, row)).toBe(await plain.find(partition, row));
          if (row > "a") expect(await quick.remove(partition, row)).toBe(await plain.remove(partition, row));
        }
      }),
    ));

  it("answer every filter with the rows and the page that they answer with without", () =>
    fc.assert(
      fc.asyncProperty(
        keys,
        fc.array(condition, { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 1, max: 5 }),
        async (rows, conditions, top) => {
          const [plain, quick] = await Promise.all([storeOf(rows, false), storeOf(rows, true)]);
          const filter = conditions.join(" and ");
          const answer = (store: typeof plain) => store.query(filter, top).catch(String);
          expect(await answer(quick)).toEqual(await answer(plain));
        },
      ),
    ));

  it("walk the rows that fit and not the table", async () => {
    const many = Array.from({ length: 500 }, (_, index) => ["p", `job|${index + 1_000}`] as const);
    const single = Array.from({ length: 500 }, (_, index) => [`operation|${index}`, "operation"] as const);
    const store = await storeOf([...many, ...single], true);
    expect(await store.find("p", "job|1077")).toBe(true);
    expect(await store.find("operation|77", "operation")).toBe(true);
    const filter = "PartitionKey eq 'p' and RowKey ge 'job|1100' and RowKey lt 'job|1103'";
    expect(await store.query(filter)).toEqual([
      ["p/job|1100", "p/job|1101", "p/job|1102"],
      undefined,
      undefined,
    ]);
    expect(store.walked()).toBeLessThan(200);
    const plain = await storeOf([...many, ...single], false);
    await plain.query(filter);
    expect(plain.walked()).toBeGreaterThan(1_000);
  });
});
