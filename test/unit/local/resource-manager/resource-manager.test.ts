// The local resource manager as its clients see it: who may, what is kept, what a deletion takes with it.
import { describe, expect, it } from "vitest";
import { managerUnderTest, subscription } from "./manager-under-test.ts";

const version = "?api-version=2021-04-01";
const groups = `${subscription}/resourceGroups`;
const group = (name: string) => `${groups}/${name}${version}`;
const account = (name: string, inGroup = "mine", verb = "") =>
  `${groups}/${inGroup}/providers/Microsoft.Storage/storageAccounts/${name}${verb}${version}`;
const newAccount = { location: "eastus", kind: "StorageV2", sku: { name: "Standard_LRS" } };

describe("a caller", () => {
  it("needs a token of the service, and the role for what changes something or shows keys", async () => {
    const { ask } = await managerUnderTest();
    expect((await ask("GET", groups + version, undefined, "nonsense")).status).toBe(401);
    expect((await ask("GET", groups + version, undefined, "role-elsewhere")).status).toBe(401);
    expect((await ask("GET", groups + version, undefined, "role-reader")).status).toBe(200);
    for (const [method, path] of [
      ["PUT", group("mine")],
      ["DELETE", group("mine")],
      ["POST", account("ownaccount", "local", "/listKeys")],
    ] as const)
      expect((await ask(method, path, {}, "role-operator")).body.error?.code).toBe("AuthorizationFailed");
  });

  it("is told in ARM's shape what is wrong with the path, the method or the body", async () => {
    const { ask } = await managerUnderTest();
    const code = async (...asked: Parameters<typeof ask>) => {
      const { status, body } = await ask(...asked);
      return [status, body.error?.code];
    };
    expect(await code("GET", `${groups}/%zz${version}`)).toEqual([400, "InvalidRequestUri"]);
    expect(await code("GET", `/subscriptions/other/resourceGroups${version}`)).toEqual([
      404,
      "SubscriptionNotFound",
    ]);
    expect(await code("PATCH", groups + version)).toEqual([405, "MethodNotAllowed"]);
    expect(await code("GET", `${subscription}/nothing${version}`)).toEqual([404, "ResourceNotFound"]);
    expect(await code("PUT", group("mine"), "{")).toEqual([400, "InvalidRequestContent"]);
    expect(await code("PUT", group("mine"), "[".repeat(90_000))).toEqual([400, "InvalidRequestContent"]);
    expect(await code("PUT", group("mine"), { tags: "x".repeat(200_000) })).toEqual([
      413,
      "RequestBodyTooLarge",
    ]);
    expect(await code("PUT", group("bad name."), {})).toEqual([400, "InvalidResourceGroup"]);
  });
});

describe("a resource group", () => {
  it("is made once, kept over a restart, and has the tags that were given last", async () => {
    const { ask, reopen } = await managerUnderTest();
    expect((await ask("PUT", group("mine"), { location: "eastus", tags: { a: "1" } })).status).toBe(201);
    expect((await ask("PUT", group("MINE"), { location: "eastus" })).status).toBe(200);
    reopen();
    expect((await ask("PATCH", group("mine"), { tags: { b: "2" } })).body["tags"]).toEqual({ b: "2" });
    expect((await ask("GET", group("Mine"))).body).toMatchObject({ location: "eastus", tags: { b: "2" } });
    expect((await ask("PUT", group("mine"), { location: "westus" })).body.error?.code).toBe(
      "InvalidResourceGroupLocation",
    );
    expect((await ask("HEAD", group("mine"))).status).toBe(204);
    expect((await ask("HEAD", group("other"))).status).toBe(404);
  });

  it("exists as long as a workspace is in it, and is gone only when its workspaces are", async () => {
    const { ask, workspaces, deletions, reopen } = await managerUnderTest();
    const id = `${groups}/used/providers/Microsoft.BatchAI/workspaces/w`;
    workspaces.add(id);
    expect((await ask("GET", group("used"))).status).toBe(200);
    await ask("PUT", account("datain", "used"), newAccount);
    const deleting = await ask("DELETE", group("used"));
    expect(deleting.status).toBe(202);
    expect(deletions).toEqual([id]);
    const poll = new URL(deleting.headers.get("location") ?? "");
    reopen(); // A deletion that was begun goes on after a restart.
    expect((await ask("GET", poll.pathname + poll.search)).status).toBe(202);
    expect((await ask("PUT", group("used"), {})).body.error?.code).toBe("ResourceGroupBeingDeleted");
    workspaces.clear();
    expect((await ask("GET", poll.pathname + poll.search)).status).toBe(200);
    expect((await ask("GET", account("datain", "used"))).status).toBe(404);
    expect((await ask("DELETE", group("used"))).body.error?.code).toBe("ResourceGroupNotFound");
  });

  it("of the local cloud's own accounts cannot be deleted", async () => {
    const { ask } = await managerUnderTest();
    expect((await ask("DELETE", group("local"))).body.error?.code).toBe("ResourceGroupDeletionBlocked");
  });
});

