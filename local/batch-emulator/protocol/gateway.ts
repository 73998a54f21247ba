// One request from the wire to the wire: authenticate, route, read the body, call, make durable, answer. Invariant: the reply
// to a write leaves only after the journal has it; nobody's body is read before it is known who asks; whatever goes wrong
// becomes an answer in the plane's own error shape.
import { timeOfDay } from "../../clock.ts";
import { BatchFault, notFound } from "../service/account/fault.ts";
import { isManagement } from "./wire.ts";
import type { Job } from "../service/entities/model.ts";
import { isWithinJob, jobOfTaskToken } from "../service/launches/task-tokens.ts";
import type { AccountDirectory } from "../service/account/account-directory.ts";
import type { AuthenticationMode } from "../service/account/account-settings.ts";
import type { AccountState } from "../service/account/account-state.ts";
import { dataPlaneVersions, hasEnded, managementVersions, spellingOf } from "./api-versions.ts";
import type { BatchPlane, BatchVerdict } from "./bearer.ts";
import { armErrorReply, batchErrorReply } from "./errors.ts";
import { Router } from "./router.ts";
import { checkDate, verifySharedKey } from "./shared-key.ts";
import type { ArrivingRequest, RequestHead, Route, WireReply } from "./wire.ts";

export interface GatewayOptions {
  readonly account: AccountState;
  readonly accounts: AccountDirectory;
  readonly dataRoutes: readonly Route[];
  readonly armRoutes: readonly Route[];
  verifyBearer(token: string, plane: BatchPlane): Promise<BatchVerdict>;
  /** Throws 429/503 when the caller is too fast. */
  throttle(request: RequestHead): void;
}

export type Gateway = (request: ArrivingRequest) => Promise<WireReply>;

export function createGateway(options: GatewayOptions): Gateway {
  const data = new Router(options.dataRoutes, false);
  const arm = new Router(options.armRoutes, true);
  return async (request) => {
    const managed = isManagement(request.rawPath);
    const requestId = options.account.random.uuid();
    const reply = await answer(options, managed ? arm : data, request, managed).catch((error: unknown) =>
      faultReply(options.account, request, managed, requestId, error),
    );
    return { ...reply, headers: { ...commonHeaders(request, managed, requestId), ...reply.headers } };
  };
}

async function answer(
  options: GatewayOptions,
  router: Router,
  request: ArrivingRequest,
  managed: boolean,
): Promise<WireReply> {
  const { account } = options;
  if (managed) await authenticateManagement(options, request);
  else await authenticateData(options, request);
  options.throttle(request);
  const version = managed ? managementVersion(request) : dataVersion(request);
  const spelling = spellingOf(version);
  const { route, params } = router.match(request.method, request.rawPath);
  if (hasEnded(route.operation, version)) throw notFound("Resource");
  const sharedKey = /^sharedkey /i.test(request.headers.authorization ?? "");
  const body = await request.receive();
  if (body === undefined)
    throw new BatchFault(
      413,
      "RequestBodyTooLarge",
      "The request body is too large and exceeds the maximum permissible limit.",
    );
  const old = spelling === undefined ? {} : { spelling };
  const reply = await route.handle({
    account,
    accounts: options.accounts,
    request: { ...request, body },
    params,
    sharedKey,
    version,
    ...old,
  });
  if (request.method !== "GET" && request.method !== "HEAD") await account.commit();
  return reply;
}

async function authenticateData(options: GatewayOptions, request: RequestHead): Promise<void> {
  const { account } = options;
  if (account.settings.isDeleting === true)
    throw new BatchFault(
      403,
      "AuthenticationFailed",
      "Server failed to authenticate the request. The account is being deleted.",
    );
  const header = request.headers.authorization;
  if (header === undefined)
    throw new BatchFault(400, "MissingRequiredHeader", "A required HTTP header was not specified.", [
      { key: "HeaderName", value: "Authorization" },
    ]);
  const space = header.indexOf(" ");
  const scheme = header.slice(0, space).toLowerCase();
  const credentials = header.slice(space + 1).trim();
  if (scheme === "sharedkey") {
    refuseUnlessAllowed(account, "SharedKey");
    const { name, keys } = account.settings;
    verifySharedKey(request, credentials, { name, keys: [keys.primary, keys.secondary] });
    checkDate(request, timeOfDay(account.clock), account.parameters.clockSkewMs);
  } else if (scheme === "bearer") {
    const job = jobOfTaskToken(account, credentials);
    refuseUnlessAllowed(account, job === undefined ? "AAD" : "TaskAuthenticationToken");
    if (job !== undefined) return refuseOutside(job, request);
    const own = request.rawPath.startsWith("/_emulator/");
    const verdict = await options.verifyBearer(credentials, own ? "own" : "data");
    if (verdict === "unknown")
      throw new BatchFault(
        403,
        "AuthenticationFailed",
        "Server failed to authenticate the request. The bearer token is not valid here, is for another audience, or has expired.",
      );
    if (verdict === "forbidden")
      throw new BatchFault(
        403,
        "InsufficientAccountPermissions",
        "The holder of the token has no rights on the Batch account; they are the app's own identity's, and administrators'.",
      );
  } else
    throw new BatchFault(
      400,
      "InvalidAuthenticationInfo",
      "The authentication information is not provided in the correct format.",
    );
}

