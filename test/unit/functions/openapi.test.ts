// The published description is made of what is registered. After a change: npx vitest run test/unit/functions/openapi -u
import { format } from "prettier";
import { describe, expect, it } from "vitest";
import { httpTriggers, operations } from "../../../functions/http/index.ts";
import { openApiDocument } from "../../../functions/http/openapi/document.ts";
import { operationDocs } from "../../../functions/http/openapi/operations.ts";
import { startAppWorld } from "../../support/app/app-world.ts";

describe("the description of the API", () => {
  it("is the one that is published", async () => {
    const text = await format(JSON.stringify(openApiDocument(operations)), {
      parser: "json",
      printWidth: 110,
    });
    await expect(text).toMatchFileSnapshot("../../../docs/reference/openapi.json");
  });

  it("has every operation, and no other", () => {
    expect(Object.keys(operationDocs).sort()).toEqual(operations.map(({ name }) => name).sort());
    const { paths } = openApiDocument(operations) as { paths: Record<string, object> };
    const described = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const registered = httpTriggers
      .filter(
        ({ name }) => !["openapi", "zz-unknown"].includes(name) && !/^(passed|portal|tracking)-/.test(name),
      )
      .flatMap(({ methods, route }) => methods.map((method) => `${method} /${route}`));
    expect(described.sort()).toEqual(registered.sort());
  });

  it("names the values that a choice takes", () => {
    const text = JSON.stringify(openApiDocument(operations));
    expect(text).toContain('"enum":["requeue","terminate","waitforjobcompletion"]');
    expect(text).toContain('"enum":["none","readonly","readwrite"]');
  });

  it("is served to everybody", async () => {
    const { api } = await startAppWorld();
    const answer = await api("GET", "/openapi.json", { token: undefined });
    expect([answer.status, answer.headers["content-type"]]).toEqual([200, "application/json"]);
  });
});
