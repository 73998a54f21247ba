// Operation documents and the index of those that have not ended.
import { describe, expect, it } from "vitest";
import { documentOperations } from "../../../services/documents/document-operations.ts";
import type { DocumentStore } from "../../../services/documents.ts";
import type { OperationSubject } from "../../../services/operation-documents.ts";
import { memoryDocuments } from "../../support/app/memory-documents.ts";

const time = "2026-01-01T00:00:00.000Z";
const job: OperationSubject = {
  kind: "delete",
  ref: {
    kind: "job",
    subscriptionId: "s",
    resourceGroup: "rg",
    workspace: "w",
    experiment: "e",
    job: "j",
  },
  creation: "11111111-2222-4333-8444-555555555555",
  actor: "ann",
};
const operation = (id: string, status: "InProgress" | "Succeeded" = "InProgress") => ({
  id,
  subscriptionId: "s",
  location: "eastus",
  status,
  startTime: time,
  resourceId: "s$rg$w$e$j",
});
const listed = async (operations: ReturnType<typeof documentOperations>) =>
  (await operations.unfinished({ size: 10 })).items;

describe("an operation", () => {
  it("is among the unfinished ones from its opening to its end, with what it is about", async () => {
    const operations = documentOperations(memoryDocuments());
    await operations.open(operation("a"), job);
    await operations.open(operation("b", "Succeeded"), job);
    expect(await listed(operations)).toEqual([{ id: "a", subject: job }]);
    await operations.close("a", { status: "Succeeded" }, time);
    expect(await listed(operations)).toEqual([]);
  });

  it("is not listed anew when it is opened again after its end", async () => {
    const operations = documentOperations(memoryDocuments());
    await operations.open(operation("a"), job);
    await operations.close("a", { status: "Succeeded" }, time);
    await operations.open(operation("a"), job);
    expect(await listed(operations)).toEqual([]);
    expect(await operations.get("a")).toMatchObject({ status: "Succeeded" });
  });

  it("is listed by a repeated request when the first was cut off before that", async () => {
    const store = memoryDocuments();
    const dying: DocumentStore = {
      ...store,
      commit: (partition, writes) =>
        partition === "operations" ? Promise.reject(new Error("died")) : store.commit(partition, writes),
    };
    await expect(documentOperations(dying).open(operation("a"), job)).rejects.toThrow("died");
    const operations = documentOperations(store);
    expect(await listed(operations)).toEqual([]);
    await operations.open(operation("a"), job);
    expect(await listed(operations)).toHaveLength(1);
  });

  it("that ended in a moment when the process died is not listed, and its row is dropped", async () => {
    const store = memoryDocuments();
    const dying: DocumentStore = { ...store, remove: () => Promise.reject(new Error("died")) };
    await documentOperations(store).open(operation("a"), job);
    await expect(documentOperations(dying).close("a", { status: "Succeeded" }, time)).rejects.toThrow("died");
    expect(await listed(documentOperations(store))).toEqual([]);
    expect(store.dump()).not.toContain("unfinished|a");
  });
});
