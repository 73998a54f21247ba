// Calls about artifacts. Files of a hundred megabytes come through the app, longer ones in parts that go straight to the storage; long
// ones are read there, too.
import type { HttpResponseInit } from "@azure/functions";
import { artifactLink, listArtifacts, readArtifact } from "../../../application/tracking/artifacts.ts";
import {
  abandonUpload,
  beginUpload,
  finishUpload,
  removeArtifact,
  writeArtifact,
} from "../../../application/tracking/artifact-uploads.ts";
import type { TrackingScope } from "../../../application/tracking/scope.ts";
import { AppError } from "../../../domain/shared/errors.ts";
import { parse } from "../../../domain/shared/parse.ts";
import { requests } from "../../../domain/tracking/requests.ts";
import type { Requests } from "../../../domain/tracking/requests.ts";
import { longestArtifactBytes } from "../../../services/artifacts.ts";
import type { Services } from "../../../services/services.ts";
import { ok } from "../lib/reply.ts";
import type { TrackingCall } from "./call.ts";

const files = "api/2.0/mlflow-artifacts/artifacts";
/** Clients send the address of each part back with it. */
const longestListOfParts = 16_000_000;

export const artifactCalls: readonly TrackingCall[] = [
  {
    method: "GET",
    path: files,
    role: "reader",
    async answer({ services, scope, body }) {
      const { path } = (await body()) as { readonly path?: string };
      return ok(await listArtifacts(services, scope, path ?? ""));
    },
  },
  {
    method: "GET",
    path: `${files}/{*path}`,
    role: "reader",
    answer: async ({ services, scope, rest }) => file(await readArtifact(services, scope, rest)),
  },
  {
    method: "PUT",
    path: `${files}/{*path}`,
    role: "submitter",
    longestBody: longestArtifactBytes,
    // A file of no bytes comes in chunks, which the host hands over as no body.
    answer: async ({ services, scope, rest, bytes }) =>
      ok(await writeArtifact(services, scope, rest, await bytes().catch(inParts))),
  },
  {
    method: "DELETE",
    path: `${files}/{*path}`,
    role: "submitter",
    answer: async ({ services, scope, rest }) => ok(await removeArtifact(services, scope, rest)),
  },
  {
    method: "GET",
    path: "api/2.0/mlflow-artifacts/presigned/{*path}",
    role: "reader",
    answer: async ({ services, scope, rest }) => ok(await artifactLink(services, scope, rest)),
  },
  upload("create", "beginUpload", beginUpload),
  upload("complete", "finishUpload", finishUpload),
  upload("abort", "abandonUpload", abandonUpload),
];

function upload<Name extends "beginUpload" | "finishUpload" | "abandonUpload">(
  word: string,
  name: Name,
  handle: (
    services: Services,
    scope: TrackingScope,
    path: string,
    request: Requests[Name],
  ) => Promise<object>,
): TrackingCall {
  return {
    method: "POST",
    path: `api/2.0/mlflow-artifacts/mpu/${word}/{*path}`,
    role: "submitter",
    longestBody: longestListOfParts,
    async answer({ services, scope, rest, body }) {
      const request = parse(requests[name], await body()) as Requests[Name];
      return ok(await handle(services, scope, rest, request));
    },
  };
}

/** @throws what came, for a file that is too long with what its sender does about it. */
function inParts(error: unknown): never {
  if (!(error instanceof AppError) || error.code !== "RequestBodyTooLarge") throw error;
  throw new AppError(
    "RequestBodyTooLarge",
    `A file of more than ${longestArtifactBytes} bytes comes in parts: set MLFLOW_MULTIPART_UPLOAD_MINIMUM_FILE_SIZE=50000000 where the client runs, and log it again.`,
    { cause: error },
  );
}

function file(read: Awaited<ReturnType<typeof readArtifact>>): HttpResponseInit {
  if ("link" in read) return { status: 302, headers: { location: read.link, "cache-control": "no-store" } };
  return {
    status: 200,
    body: read.bytes,
    headers: {
      "content-type": "application/octet-stream",
      "content-disposition": "attachment",
      "x-content-type-options": "nosniff",
    },
  };
}
