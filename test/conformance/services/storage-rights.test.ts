// Everything that the app asks of storage and of key vaults, call by call of its own clients, against Microsoft's descriptions of storage and against
// the rights that infra/ gives its identity: nothing is missing, and no role is there for nothing. Every method of every client is called, so that a new one without a rule fails here.
import { readFileSync } from "node:fs";
import { AzureNamedKeyCredential, TableClient } from "@azure/data-tables";
import { QueueServiceClient, StorageSharedKeyCredential } from "@azure/storage-queue";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemRandom } from "../../../local/random.ts";
import { newTrial } from "../../../domain/sweep/trial.ts";
import { blobArtifacts } from "../../../services/azure/blob-artifacts.ts";
import { blobAccess } from "../../../services/azure/blob-containers.ts";
import { blobSecrets } from "../../../services/azure/blob-secrets.ts";
import { blobStaging } from "../../../services/azure/blob-staging.ts";
import { blobSweepRecords } from "../../../services/azure/blob-sweep-records.ts";
import { blobViewSnapshots } from "../../../services/azure/blob-view-snapshots.ts";
import { keyVaults } from "../../../services/azure/key-vaults.ts";
import { sealer } from "../../../services/azure/sealing.ts";
import { storageEvents } from "../../../services/azure/storage-events.ts";
import { storageOutputFiles } from "../../../services/azure/storage-output-files.ts";
import { tableDocuments } from "../../../services/azure/table-documents.ts";
import { storageAccount } from "../../support/app/storage.ts";
import { allowed } from "../../support/contract/actions.ts";
import { dataActionsOf, dataRoles, hostActions } from "../../support/contract/data-actions.ts";
import { recordedStorage } from "../../support/contract/recorded-storage.ts";
import { partsOf, storageVerdict } from "../../support/contract/storage-description.ts";
import type { RecordedRequest, RecordedStorage } from "../../support/contract/recorded-storage.ts";

const clock = { now: () => Date.now(), sleep: async () => undefined };
const credential = { getToken: async () => null };
/** Methods of clients that were not called yet. */
const uncalled = new Set<string>();
let record: RecordedStorage;
const appActions = new Set<string>();
/** By the app. */
const sent: RecordedRequest[] = [];

function watched<Client extends object>(name: string, client: Client): Client {
  for (const method of Object.keys(client)) uncalled.add(`${name}.${method}`);
  return new Proxy(client, {
    get(target, method, self) {
      uncalled.delete(`${name}.${String(method)}`);
      return Reflect.get(target, method, self) as unknown;
    },
  });
}

