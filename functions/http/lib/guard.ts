// What every request passes: the bearer token, the role, the api-version, the subscription; and what every answer gets: ids
// to find it again by, no caching, one translation of failures.
import type { HttpRequest, HttpResponseInit } from "@azure/functions";
import { apiVersion, apiVersions } from "../../../domain/shared/api-versions.ts";
import type { ApiVersion } from "../../../domain/shared/api-versions.ts";
import { AppError } from "../../../domain/shared/errors.ts";
import type { Services } from "../../../services/services.ts";
import type { Principal } from "../../../services/token-verifier.ts";
import { failed } from "./reply.ts";
import { queryOf } from "./request.ts";
import type { ApiRequest, Caller } from "./request.ts";

export async function guarded(
  request: HttpRequest,
  services: Services,
  answer: (caller: Caller) => Promise<HttpResponseInit>,
): Promise<HttpResponseInit> {
  return identified(request, services, async (requestId) =>
    answer({ principal: await authenticate(request, services), requestId }),
  );
}

/** For what is answered before anybody knows who asks. */
export async function identified(
  request: HttpRequest,
  services: Pick<Services, "random" | "logger">,
  answer: (requestId: string) => Promise<HttpResponseInit>,
): Promise<HttpResponseInit> {
  const requestId = services.random.uuid();
  const clientRequestId = request.headers.get("x-ms-client-request-id");
  let reply: HttpResponseInit;
  try {
    reply = await answer(requestId);
  } catch (error) {
    reply = failed(error, services.logger, requestId);
  }
  return {
    ...reply,
    headers: {
      "cache-control": "no-cache",
      ...(reply.headers as Record<string, string> | undefined),
      "request-id": requestId,
      "x-ms-request-id": requestId,
      ...(clientRequestId === null ? {} : { "x-ms-client-request-id": clientRequestId.slice(0, 128) }),
    },
  };
}

export function bearerOf(request: HttpRequest): string | undefined {
  const header = request.headers.get("authorization") ?? "";
  return /^bearer\s+(\S+)\s*$/i.exec(header)?.[1];
}

export async function authenticate(request: HttpRequest, services: Services): Promise<Principal> {
  const token = bearerOf(request);
  if (token === undefined)
    throw new AppError(
      "AuthenticationFailed",
      "The Authorization header is missing or is not 'Bearer <token>'.",
    );
  const verdict = await services.tokens.verify(token);
  if (verdict.kind === "invalid") throw new AppError(verdict.code, verdict.message);
  return verdict.principal;
}

/** A host hands over undecoded what it cannot decode. */
export function checkPath(request: HttpRequest): void {
  try {
    decodeURIComponent(new URL(request.url).pathname);
  } catch (cause) {
    throw new AppError("InvalidRequest", "The path holds a '%' that encodes nothing: write a '%' as %25.", {
      cause,
    });
  }
}

/** The versions of the API that have an operation, oldest first; `arm`: any that Azure Resource Manager ever had. */
export type ShownIn = readonly ApiVersion[] | "arm";

export function checkApiVersion(request: HttpRequest, shownIn: ShownIn): void {
  const url = new URL(request.url);
  const version = queryOf(url).get("api-version") ?? "";
  const wanted = shownIn === "arm" ? apiVersion : shownIn.join("' or '");
  if (version === "")
    throw new AppError(
      "MissingApiVersionParameter",
      `The api-version query parameter (?api-version=) is required for all requests; use ${wanted}.`,
    );
  if (
    shownIn === "arm" ? /^\d{4}-\d\d-\d\d(-[a-z]+)?$/i.test(version) : shownIn.some((one) => one === version)
  )
    return;
  // What came later does not exist for a client of an earlier version.
  const [since = apiVersion] = shownIn === "arm" ? [] : shownIn;
  if (apiVersions.some((one) => one === version && one < since))
    throw nothingHere(request.method, url.pathname);
  throw new AppError(
    "InvalidApiVersionParameter",
    `The api-version '${version.slice(0, 40)}' is invalid; the supported version is '${wanted}'.`,
  );
}

export function checkSubscription(request: ApiRequest, services: Services): void {
  const asked = request.params["subscriptionId"];
  if (asked === undefined || asked.toLowerCase() === services.settings.subscriptionId.toLowerCase()) return;
  throw new AppError("SubscriptionNotFound", `The subscription '${asked.slice(0, 80)}' could not be found.`);
}

export function nothingHere(method: string, pathname: string): AppError {
  return new AppError("ResourceNotFound", `There is no ${method} ${pathname.slice(0, 200)} in this service.`);
}
