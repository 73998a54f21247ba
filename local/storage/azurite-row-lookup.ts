// Azurite finds a row by walking all rows of its partition: of a query, Loki serves only the first condition from an index,
// and Azurite names the partition first; a range of rows walks the whole table. Here Azurite's own queries walk fewer rows
// and find the same ones, so that a request costs what it returns and not what the table holds.
// Why it is so: docs/adr/0017-azurite-finds-rows-by-index.md

interface Collection {
  /** First and last position in the index of a property; the last comes before the first when nothing fits. */
  calculateRange(operator: "$eq", property: string, value: string): readonly [number, number];
  findOne(query: object): unknown;
  chain(): Chain;
}
interface Chain {
  find(query: object): Chain;
}

type Query = (
  context: unknown,
  account: string,
  table: string,
  options: { readonly filter?: string },
  ...continuation: readonly unknown[]
) => Promise<unknown>;

/** What is used of Azurite's `LokiTableMetadataStore`. */
export interface TableStore {
  getEntityCollection(account: string, table: string, context: unknown): Collection;
  queryTableEntities: Query;
}

export function lookUpRowsByIndex(store: TableStore): void {
  const collectionOf = store.getEntityCollection.bind(store);
  const query = store.queryTableEntities;
  const prepared = new WeakSet<Collection>();
  store.getEntityCollection = (...parameters) => {
    const collection = collectionOf(...parameters);
    if (!prepared.has(collection)) findOneByBestIndex(collection);
    prepared.add(collection);
    return collection;
  };
  store.queryTableEntities = (context, account, table, options, ...continuation) => {
    const range = rowRange(options.filter ?? "");
    const narrowed = range === undefined ? store : withinRange(store, range);
    return query.call(narrowed, context, account, table, options, ...continuation);
  };
}

/** Rows of one key are few in most tables, but not where each partition has its only row under the same key. */
function findOneByBestIndex(collection: Collection): void {
  const findOne = collection.findOne.bind(collection);
  const found = (property: string, value: string) => {
    const [first, last] = collection.calculateRange("$eq", property, value);
    return last - first;
  };
  // Not enumerable: collections are saved as what can be seen of them.
  Object.defineProperty(collection, "findOne", {
    value: ({ PartitionKey, RowKey, ...more }: { PartitionKey?: unknown; RowKey?: unknown }) => {
      const both = typeof PartitionKey === "string" && typeof RowKey === "string";
      return both && found("RowKey", RowKey) < found("PartitionKey", PartitionKey)
        ? findOne({ RowKey, PartitionKey, ...more })
        : findOne({ PartitionKey, RowKey, ...more });
    },
  });
}

/** The store as one query sees it: a collection begins with the rows of the range, and Azurite's own filter follows. */
function withinRange(store: TableStore, range: RowRange): TableStore {
  const view = Object.create(store) as TableStore;
  view.getEntityCollection = (...parameters) => {
    const collection = store.getEntityCollection(...parameters);
    const narrowed = Object.create(collection) as Collection;
    narrowed.chain = () => collection.chain().find({ RowKey: { $between: range } });
    return narrowed;
  };
  return view;
}

type RowRange = readonly [from: string, to: string];

const comparison = /(PartitionKey|RowKey) (eq|ge|gt|le|lt) '((?:[^']|'')*)'/;
const conjunction = new RegExp(`^${comparison.source}(?: and ${comparison.source})*$`);

/** Keys between which all rows lie that a filter lets pass; `undefined` when it does not say, in the form we know. */
function rowRange(filter: string): RowRange | undefined {
  if (!conjunction.test(filter)) return undefined;
  const bounds = [...filter.matchAll(new RegExp(comparison, "g"))].filter(([, key]) => key === "RowKey");
  const values = (operators: readonly string[]) =>
    bounds.flatMap(([, , operator = "", text = ""]) =>
      operators.includes(operator) ? [text.replaceAll("''", "'")] : [],
    );
  const from = values(["eq", "ge", "gt"]).sort().at(-1);
  const to = values(["eq", "le", "lt"]).sort()[0];
  if (from === undefined || to === undefined || !sortedAsText(from, to)) return undefined;
  return [from, to];
}

/** Loki sorts texts that read as numbers by their value and before all others: none may lie between the two. */
function sortedAsText(from: string, to: string): boolean {
  return /^[a-z]/.test(from) && from[0] === to[0];
}