beforeAll(async () => {
  record = await recordedStorage();
  const { blob, queue, table } = record.templates;
  const storage = storageAccount;
  const blobs = blobAccess({ endpointTemplate: blob, credential, clock });
  const key = new AzureNamedKeyCredential(storage.name, storage.key);
  const documents = watched(
    "documents",
    tableDocuments(
      new TableClient(table.replace("{account}", storage.name), "batchai", key, {
        allowInsecureConnection: true,
      }),
    ),
  );
  const staging = watched("staging", blobStaging(blobs, storage));
  const keys = [Buffer.alloc(32, 2), Buffer.alloc(32, 1)] as const;
  const before = blobSecrets(blobs, storage, sealer([keys[1]], systemRandom()));
  const secrets = watched("secrets", blobSecrets(blobs, storage, sealer([...keys], systemRandom())));
  const records = watched("sweepRecords", blobSweepRecords(blobs, storage));
  const artifacts = watched("artifacts", blobArtifacts(blobs, storage));
  const snapshots = watched(
    "snapshots",
    blobViewSnapshots(blobs, storage, async () => "a-build"),
  );
  const events = watched("storageEvents", storageEvents({ blobs, storage, credential, template: queue }));
  const outputs = watched(
    "outputFiles",
    storageOutputFiles({ blobs, fileEndpointTemplate: "http://127.0.0.1:9/{account}", credential, clock }),
  );
  const vaults = watched(
    "keyVaults",
    keyVaults({
      endpointTemplate: record.vaultTemplate,
      allowed: ["lab"],
      tokens: { token: async () => "a token" },
    }),
  );

  await snapshots.write("a/jobs", "a view");
  await snapshots.read("a/jobs");
  await snapshots.removeBelow("a");
  await snapshots.write("a/jobs", "a view");
  await snapshots.removeBefore(new Date(Date.now() + 86_400_000).toISOString());

  await documents.commit("p", [{ kind: "insert", row: "a", value: 1 }]);
  const made = await documents.commit("p", [
    { kind: "insert", row: "b", value: 1 },
    { kind: "put", row: "c", value: 1 },
  ]);
  const etag = made === "conflict" ? "" : (made.get("b") ?? "");
  await documents.commit("p", [
    { kind: "replace", row: "b", value: 2, etag },
    { kind: "remove", row: "c" },
  ]);
  await documents.commit("p", [{ kind: "put", row: "a", value: 2 }]);
  expect(await documents.get({ partition: "p", row: "b" })).toMatchObject({ value: 2 });
  expect((await documents.page({ partition: "p", prefix: "a", size: 10 })).documents).toHaveLength(1);
  expect(await documents.partitions("p")).toEqual(["p"]);
  expect(await documents.remove({ partition: "p", row: "b" }, "*")).toBe("removed");

  await staging.put([{ path: "jobs/1/launch.sh", content: "true" }]);
  await staging.link("jobs/1/launch.sh", 60_000);
  expect(await staging.list("jobs/")).toHaveLength(1);
  const place = { kind: "blob", accountName: storage.name, accountKey: storage.key } as const;
  const job = { ...place, container: "batchai-staging", directory: "jobs/1" };
  expect((await outputs.list(job, { linkLifetimeMs: 60_000, page: { size: 10 } })).items).toHaveLength(1);
  expect(await outputs.read(job, "launch.sh", { offset: 0, maxBytes: 4 })).toHaveLength(4);
  expect(await outputs.size(job, "launch.sh")).toBe(4);
  await staging.remove(["jobs/1/launch.sh"]);
  await staging.removeAll("jobs/");

  await before.put("jobs/1", new Map([["name", "value"]]));
  expect(await secrets.reseal()).toEqual({ resealed: 1, unreadable: 0 });
  await secrets.put("jobs/2", new Map([["name", "value"]]));
  expect((await secrets.get("jobs/2")).get("name")).toBe("value");
  expect(await secrets.owners()).toHaveLength(2);
  await secrets.remove("jobs/2");

  const trials = { version: 1 as const, trials: [newTrial(0, { LR: 0.5 }, 0)] };
  await records.write("sweep", trials, undefined);
  const stored = await records.read("sweep");
  expect(stored).toMatchObject({ record: trials });
  // So many are more than a block.
  const others = Array.from({ length: 400 }, (_, index) => newTrial(index + 1, { LR: 0.25 }, 0));
  const more = { version: 1 as const, trials: [...trials.trials, ...others] };
  expect(await records.write("sweep", more, stored?.etag)).toBe("written");
  expect(await records.owners()).toHaveLength(1);
  await records.remove("sweep");

  await artifacts.write("e/run/a", Buffer.from("1"));
  const [part = ""] = await artifacts.partLinks("e/run/b", "a".repeat(32), 1, 60_000);
  expect((await fetch(part, { method: "PUT", body: "two" })).status).toBe(201);
  expect(await artifacts.assemble("e/run/b", "a".repeat(32), [1])).toBe("assembled");
  expect(await artifacts.assemble("e/run/c", "b".repeat(32), [1])).toBe("missing");
  const folder = artifacts.place("e/run");
  expect(await outputs.read(folder, "b", { offset: 0, maxBytes: 4 })).toHaveLength(3);
  expect(await (await fetch(await outputs.link(folder, "b", 60_000))).text()).toBe("two");
  expect(await artifacts.folders()).toHaveLength(1);
  await artifacts.remove("e");
  expect(await artifacts.folders()).toEqual([]);

  for await (const _ of events.blobs("batchai-secrets", "")) void _;
  // The queue is made and filled by Event Grid and by the templates, not by the app: past the recorder.
  const outside = new QueueServiceClient(
    queue.replace("{account}", storage.name),
    new StorageSharedKeyCredential(storage.name, storage.key),
  ).getQueueClient("batchai-blob-events");
  const seen = record.requests.length;
  await outside.create();
  await outside.sendMessage("an event");
  const own = [...record.requests.slice(0, seen)];
  const from = record.requests.length;
  const [message] = await events.receive("batchai-blob-events");
  if (message === undefined) throw new Error("no message");
  await events.remove("batchai-blob-events", message);

  const vault = "/subscriptions/s/resourceGroups/g/providers/Microsoft.KeyVault/vaults/lab";
  await vaults.read({
    sourceVault: { id: vault },
    secretUrl: "https://lab.vault.azure.net/secrets/key",
  });

  sent.push(...own, ...record.requests.slice(from));
  for (const request of sent) for (const action of dataActionsOf(request)) appActions.add(action);
  // Instead of an account's key the app has an identity in Azure, for which links are signed with a key that is asked for
  // (services/azure/delegation-keys.ts). No plain address takes tokens, so that this call cannot be made here.
  for (const action of dataActionsOf({
    plane: "blob",
    method: "POST",
    path: "",
    query: new URLSearchParams("restype=service&comp=userdelegationkey"),
    headers: new Map(),
    body: "",
  }))
    appActions.add(action);
}, 60_000);
afterAll(() => record.dispose());

/** Data roles that the templates assign to the app's identity. */
function assigned(): readonly string[] {
  const texts = ["storage", "vault"].map((name) => readFileSync(`infra/modules/${name}.bicep`, "utf8"));
  return texts.flatMap((text) => {
    const list = /for role in \[([^\]]+)\]/.exec(text)?.[1]?.split(",") ?? [];
    const single = [...text.matchAll(/guid\(\w+\.id, appPrincipalId, (\w+)\)/g)].map(([, name = ""]) => name);
    return [...list, ...single].map((name) => name.trim()).filter((name) => name !== "role");
  });
}

