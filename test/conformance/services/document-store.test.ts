import { AzureNamedKeyCredential, TableClient } from "@azure/data-tables";
import { afterAll, beforeAll } from "vitest";
import { groupedCommits } from "../../../services/documents/grouped-commits.ts";
import { sharedReads } from "../../../services/documents/shared-reads.ts";
import { tableDocuments } from "../../../services/azure/table-documents.ts";
import { memoryDocuments } from "../../support/app/memory-documents.ts";
import { storageAccount, startStorage } from "../../support/app/storage.ts";
import type { Azurite } from "../../../local/storage/index.ts";
import { documentStoreSuite } from "./document-store-suite.ts";

let storage: Azurite;
beforeAll(async () => {
  storage = await startStorage();
});
afterAll(() => storage.dispose());

documentStoreSuite("memory", () => memoryDocuments());
const tables = () => {
  const key = new AzureNamedKeyCredential(storageAccount.name, storageAccount.key);
  return tableDocuments(new TableClient(storage.tableUrl, "batchai", key, { allowInsecureConnection: true }));
};
documentStoreSuite("tables", tables);
documentStoreSuite("tables, grouped", () => sharedReads(groupedCommits(tables())));