/** The account can be closed to a kind of authentication (allowedAuthenticationModes). */
function refuseUnlessAllowed(account: AccountState, mode: AuthenticationMode): void {
  if (account.settings.authenticationModes?.includes(mode) === false)
    throw new BatchFault(
      403,
      "AuthenticationFailed",
      `Server failed to authenticate the request. The account does not allow authentication by ${mode}.`,
    );
}

/** A task's token opens its own job only. */
function refuseOutside(job: Job, request: RequestHead): void {
  if (!isWithinJob(job, request.rawPath))
    throw new BatchFault(
      403,
      "InsufficientAccountPermissions",
      "A task's authentication token gives access to the job of the task only.",
    );
}

async function authenticateManagement(options: GatewayOptions, request: RequestHead): Promise<void> {
  const match = /^bearer\s+(.+)$/i.exec(request.headers.authorization ?? "");
  if (match === null)
    throw new BatchFault(
      401,
      "AuthenticationFailed",
      "Authentication failed. The 'Authorization' header is missing.",
    );
  const verdict = await options.verifyBearer((match[1] ?? "").trim(), "management");
  if (verdict === "unknown")
    throw new BatchFault(
      401,
      "InvalidAuthenticationToken",
      "The access token is invalid, is for another audience, or has expired.",
    );
  if (verdict === "forbidden")
    throw new BatchFault(
      403,
      "AuthorizationFailed",
      "The holder of the token has no rights on the Batch account; they are the app's own identity's, and administrators'.",
    );
}

function dataVersion(request: RequestHead): string {
  const version = request.query.get("api-version");
  if (version === undefined || version === "")
    throw new BatchFault(
      400,
      "MissingRequiredQueryParameter",
      "A query parameter that's mandatory for this request is not specified.",
      [{ key: "QueryParameterName", value: "api-version" }],
    );
  if (!(dataPlaneVersions as readonly string[]).includes(version))
    throw new BatchFault(
      400,
      "UnsupportedRequestVersion",
      "The API version of the request is not supported.",
      [{ key: "Reason", value: `Supported versions: ${dataPlaneVersions.join(", ")}` }],
    );
  return version;
}

function managementVersion(request: RequestHead): string {
  const version = request.query.get("api-version");
  if (version === undefined || version === "")
    throw new BatchFault(
      400,
      "MissingApiVersionParameter",
      "The api-version query parameter (?api-version=) is required for all requests.",
    );
  if (!(managementVersions as readonly string[]).includes(version))
    throw new BatchFault(
      400,
      "InvalidApiVersionParameter",
      `The api-version '${version}' is invalid. The supported versions are '${managementVersions.join(",")}'.`,
    );
  return version;
}

function commonHeaders(request: RequestHead, managed: boolean, requestId: string): Record<string, string> {
  const echo = String(request.headers["return-client-request-id"] ?? "").toLowerCase() === "true";
  const clientId = request.headers["client-request-id"];
  return {
    ...(managed ? { "x-ms-request-id": requestId } : { "request-id": requestId, dataserviceversion: "3.0" }),
    "x-content-type-options": "nosniff",
    ...(echo && clientId !== undefined ? { "client-request-id": String(clientId) } : {}),
  };
}

function faultReply(
  account: AccountState,
  request: RequestHead,
  managed: boolean,
  requestId: string,
  error: unknown,
): WireReply {
  const fault =
    error instanceof BatchFault
      ? error
      : new BatchFault(
          500,
          "InternalError",
          "Server encountered an internal error. Please try again after some time.",
        );
  if (fault !== error)
    account.logger.error("emulator.requestFailed", {
      method: request.method,
      path: request.rawPath,
      message: error instanceof Error ? (error.stack ?? error.message) : String(error),
    });
  if (managed) return armErrorReply(fault);
  const context = { baseUrl: request.baseUrl, requestId, now: account.clock.now() };
  return batchErrorReply(fault, context, request.method === "HEAD");
}
