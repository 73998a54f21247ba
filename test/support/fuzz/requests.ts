// Requests to the API, made of its own description and then bent: paths, names, queries, headers, bodies, verbs.
import * as fc from "fast-check";
import { operations } from "../../../functions/http/index.ts";
import { openApiDocument } from "../../../functions/http/openapi/document.ts";
import { subscriptionId } from "../app/app-world.ts";
import { clusterBody, clusterPath, fileServerBody, jobBody } from "../app/stories.ts";
import { mutated, mutations } from "./mutate.ts";
import { valueOf } from "./schema-arbitrary.ts";
import type { JsonSchema } from "./schema-arbitrary.ts";

export interface FuzzedRequest {
  readonly operation: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly token: string | undefined;
  readonly text: string | undefined;
}

interface Parameter {
  readonly in: string;
  readonly name: string;
  readonly required?: boolean;
  readonly schema: JsonSchema;
}
interface Described {
  readonly operationId: string;
  readonly parameters: readonly Parameter[];
  readonly requestBody?: {
    readonly content: { readonly "application/json": { readonly schema: JsonSchema } };
  };
}

const { paths } = openApiDocument(operations) as {
  paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
};

/** Names of things that exist in the world of the test, in another case sometimes; of things that do not; and of none. */
const usualNames: Readonly<Record<string, readonly string[]>> = {
  subscriptionId: [subscriptionId, subscriptionId.toUpperCase()],
  resourceGroup: ["rg", "RG"],
  workspace: ["w", "W"],
  cluster: ["c", "C"],
  experiment: ["e", "E"],
  fileServer: ["nfs", "NFS", "other"],
  job: ["j", "J", "k"],
};
const oddNames = fc.constantFrom(
  "a.b",
  "n".repeat(65),
  "%20",
  "..%2F",
  "%00",
  "%C3%BC",
  "%F0%9F%99%82",
  "a%7Cb",
  "a%27b",
  "__proto__",
  "constructor",
  "events",
  "jobs",
);

function nameFor(parameter: Parameter): fc.Arbitrary<string> {
  const usual = usualNames[parameter.name] ?? ["x"];
  return fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom(...usual) },
    { weight: 2, arbitrary: valueOf(parameter.schema).map((value) => encodeURIComponent(String(value))) },
    { weight: 1, arbitrary: oddNames },
  );
}

const oddValues = fc.oneof(
  fc.constantFrom(
    "",
    "0",
    "-1",
    "1001",
    "1e3",
    "NaN",
    "null",
    "../..",
    "2018-05-01",
    "2026-11-01",
    "\0",
    "ü",
  ),
  fc.string({ maxLength: 12 }),
);

function queryFor(parameter: Parameter): fc.Arbitrary<string> {
  const { name, required = false, schema } = parameter;
  const right = valueOf(schema).map((value): [string, string] => [name, String(value)]);
  const pair: fc.Arbitrary<[string, string] | undefined> = fc.oneof(
    { weight: 10, arbitrary: right },
    { weight: 1, arbitrary: oddValues.map((value): [string, string] => [name.toUpperCase(), value]) },
    { weight: 1, arbitrary: oddValues.map((value): [string, string] => [name, value]) },
    { weight: required ? 1 : 20, arbitrary: fc.constant(undefined) },
  );
  return pair.map((given) => (given === undefined ? "" : new URLSearchParams([given]).toString()));
}

const token = fc.oneof(
  { weight: 30, arbitrary: fc.constant<string | undefined>("role-admin") },
  { weight: 2, arbitrary: fc.constantFrom<string | undefined>("role-reader", "role-submitter", "role-none") },
  { weight: 1, arbitrary: fc.constantFrom<string | undefined>(undefined, "x", "a.b.c") },
);

const oddHeaders = fc.constantFrom<Readonly<Record<string, string>>>(
  { "content-type": "text/xml" },
  { "content-type": "application/json; charset=utf-16" },
  { "content-type": "" },
  { "content-length": "999999999" },
  { "content-length": "x" },
  { "x-ms-client-request-id": "y".repeat(500) },
  { "x-forwarded-proto": "gopher" },
  { prefer: "wait=99999" },
  { prefer: "wait=1, respond-async" },
  { "user-agent": "ms-rest-azure-js/1.4.0" },
  { "if-match": "*" },
  { authorization: "Basic eDp5" },
);
const headers = fc.oneof(
  { weight: 8, arbitrary: fc.constant<Readonly<Record<string, string>>>({}) },
  { weight: 1, arbitrary: oddHeaders },
);

/** Bodies that are accepted, so that what is bent is not always wrong already. */
const goodBodies: Readonly<Record<string, readonly unknown[]>> = {
  "workspaces-create": [{ location: "eastus" }],
  "clusters-create": [clusterBody(), clusterBody({ targetNodeCount: 2 })],
  "clusters-update": [{ properties: { scaleSettings: { manual: { targetNodeCount: 3 } } } }],
  "fileservers-create": [fileServerBody()],
  "jobs-create": [jobBody(), jobBody({ cluster: { id: clusterPath.toUpperCase() } })],
};

function textFor({ operationId, requestBody }: Described): fc.Arbitrary<string | undefined> {
  if (requestBody === undefined)
    return fc.oneof(
      { weight: 9, arbitrary: fc.constant(undefined) },
      { weight: 1, arbitrary: fc.string({ maxLength: 20 }) },
    );
  const made = valueOf(requestBody.content["application/json"].schema);
  const good = goodBodies[operationId];
  const body = good === undefined ? made : fc.oneof(made, fc.constantFrom(...good));
  return fc.tuple(body, mutations).map(([value, changes]) => mutated(value, changes));
}

const otherMethods = fc.constantFrom("GET", "PUT", "PATCH", "POST", "DELETE", "HEAD", "OPTIONS");

function requestTo(route: string, method: string, described: Described): fc.Arbitrary<FuzzedRequest> {
  const inPath = described.parameters.filter((parameter) => parameter.in === "path");
  const inQuery = described.parameters.filter((parameter) => parameter.in === "query");
  return fc
    .record({
      verb: fc.oneof(
        { weight: 20, arbitrary: fc.constant(method.toUpperCase()) },
        { weight: 1, arbitrary: otherMethods },
      ),
      names: fc.tuple(...inPath.map(nameFor)),
      query: fc.tuple(...inQuery.map(queryFor)),
      text: textFor(described),
      headers,
      token,
    })
    .map(({ verb, names, query, ...rest }) => {
      const path = inPath.reduce(
        (all, { name }, index) => all.replace(`{${name}}`, names[index] ?? ""),
        route,
      );
      return {
        operation: described.operationId.replace(/-page$/, ""),
        method: verb,
        path: `${path}?${query.filter((part) => part !== "").join("&") || "noversion"}`,
        ...rest,
        text: verb === "GET" || verb === "HEAD" ? undefined : rest.text,
      };
    });
}

export const requests: fc.Arbitrary<FuzzedRequest> = fc.oneof(
  ...Object.entries(paths).flatMap(([route, methods]) =>
    Object.entries(methods).map(([method, described]) => ({
      weight: described.requestBody === undefined ? 1 : 6,
      arbitrary: requestTo(route, method, described),
    })),
  ),
);
