// Every way a request can be refused, in one closed table: code → HTTP status, whether trying again can help, and what
// to do next. Nothing else in the app invents an error code. Texts for a single case go into the message, not here.

interface ErrorRow {
  readonly status: number;
  readonly retryable: boolean;
  /** What the caller does next, as a sentence. */
  readonly remedy: string;
}

const row = (status: number, remedy: string, retryable = false): ErrorRow => ({ status, retryable, remedy });

export const errorTable = {
  MalformedJson: row(400, "Send a JSON object; check quotes, commas and brackets."),
  InvalidRequest: row(400, "Correct the named field and send the request again."),
  InvalidResourceName: row(400, "Use 1 to 64 letters, digits, '-' and '_'."),
  InvalidResourceId: row(400, "Use the full ARM id, as returned in the resource's 'id'."),
  InvalidQueryParameter: row(400, "Correct the named query parameter."),
  MissingApiVersionParameter: row(400, "Add ?api-version=2018-05-01 to the URL."),
  InvalidApiVersionParameter: row(400, "Use api-version=2018-05-01."),
  FeatureNotAvailable: row(400, "Leave the field out, or use what the message names instead."),
  ToolkitRequired: row(400, "Give exactly one toolkit block, for example customToolkitSettings."),
  NodeCountTooLarge: row(400, "Lower nodeCount, or enlarge the cluster."),
  OutputDirectoryNotFound: row(400, "Use an id from outputDirectories, or 'stdouterr'."),
  OutputDirectoryNotOnMount: row(400, "Put the path prefix on a mounted file share or blob container."),
  AuthenticationFailed: row(401, "Send a valid bearer token in the Authorization header."),
  InvalidAuthenticationToken: row(401, "Get a token from the issuer this service trusts."),
  InvalidAuthenticationTokenAudience: row(401, "Ask for a token for this service."),
  InvalidAuthenticationTokenTenant: row(401, "Get a token of the tenant this service belongs to."),
  ExpiredAuthenticationToken: row(401, "Get a new token."),
  AuthorizationFailed: row(403, "Ask for a role that allows this operation."),
  ResourceNotFound: row(404, "Check the URL and the names in it."),
  SubscriptionNotFound: row(404, "Use the subscription this service was set up for."),
  WorkspaceNotFound: row(404, "Create the workspace first, or check its name."),
  ExperimentNotFound: row(404, "Create the experiment first, or check its name."),
  ClusterNotFound: row(404, "Create the cluster first, or check its name."),
  FileServerNotFound: row(404, "Create the file server first, or check its name."),
  JobNotFound: row(404, "Check the job's name and its experiment."),
  OperationNotFound: row(404, "Operation documents are kept for a limited time; read the resource itself."),
  MethodNotAllowed: row(405, "Use a method that this resource supports."),
  Conflict: row(409, "Delete the existing resource first, or choose another name."),
  InvalidState: row(409, "Wait until the resource reached a state that allows this."),
  OperationNotAllowed: row(409, "Free some of the quota, or ask for more."),
  KeyVaultSecretUnavailable: row(
    409,
    "Check the reference, and that the vault lets this service read the secret.",
  ),
  PreconditionFailed: row(412, "Read the resource again and repeat the change.", true),
  RequestBodyTooLarge: row(413, "Send a smaller body."),
  UnsupportedMediaType: row(415, "Send application/json."),
  TooManyRequests: row(429, "Wait as long as Retry-After says.", true),
  InternalError: row(500, "Try again; if it goes on, report it with the request id.", true),
  ServiceUnavailable: row(503, "Try again in a moment.", true),
} as const satisfies Record<string, ErrorRow>;

export type ErrorCode = keyof typeof errorTable;

export interface ErrorDetail {
  readonly code: string;
  readonly message: string;
  readonly target?: string;
}

export interface AppErrorOptions {
  /** The field, parameter or resource that is to blame, e.g. `properties.nodeCount`. */
  readonly target?: string;
  readonly details?: readonly ErrorDetail[];
  readonly cause?: unknown;
}

/** The one error class of the app. `message` is for the caller: it names the thing and the remedy, never a secret. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly target: string | undefined;
  readonly details: readonly ErrorDetail[];

  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "AppError";
    this.code = code;
    this.target = options.target;
    this.details = options.details ?? [];
  }

  get status(): number {
    return errorTable[this.code].status;
  }

  get retryable(): boolean {
    return errorTable[this.code].retryable;
  }
}

/** Wire shape of an error response: `{"error":{"code","message","target"?,"details"?}}`. */
export interface ErrorBody {
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly target?: string;
    readonly details?: readonly ErrorDetail[];
  };
}

export function errorBody(error: AppError): ErrorBody {
  return {
    error: {
      code: error.code,
      message: error.message,
      ...(error.target === undefined ? {} : { target: error.target }),
      ...(error.details.length === 0 ? {} : { details: error.details }),
    },
  };
}
