// Request bodies: JSON, then a schema; what does not fit is refused with the name of the property.
import type { z } from "zod";
import { BatchFault, invalidProperty } from "../service/account/fault.ts";
import { refuseEnded } from "./api-versions.ts";
import { isManagement } from "./wire.ts";
import type { Call } from "./wire.ts";

const invalidBody = (reason: string) =>
  new BatchFault(400, "InvalidRequestBody", "The specified request body is not syntactically valid.", [
    { key: "Reason", value: reason },
  ]);

export const missingProperty = (name: string) =>
  new BatchFault(
    400,
    "MissingRequiredProperty",
    "A required property was not specified in the request body.",
    [{ key: "PropertyName", value: name }],
  );

/** The body as JSON in today's names, explicit nulls dropped (the service treats them as absent). */
export function parseJson(call: Call): unknown {
  const text = call.request.body.toString("utf8").replace(/^\uFEFF/, "");
  if (text.trim() === "") throw invalidBody("the request has no body");
  try {
    const value = withoutNulls(JSON.parse(text), 0);
    const plane = isManagement(call.request.rawPath) ? "management" : "data";
    refuseEnded(plane, call.version, text, value);
    return call.spelling === undefined ? value : call.spelling.toNow(value);
  } catch (error) {
    if (error instanceof BatchFault) throw error;
    throw invalidBody("the body is not JSON");
  }
}

function withoutNulls(value: unknown, depth: number): unknown {
  if (value === null) return undefined;
  if (typeof value !== "object") return value;
  if (depth > 64) throw invalidBody("the body is nested too deeply");
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index += 1)
      value[index] = withoutNulls(value[index], depth + 1);
    return value;
  }
  const object = value as Record<string, unknown>;
  for (const name in object) {
    const member = object[name];
    if (member === null) delete object[name];
    else if (typeof member === "object") object[name] = withoutNulls(member, depth + 1);
  }
  return object;
}

/** The request's body, checked. */
export function bodyOf<S extends z.ZodType>(call: Call, schema: S): z.output<S> {
  return checked(parseJson(call), schema);
}

/** The body of an operation where none is needed. */
export function optionalBodyOf<S extends z.ZodType>(call: Call, schema: S): z.output<S> {
  return call.request.body.length === 0 ? checked({}, schema) : bodyOf(call, schema);
}

export function checked<S extends z.ZodType>(value: unknown, schema: S): z.output<S> {
  const result = schema.safeParse(withoutMetadata(value));
  if (result.success) return result.data;
  throw faultOf(result.error.issues[0], value);
}

/** OData annotations that clients may send along mean nothing here. */
function withoutMetadata(value: unknown): unknown {
  if (typeof value === "object" && value !== null && "odata.metadata" in value) {
    const { "odata.metadata": _metadata, ...rest } = value;
    return rest;
  }
  return value;
}

function faultOf(issue: z.core.$ZodIssue | undefined, body: unknown): BatchFault {
  if (issue === undefined) return invalidBody("the body does not fit");
  const path = issue.path.map(String).join(".");
  if (issue.code === "unrecognized_keys") {
    const name = [...issue.path.map(String), issue.keys[0]].join(".");
    return new BatchFault(400, "UnsupportedProperty", "A property in the request body is not supported.", [
      { key: "PropertyName", value: name },
      {
        key: "Reason",
        value: "The property does not exist in this version of the service, or is not emulated",
      },
    ]);
  }
  if (path === "") return invalidBody(issue.message);
  const given = issue.path.reduce<unknown>(
    (at, key) =>
      typeof at === "object" && at !== null ? (at as Record<PropertyKey, unknown>)[key] : undefined,
    body,
  );
  if (given === undefined && issue.code === "invalid_type") return missingProperty(path);
  if (given === "" && /(^|\.)metadata\.\d+\.name$/.test(path))
    return new BatchFault(400, "EmptyMetadataKey", "The key of a metadata key-value pair is empty.", [
      { key: "PropertyName", value: path },
    ]);
  return invalidProperty(
    path,
    typeof given === "string" ? given : (JSON.stringify(given) ?? ""),
    issue.message,
  );
}
