// The OpenAPI description of the API, made of the operations as they are registered and of the schemas they parse with.
import { z } from "zod";
import { createDocument } from "zod-openapi";
import type {
  ZodOpenApiOperationObject,
  ZodOpenApiPathsObject,
  ZodOpenApiResponsesObject,
} from "zod-openapi";
import { apiVersion } from "../../../domain/shared/api-versions.ts";
import { ErrorResponse } from "../../../domain/shared/answers.ts";
import type { HttpTrigger } from "../../lib/register.ts";
import type { Operation } from "../lib/operation.ts";
import { webhookRoute } from "../webhooks.ts";
import { operationDocs } from "./operations.ts";
import type { OperationDoc } from "./operation-doc.ts";
import { webhookDescription } from "./webhook.ts";

/** Open to everybody: it says nothing that is not in the source. */
export function openApiTrigger(operations: readonly Operation[]): HttpTrigger {
  let text: string | undefined;
  return {
    name: "openapi",
    methods: ["GET"],
    route: "openapi.json",
    async handle() {
      text ??= JSON.stringify(openApiDocument(operations));
      return { status: 200, body: text, headers: { "content-type": "application/json" } };
    },
  };
}

export function openApiDocument(operations: readonly Operation[]): object {
  const paths: ZodOpenApiPathsObject = {};
  for (const operation of operations) {
    const doc = operationDocs[operation.name];
    if (doc === undefined) throw new Error(`The operation ${operation.name} is not described.`);
    const path = (paths[`/${operation.route}`] ??= {});
    path[methodOf(operation.method)] = describe(operation, doc, operation.name);
    if (operation.alsoMethod !== undefined)
      path[methodOf(operation.alsoMethod)] = describe(operation, doc, `${operation.name}-page`);
  }
  paths[`/${webhookRoute}`] = {
    post: webhookDescription(pathParameters(webhookRoute), {
      ok: (schema) => ({ description: "Taken, now or before", headers: common, ...json(schema) }),
      refusals: {
        "400": shared["400"],
        "401": refusal("Unsigned", "Not signed with the trigger's secret, or signed too long ago"),
        "404": shared["404"],
        "409": refusal("Replayed", "The same delivery was received before"),
        "413": shared["413"],
        "503": shared["503"],
      },
    }),
  };
  return createDocument(
    {
      openapi: "3.1.0",
      info: {
        title: "OpenBatchAI",
        version: apiVersion,
        description:
          "The REST API of Azure Batch AI as it was in 2018, and, under a version of its own, what 2018 did not have.",
        license: { name: "MIT", identifier: "MIT" },
      },
      servers: [{ url: "/" }],
      security: [{ bearer: [] }],
      components: {
        securitySchemes: { bearer: { type: "http", scheme: "bearer", bearerFormat: "JWT" } },
      },
      paths,
    },
    { allowEmptySchema: { transform: true }, override: simplify },
  );
}

type Rendered = Record<string, unknown>;

/** Says the same with less: a format needs no pattern, a whole number no bounds of the machine. */
function simplify({ jsonSchema, zodSchema }: { jsonSchema: object; zodSchema: z.core.$ZodTypes }): void {
  const rendered = jsonSchema as Rendered;
  if (rendered["format"] !== undefined) delete rendered["pattern"];
  for (const bound of ["minimum", "maximum"])
    if (Math.abs(Number(rendered[bound])) === Number.MAX_SAFE_INTEGER) delete rendered[bound];
  nameChoices(rendered, zodSchema);
}

/** `choice()` takes its values in any case; the description names them as they are answered. */
function nameChoices(rendered: Rendered, zodSchema: z.core.$ZodTypes): void {
  const { def } = zodSchema._zod;
  if (def.type !== "pipe" || def.in._zod.def.type !== "transform") return;
  const values = (def.out as { options?: readonly string[] }).options;
  if (values !== undefined) Object.assign(rendered, { type: "string", enum: values });
}