describe("what the app asks of storage and of key vaults", () => {
  it("is every call that its clients can make", () => {
    expect([...uncalled]).toEqual([]);
  });

  it("needs these rights and no other", () => {
    const short = [...appActions].map((action) => action.replace(/^Microsoft\.\w+\/\w+\//, "")).toSorted();
    expect(short).toEqual([
      "blobServices/containers/blobs/delete",
      "blobServices/containers/blobs/read",
      "blobServices/containers/blobs/write",
      "blobServices/containers/write",
      "blobServices/generateUserDelegationKey/action",
      "queueServices/queues/messages/delete",
      "queueServices/queues/messages/process/action",
      "secrets/getSecret/action",
      "tableServices/tables/entities/delete",
      "tableServices/tables/entities/read",
      "tableServices/tables/entities/write",
      "tableServices/tables/write",
    ]);
  });

  it("is allowed by the roles that infra/ assigns, each of which is needed", () => {
    const roles = assigned();
    expect(roles.toSorted()).toEqual(Object.keys(dataRoles).toSorted());
    const allowedBy = (names: readonly string[]) => {
      const given = names.flatMap((name) => dataRoles[name] ?? []);
      return (action: string) => allowed(action, given);
    };
    expect([...appActions].filter((action) => !allowedBy(roles)(action))).toEqual([]);
    for (const role of roles) {
      const without = allowedBy(roles.filter((other) => other !== role));
      expect(
        [...appActions].filter((action) => !without(action)),
        `without ${role}`,
      ).not.toEqual([]);
    }
  });

  it("uses with the host of the app each right that those roles give", () => {
    const used = [...appActions, ...hostActions];
    for (const [role, rights] of Object.entries(dataRoles))
      expect(
        rights.filter((right) => !used.some((action) => allowed(action, [right]))),
        role,
      ).toEqual([]);
  });
});

describe("what the app sends to storage", () => {
  const ofStorage = () => sent.filter(({ plane }) => plane !== "vault");

  it("is as Microsoft describes blobs, queues and tables, and so are the answers", () => {
    const problems = ofStorage().flatMap((request) => {
      const { operation, problems: found } = storageVerdict(request, request.status);
      return found.map((problem) => `${operation}: ${problem}`);
    });
    expect([...new Set(problems)]).toEqual([]);
    const inBatches = ofStorage().flatMap((request) => partsOf(request).filter((part) => part !== request));
    // Each answers "no content", which its client asked for.
    const verdicts = inBatches.map((part) => storageVerdict(part, 204));
    expect(verdicts.flatMap(({ operation, problems: found }) => [operation, ...found]).toSorted()).toEqual([
      "Table_DeleteEntity",
      "Table_InsertEntity",
      "Table_UpdateEntity",
      "Table_UpdateEntity",
    ]);
  });

  it("is these operations", () => {
    const names = ofStorage().map((request) => storageVerdict(request, request.status).operation);
    expect([...new Set(names)].toSorted()).toEqual([
      "Blob_Delete",
      "Blob_Download",
      "Blob_GetProperties",
      "BlockBlob_CommitBlockList",
      "BlockBlob_StageBlock",
      "BlockBlob_Upload",
      "Container_Create",
      "Container_ListBlobFlatSegment",
      "Container_ListBlobHierarchySegment",
      "MessageId_Delete",
      "Messages_Dequeue",
      "Table_Batch",
      "Table_Create",
      "Table_DeleteEntity",
      "Table_InsertEntity",
      "Table_QueryEntities",
      "Table_QueryEntitiesWithPartitionAndRowKey",
      "Table_UpdateEntity",
    ]);
  });

  it("would be found out otherwise", () => {
    const request = ofStorage().find(({ path, method }) => method === "GET" && path.endsWith("/messages"));
    if (request === undefined) throw new Error("no messages were asked for");
    const found = (changes: object, status = 200) =>
      storageVerdict({ ...request, ...changes }, status).problems;
    expect(found({})).toEqual([]);
    expect(found({ query: new URLSearchParams("timeout=-1") })).toEqual(["timeout: -1 is below 0"]);
    expect(found({ query: new URLSearchParams("numofmessages=many") })).toEqual([
      "numofmessages: 'many' is no number",
    ]);
    expect(found({ query: new URLSearchParams("count=3") })).toEqual(["?count: is not described"]);
    expect(found({}, 201)).toEqual(["201: is no answer of it"]);
    expect(found({ method: "PATCH" })).toEqual(["there is no such operation"]);
    expect(found({ headers: new Map([["x-ms-strange", "1"]]) })).toEqual(["x-ms-strange: is not described"]);
  });
});

describe("a request that no rule knows", () => {
  it("is told, so that nobody forgets its right", () => {
    const query = new URLSearchParams("comp=lease");
    const request = {
      plane: "blob",
      method: "POST",
      path: "c",
      query,
      headers: new Map(),
      body: "",
    } as const;
    expect(() => dataActionsOf(request)).toThrow("No rule says what blob POST /c?comp=lease needs");
  });
});
