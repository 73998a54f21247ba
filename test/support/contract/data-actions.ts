// Which right of Azure a call to storage or to a key vault needs, and what the roles of infra/ give on them. Sources: "Permissions for blob,
// queue, and table data operations" of the storage services' REST reference, "Azure built-in roles" (storage, security), "Connecting to host
// storage with an identity" and "Configure Durable Functions with managed identity" for what the host of the Functions app needs beside.

const blobs = "Microsoft.Storage/storageAccounts/blobServices";
const queues = "Microsoft.Storage/storageAccounts/queueServices/queues";
const tables = "Microsoft.Storage/storageAccounts/tableServices/tables";
const secrets = "Microsoft.KeyVault/vaults/secrets";

export type Plane = "blob" | "queue" | "table" | "vault";

export interface SentRequest {
  readonly plane: Plane;
  readonly method: string;
  /** Below the account or vault. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** By lower-case name. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/** Roles that the templates assign to the app, by the name that they have there. */
export const dataRoles: Readonly<Record<string, readonly string[]>> = {
  blobDataOwner: [`${blobs}/containers/*`, `${blobs}/generateUserDelegationKey/action`],
  queueDataContributor: [
    `${queues}/delete`,
    `${queues}/read`,
    `${queues}/write`,
    `${queues}/messages/delete`,
    `${queues}/messages/read`,
    `${queues}/messages/write`,
    `${queues}/messages/process/action`,
  ],
  tableDataContributor: [
    `${tables}/read`,
    `${tables}/write`,
    `${tables}/delete`,
    `${tables}/entities/read`,
    `${tables}/entities/write`,
    `${tables}/entities/delete`,
    `${tables}/entities/add/action`,
    `${tables}/entities/update/action`,
  ],
  secretsUser: [`${secrets}/getSecret/action`, `${secrets}/readMetadata/action`],
};

/** One for each thing that is done: a batch of tables does several. @throws Error for a request that no rule knows. */
export function dataActionsOf(request: SentRequest): readonly string[] {
  const actions = { blob: ofBlobs, queue: ofQueues, table: ofTables, vault: ofVault }[request.plane](request);
  if (actions.length > 0) return actions;
  const { plane, method, path, query } = request;
  throw new Error(`No rule says what ${plane} ${method} /${path}?${query.toString()} needs.`);
}

function ofBlobs({ method, path, query }: SentRequest): readonly string[] {
  const [container = "", blob = ""] = [path.split("/")[0], path.split("/").slice(1).join("/")];
  if (container === "")
    return query.get("comp") === "userdelegationkey" ? [`${blobs}/generateUserDelegationKey/action`] : [];
  if (blob !== "") {
    const verb = { GET: "read", HEAD: "read", PUT: "write", DELETE: "delete" }[method];
    return verb === undefined ? [] : [`${blobs}/containers/blobs/${verb}`];
  }
  if (method === "GET" && query.get("comp") === "list") return [`${blobs}/containers/blobs/read`];
  const verb = { GET: "read", HEAD: "read", PUT: "write", DELETE: "delete" }[method];
  return verb === undefined || query.get("restype") !== "container" ? [] : [`${blobs}/containers/${verb}`];
}

function ofQueues({ method, path }: SentRequest): readonly string[] {
  const [, messages, id] = path.split("/");
  if (messages === undefined) {
    const verb = { GET: "read", HEAD: "read", PUT: "write", DELETE: "delete" }[method];
    return verb === undefined ? [] : [`${queues}/${verb}`];
  }
  if (id === undefined && method === "GET") return [`${queues}/messages/process/action`];
  if (id === undefined && method === "POST") return [`${queues}/messages/write`];
  return method === "DELETE" ? [`${queues}/messages/delete`] : [];
}

function ofTables({ method, path: whole, body }: SentRequest): readonly string[] {
  const path = whole.replace(/\(.*/s, "");
  if (path === "Tables") return method === "POST" ? [`${tables}/write`] : [`${tables}/read`];
  if (path === "$batch")
    return [...body.matchAll(/^(GET|POST|PUT|MERGE|PATCH|DELETE) https?:\S+/gm)].flatMap(([, verb = ""]) =>
      ofEntity(verb),
    );
  return ofEntity(method);
}

function ofEntity(method: string): readonly string[] {
  const verb = { GET: "read", POST: "write", PUT: "write", PATCH: "write", MERGE: "write", DELETE: "delete" }[
    method
  ];
  return verb === undefined ? [] : [`${tables}/entities/${verb}`];
}

function ofVault({ method, path }: SentRequest): readonly string[] {
  return method === "GET" && /^secrets\/[^/]+/.test(path) ? [`${secrets}/getSecret/action`] : [];
}

/**
 * What the Functions host does with the same identity, by its documentation: leases and files of timers, triggers and keys in blobs,
 * and Durable's control queues, leases and tables, which it makes and deletes. No request of it can be seen here.
 */
export const hostActions: readonly string[] = [
  ...["read", "write", "delete"].flatMap((verb) => [
    `${blobs}/containers/${verb}`,
    `${blobs}/containers/blobs/${verb}`,
    `${queues}/${verb}`,
    `${tables}/${verb}`,
    `${tables}/entities/${verb}`,
  ]),
  ...["read", "write", "delete", "process/action"].map((verb) => `${queues}/messages/${verb}`),
  `${tables}/entities/add/action`,
  `${tables}/entities/update/action`,
  // A Key Vault reference of an app setting: its newest version is looked for.
  `${secrets}/getSecret/action`,
  `${secrets}/readMetadata/action`,
];
