import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { contractRowsPage, features, proofs, unproved } from "../support/contract-rows.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

test("every row of the contract is proved by a test that names it, or is listed with the reason", () => {
  const proved = proofs(root);
  const listed = new Set(unproved.map(({ row }) => row));
  const rows = features.map((_, index) => index + 1);
  expect(rows.filter((row) => !proved.has(row) && !listed.has(row))).toEqual([]);
  expect([...proved.keys()].filter((row) => !rows.includes(row))).toEqual([]);
});

test("the reference page is the one generated from the rows and the titles", async () => {
  await expect(contractRowsPage(root)).toMatchFileSnapshot("../../docs/reference/contract-rows.md");
});