type Method = "get" | "put" | "patch" | "post" | "delete";
const methodOf = (method: Operation["method"]) => method.toLowerCase() as Method;

function describe(operation: Operation, doc: OperationDoc, operationId: string): ZodOpenApiOperationObject {
  return {
    operationId,
    summary: doc.summary,
    description: neededText(operation.role),
    requestParams: {
      path: pathParameters(operation.route),
      query: z.object({ "api-version": versionParameter(operation), ...doc.query }),
    },
    ...(doc.body === undefined
      ? {}
      : { requestBody: { required: true, content: { "application/json": { schema: doc.body } } } }),
    responses: responses(operation, doc),
  };
}

function pathParameters(route: string): z.ZodObject {
  const names = [...route.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name);
  return z.object(Object.fromEntries(names.map((name) => [name, pathParameter(name)])));
}

function neededText(needed: Operation["role"]): string {
  return needed === "anyone"
    ? "Needs a token; what it answers is what the caller may see."
    : `Needs the role ${needed} or one above it.`;
}

function versionParameter({ apiVersions = [apiVersion] }: Operation): z.ZodType {
  if (apiVersions === "arm")
    return z.iso.date().meta({ description: "Any version of Azure Resource Manager" });
  return z.literal([...apiVersions]);
}

function pathParameter(name: string): z.ZodType {
  if (name === "subscriptionId" || name === "operationId") return z.guid();
  if (name === "location" || name === "resourceGroup")
    return z
      .string()
      .regex(/^[-\w.]*[-\w][-\w.]*$/)
      .max(90);
  return z.string().regex(/^[-\w]{1,64}$/);
}

const requestId = z.string().meta({ description: "Names this request in the log" });
const common = z.object({ "x-ms-request-id": requestId });
const link = z.url().optional();
const running = common.extend({
  location: link,
  "azure-asyncoperation": link,
  "retry-after": z.string().optional(),
});

const json = (schema: z.ZodType) => ({ content: { "application/json": { schema } } });
const empty = (id: string, description: string, headers: z.ZodObject = common) => ({
  id,
  description,
  headers,
});
const refusal = (id: string, description: string, headers: z.ZodObject = common) => ({
  id,
  description,
  headers,
  ...json(ErrorResponse),
});

/** Answers that many operations share; each is described once. */
const shared = {
  nothing: empty("Done", "Done"),
  running: empty("Running", "Going on", running),
  absent: empty("Absent", "There is none", common),
  "400": refusal("BadRequest", "Something in the request is wrong; the message names it"),
  "401": refusal("Unauthorized", "No token, or one that is not accepted"),
  "403": refusal("Forbidden", "The caller's roles do not allow it"),
  "404": refusal("NotFound", "There is no such thing"),
  "409": refusal("Conflict", "The state of something forbids it"),
  "413": refusal("TooLarge", "The body is too large, for the app or for its host", common.partial()),
  "415": refusal("UnsupportedMediaType", "The body is not JSON"),
  "503": refusal("Unavailable", "Try again in a moment"),
} as const;

function responses({ route }: Operation, doc: OperationDoc): ZodOpenApiResponsesObject {
  const { ok, body, longRunning, noContent, conflicts } = doc;
  const done =
    ok === "nothing" || ok === undefined
      ? shared.nothing
      : { description: "Done", headers: common, ...json(ok) };
  return {
    ...(ok === undefined ? {} : { "200": done }),
    ...(longRunning === true ? { "202": shared.running } : {}),
    ...(noContent === true ? { "204": shared.absent } : {}),
    "400": shared["400"],
    "401": shared["401"],
    "403": shared["403"],
    ...(route.includes("{") ? { "404": shared["404"] } : {}),
    ...(conflicts === true ? { "409": shared["409"] } : {}),
    ...(body === undefined ? {} : { "413": shared["413"], "415": shared["415"] }),
    "503": shared["503"],
  };
}