describe("a storage account", () => {
  it("is told to the storage services before it is acknowledged, with a key that stays", async () => {
    const { ask, told, reopen } = await managerUnderTest();
    await ask("PUT", group("mine"), {});
    const made = await ask("PUT", account("datastore"), { ...newAccount, tags: { t: "1" } });
    expect(made.body).toMatchObject({ name: "datastore", kind: "StorageV2", tags: { t: "1" } });
    expect(told.at(-1)).toEqual(["datastore"]);
    const keys = async () => (await ask("POST", account("datastore", "mine", "/listKeys"))).body["keys"];
    const before = await keys();
    await ask("PUT", account("datastore"), newAccount);
    reopen();
    expect(await keys()).toEqual(before);
    expect(Buffer.from((before as { value: string }[])[0]?.value ?? "", "base64")).toHaveLength(64);
  });

  it("is emptied when it is deleted, and its name is free again", async () => {
    const { ask, told, emptied } = await managerUnderTest();
    const available = async (name: string) =>
      (
        await ask("POST", `${subscription}/providers/Microsoft.Storage/checkNameAvailability${version}`, {
          name,
        })
      ).body;
    await ask("PUT", group("mine"), {});
    await ask("PUT", account("datastore"), newAccount);
    expect(await available("datastore")).toMatchObject({ nameAvailable: false, reason: "AlreadyExists" });
    expect(await available("No")).toMatchObject({ nameAvailable: false, reason: "AccountNameInvalid" });
    expect((await ask("DELETE", account("datastore"))).status).toBe(200);
    expect([emptied, told.at(-1)]).toEqual([["datastore"], []]);
    expect(await available("datastore")).toEqual({ nameAvailable: true });
    expect((await ask("DELETE", account("datastore"))).status).toBe(204);
  });

  it("cannot be moved, and the local cloud's own can be neither changed nor deleted", async () => {
    const { ask } = await managerUnderTest();
    await ask("PUT", group("mine"), {});
    await ask("PUT", account("datastore"), newAccount);
    const code = async (...asked: Parameters<typeof ask>) => (await ask(...asked)).body.error?.code;
    expect(await code("PUT", account("datastore"), { ...newAccount, location: "westus" })).toBe(
      "StorageAccountInAnotherLocation",
    );
    expect(await code("PUT", account("ownaccount", "local"), newAccount)).toBe("OperationNotAllowed");
    expect(await code("DELETE", account("ownaccount", "local"))).toBe("OperationNotAllowed");
    expect(await code("PUT", account("ownaccount"), newAccount)).toBe("StorageAccountAlreadyTaken");
    expect(
      await code("PUT", account("datalake"), { ...newAccount, properties: { isHnsEnabled: true } }),
    ).toBe("FeatureNotSupported");
  });
});
