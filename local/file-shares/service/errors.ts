// The errors of Azure Files that this service can answer: code → HTTP status and message ("Azure Files error codes" and
// "Common REST API error codes"). `FeatureNotSupported` is our own: what Azure can do and this service cannot.

const table = {
  AuthenticationFailed: [403, "Server failed to authenticate the request."],
  AuthorizationFailure: [403, "This request is not authorized to perform this operation."],
  AuthorizationPermissionMismatch: [
    403,
    "This request is not authorized to perform this operation using this permission.",
  ],
  AuthorizationProtocolMismatch: [403, "The shared access signature allows https only."],
  AuthorizationResourceTypeMismatch: [
    403,
    "This request is not authorized to perform this operation using this resource type.",
  ],
  AuthorizationServiceMismatch: [
    403,
    "This request is not authorized to perform this operation using this service.",
  ],
  AuthorizationSourceIPMismatch: [403, "This request is not authorized from this address."],
  DirectoryNotEmpty: [409, "The specified directory is not empty."],
  FeatureNotSupported: [400, "The local file share service does not support this."],
  InvalidHeaderValue: [400, "The value for one of the HTTP headers is not in the correct format."],
  InvalidMarker: [400, "The specified marker is invalid."],
  InvalidQueryParameterValue: [
    400,
    "Value for one of the query parameters specified in the request URI is invalid.",
  ],
  InvalidRange: [416, "The range specified is invalid for the current size of the resource."],
  InvalidResourceName: [400, "The specified resource name contains invalid characters."],
  InvalidUri: [400, "The requested URI does not represent any resource on the server."],
  LeaseNotPresentWithFileOperation: [412, "There is currently no lease on the file."],
  Md5Mismatch: [400, "The MD5 value specified in the request did not match with the MD5 value calculated."],
  MissingContentLengthHeader: [411, "The Content-Length header was not specified."],
  MissingRequiredHeader: [400, "A required HTTP header was not specified."],
  NoAuthenticationInformation: [
    401,
    "Server failed to authenticate the request. Please refer to the information in the www-authenticate header.",
  ],
  ParentNotFound: [404, "The specified parent path does not exist."],
  RequestBodyTooLarge: [413, "The request body is too large and exceeds the maximum permissible limit."],
  RequestIncomplete: [400, "The request body ended before its announced length."],
  ResourceAlreadyExists: [409, "The specified resource already exists."],
  ResourceNotFound: [404, "The specified resource does not exist."],
  ResourceTypeMismatch: [
    409,
    "The specified resource type does not match the type of the existing resource.",
  ],
  ShareAlreadyExists: [409, "The specified share already exists."],
  ShareNotFound: [404, "The specified share does not exist."],
  UnsupportedHttpVerb: [405, "The resource doesn't support specified Http Verb."],
} as const satisfies Record<string, readonly [number, string]>;

export type FileShareErrorCode = keyof typeof table;

export class FileShareError extends Error {
  readonly code: FileShareErrorCode;
  readonly status: number;

  constructor(code: FileShareErrorCode, detail?: string) {
    super(detail === undefined ? table[code][1] : `${table[code][1]} ${detail}`);
    this.code = code;
    this.status = table[code][0];
  }
}
