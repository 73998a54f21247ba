// Starts nothing: the executor is a fake.
import { expect, test } from "vitest";
import { armRoutes, dataRoutes } from "../../../../local/batch-emulator/routes.ts";
import { operationsPage } from "../../../../local/batch-emulator/operations-page.ts";
import { operations } from "../../../../local/batch-emulator/operations.ts";

const signature = (one: { method: string; path: string }) => `${one.method} ${one.path}`;

test("the operations table and the routes name the same operations with the same calls", () => {
  const routes = [...dataRoutes, ...armRoutes]
    .map((route) => `${route.operation} ${signature(route)}`)
    .sort();
  const table = operations.map((operation) => `${operation.id} ${signature(operation)}`).sort();
  expect(routes).toEqual(table);
});

test("no operation is listed twice", () => {
  expect(new Set(operations.map((one) => one.id)).size).toBe(operations.length);
  expect(new Set(operations.map(signature)).size).toBe(operations.length);
});

test("the reference page is the one generated from the table", async () => {
  await expect(operationsPage()).toMatchFileSnapshot("../../../../docs/reference/batch-emulator.md");
});
