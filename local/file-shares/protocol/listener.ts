// The HTTP edge of the file shares: parse, authorize, hand over, translate errors. Invariant: every request gets one
// answer in the shape of Azure Storage, and nothing is read or written before the request is authorized.
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { timeOfDay } from "../../clock.ts";
import type { Clock } from "../../clock.ts";
import type { Logger } from "../../logger.ts";
import type { Random } from "../../random.ts";
import type { ShareService } from "../service/model.ts";
import { FileShareError } from "../service/errors.ts";
import { newestVersion } from "./api-version.ts";
import { handlers } from "./handlers.ts";
import { refuseUnsupportedHeaders } from "./headers.ts";
import { operationOf } from "./operations.ts";
import { checkRenameSas } from "./rename-source.ts";
import { type ShareRequest, header, parseRequest } from "./request.ts";
import { type Need, checkSas } from "./sas.ts";
import { sharedKeyMatches } from "./shared-key.ts";
import { errorXml } from "./xml.ts";

export interface ListenerOptions {
  readonly service: ShareService;
  /** Undefined for an account that does not exist. */
  keyOf(account: string): string | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  endpoint(account: string): string;
}

export function createListener(o: ListenerOptions): RequestListener {
  return (incoming, response) => {
    serve(o, incoming, response).catch((error: unknown) => {
      o.logger.error("fileShare.failed", { message: String(error) });
      response.destroy();
    });
  };
}

async function serve(o: ListenerOptions, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const requestId = o.random.uuid();
  response.setHeader("server", "Windows-Azure-File/1.0 (OpenBatchAI local)");
  response.setHeader("x-ms-request-id", requestId);
  response.setHeader("x-ms-version", singleHeader(incoming, "x-ms-version") ?? newestVersion);
  const clientId = singleHeader(incoming, "x-ms-client-request-id");
  if (clientId !== undefined && clientId.length <= 1024)
    response.setHeader("x-ms-client-request-id", clientId);
  try {
    const request = parseRequest(incoming);
    const operation = authorized(o, request);
    refuseUnsupportedHeaders(request);
    const place = request.place ?? { account: request.account, share: "", segments: [] };
    const endpoint = request.namedByHost
      ? `https://${request.account}.file.core.windows.net`
      : o.endpoint(request.account);
    await handlers[operation.name]({ service: o.service, request, place, response, endpoint });
  } catch (error) {
    if (!response.headersSent) refuse(o, incoming, response, requestId, error);
    else response.destroy(); // the answer broke off; the client sees it by its length
  }
}

/** An unknown operation is told to those only who could have called one. */
function authorized(o: ListenerOptions, request: ShareRequest) {
  try {
    const operation = operationOf(request);
    authorize(o, request, operation);
    return operation;
  } catch (error) {
    const unknown = error instanceof FileShareError && !error.code.startsWith("Auth") && error.status !== 401;
    if (unknown)
      authorize(o, request, { level: "object", accountPermissions: "rwdlc", servicePermissions: "rwdlc" });
    throw error;
  }
}

function authorize(o: ListenerOptions, request: ShareRequest, need: Need): void {
  const key = o.keyOf(request.account);
  const authorization = header(request, "authorization");
  if (authorization === undefined && !request.query.has("sig"))
    throw new FileShareError("NoAuthenticationInformation");
  if (key === undefined) throw new FileShareError("AuthenticationFailed");
  if (authorization === undefined) {
    checkSas(request, key, need, timeOfDay(o.clock));
    if (request.query.get("comp")?.toLowerCase() === "rename")
      checkRenameSas(request, key, need, timeOfDay(o.clock));
    return;
  }
  if (!authorization.startsWith("SharedKey "))
    throw new FileShareError(
      "AuthenticationFailed",
      "Only SharedKey and shared access signatures are served here.",
    );
  if (!sharedKeyMatches(request, key)) throw new FileShareError("AuthenticationFailed");
}

function refuse(
  o: ListenerOptions,
  incoming: IncomingMessage,
  response: ServerResponse,
  requestId: string,
  error: unknown,
): void {
  if (!(error instanceof FileShareError)) {
    o.logger.error("fileShare.failed", { requestId, message: String(error) });
    return answer(
      incoming,
      response,
      500,
      "InternalError",
      "The server encountered an internal error.",
      requestId,
    );
  }
  if (error.status === 401) response.setHeader("www-authenticate", "SharedKey");
  answer(incoming, response, error.status, error.code, error.message, requestId);
}

function answer(
  incoming: IncomingMessage,
  response: ServerResponse,
  status: number,
  code: string,
  message: string,
  requestId: string,
): void {
  // What was not read of the body would be taken for the next request on this connection.
  if (!incoming.complete) response.setHeader("connection", "close");
  const body = errorXml(code, `${message}\nRequestId:${requestId}`);
  response.writeHead(status, {
    "x-ms-error-code": code,
    "content-type": "application/xml",
    "content-length": Buffer.byteLength(body),
  });
  response.end(incoming.method === "HEAD" ? undefined : body);
}

function singleHeader(incoming: IncomingMessage, name: string): string | undefined {
  const value = incoming.headers[name];
  return typeof value === "string" ? value : undefined;
}
