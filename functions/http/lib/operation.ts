// The common path of every API operation: who calls (token, role), for what (api-version, subscription), then the
// operation itself, then one translation of failures. An operation is a value; registering is functions/lib's.
import type { HttpRequest, HttpResponseInit } from "@azure/functions";
import { AppError } from "../../../domain/shared/errors.ts";
import type { Services } from "../../../services/services.ts";
import type { Principal, Role } from "../../../services/token-verifier.ts";
import type { HttpTrigger } from "../../lib/register.ts";
import { apiVersion, failed } from "./reply.ts";
import { apiRequest, queryOf } from "./request.ts";
import type { ApiRequest } from "./request.ts";

export interface Operation {
  /** Also the function's name; the host tries routes in alphabetical order of it. */
  readonly name: string;
  readonly method: "GET" | "PUT" | "PATCH" | "POST" | "DELETE";
  /** Further verbs that mean the same: next-page links of POST lists are followed with GET by some clients. */
  readonly alsoMethod?: "GET";
  readonly route: string;
  /** The least role that may call it. */
  readonly role: Role;
  handle(request: ApiRequest, services: Services): Promise<HttpResponseInit>;
}

/** Each role may do what the ones before it may. */
const rank = { reader: 0, submitter: 1, operator: 2, admin: 3 } as const satisfies Record<Role, number>;

export function trigger(operation: Operation): HttpTrigger {
  const { name, method, alsoMethod, route } = operation;
  return {
    name,
    methods: alsoMethod === undefined ? [method] : [method, alsoMethod],
    route,
    handle: (request, services) =>
      guarded(request, services, async (principal) => {
        checkRole(principal, operation.role);
        checkApiVersion(request);
        const asked = apiRequest(request, principal, services.settings.bodyLimitBytes);
        checkSubscription(asked, services);
        return operation.handle(asked, services);
      }),
  };
}

/** Everything no operation answers: an ARM-shaped refusal, after the same check of the token. */
export function unknownRoute(): HttpTrigger {
  return {
    name: "zz-unknown",
    methods: ["GET", "PUT", "PATCH", "POST", "DELETE", "HEAD", "OPTIONS"],
    route: "{*path}",
    handle: (request, services) =>
      guarded(request, services, async () => {
        const path = new URL(request.url).pathname.slice(0, 200);
        throw new AppError("ResourceNotFound", `There is no ${request.method} ${path} in this service.`);
      }),
  };
}

async function guarded(
  request: HttpRequest,
  services: Services,
  answer: (principal: Principal) => Promise<HttpResponseInit>,
): Promise<HttpResponseInit> {
  const requestId = services.random.uuid();
  const clientRequestId = request.headers.get("x-ms-client-request-id");
  let reply: HttpResponseInit;
  try {
    reply = await answer(await authenticate(request, services));
  } catch (error) {
    reply = failed(error, services.logger, requestId);
  }
  return {
    ...reply,
    headers: {
      ...(reply.headers as Record<string, string> | undefined),
      "x-ms-request-id": requestId,
      ...(clientRequestId === null ? {} : { "x-ms-client-request-id": clientRequestId.slice(0, 128) }),
    },
  };
}

async function authenticate(request: HttpRequest, services: Services): Promise<Principal> {
  const header = request.headers.get("authorization") ?? "";
  const [, token] = /^bearer\s+(\S+)\s*$/i.exec(header) ?? [];
  if (token === undefined)
    throw new AppError(
      "AuthenticationFailed",
      "The Authorization header is missing or is not 'Bearer <token>'.",
    );
  const verdict = await services.tokens.verify(token);
  if (verdict.kind === "invalid") throw new AppError("AuthenticationFailed", verdict.message);
  return verdict.principal;
}

function checkRole(principal: Principal, needed: Role): void {
  if (principal.roles.some((role) => rank[role] >= rank[needed])) return;
  throw new AppError(
    "AuthorizationFailed",
    `The caller '${principal.subject}' has ${principal.roles.length === 0 ? "no role" : `the roles ${principal.roles.join(", ")}`}; this operation needs '${needed}'.`,
  );
}

function checkApiVersion(request: HttpRequest): void {
  const version = queryOf(new URL(request.url)).get("api-version");
  if (version === undefined || version === "")
    throw new AppError(
      "MissingApiVersionParameter",
      `The api-version query parameter (?api-version=) is required for all requests; use ${apiVersion}.`,
    );
  if (version !== apiVersion)
    throw new AppError(
      "InvalidApiVersionParameter",
      `The api-version '${version.slice(0, 40)}' is invalid; the supported version is '${apiVersion}'.`,
    );
}

function checkSubscription(request: ApiRequest, services: Services): void {
  const asked = request.params["subscriptionId"];
  if (asked === undefined || asked.toLowerCase() === services.settings.subscriptionId.toLowerCase()) return;
  throw new AppError("SubscriptionNotFound", `The subscription '${asked.slice(0, 80)}' could not be found.`);
}
