// What every answer of the emulator must look like, whatever was asked. The codes are those of "Batch Status and Error
// Codes" and the few that the emulator adds.
import { badErrorShape } from "../../support/batch/error-shape.ts";
import type { Answer } from "./send.ts";
import type { FuzzRequest } from "./valid-requests.ts";

const knownCodes = new Set([
  ...["MissingRequiredHeader", "MissingRequiredProperty", "UnsupportedProperty", "InvalidPropertyValue"],
  ...["MissingRequiredQueryParameter", "InvalidQueryParameterValue", "OutOfRangeQueryParameterValue"],
  ...["InvalidUri", "InvalidRequestBody"],
  ...["InvalidInput", "InvalidAuthenticationInfo", "MultipleConditionHeadersNotSupported"],
  ...["UnsupportedRequestVersion", "InvalidAutoScalingSettings", "AutoScalingFormulaSyntaxError"],
  ...["AutoScaleFormulaTooLong", "TaskDependenciesNotSpecifiedOnJob", "TaskDependencyListTooLong"],
  ...[
    "OutOfRangePriority",
    "AuthenticationFailed",
    "PoolNotFound",
    "NodeNotFound",
    "JobNotFound",
    "TaskNotFound",
  ],
  ...["FileNotFound", "JobScheduleNotFound", "NodeUserNotFound", "ApplicationNotFound", "ResourceNotFound"],
  ...["UnsupportedHttpVerb", "PoolExists", "JobExists", "TaskExists", "JobScheduleExists", "NodeUserExists"],
  ...[
    "PoolBeingDeleted",
    "JobBeingDeleted",
    "JobScheduleBeingDeleted",
    "PoolBeingResized",
    "JobBeingTerminated",
  ],
  ...["JobScheduleBeingTerminated", "JobScheduleCompleted", "NodeBeingRebooted", "NodeBeingReimaged"],
  ...["JobNotDisabled", "JobCompleted", "JobNotActive", "TaskCompleted", "TaskNotCompleted", "TaskSucceeded"],
  ...["JobScheduleDisabled", "JobScheduleNotDisabled", "TaskFilesUnavailable", "TaskFilesCleanedup"],
  ...["PoolQuotaReached", "ActiveJobAndScheduleQuotaReached", "TaskIdSameAsJobPreparationTask"],
  ...[
    "TaskIdSameAsJobReleaseTask",
    "NodeAlreadyInTargetSchedulingState",
    "OperationNotValidOnNode",
    "NodeNotReady",
  ],
  ...["OperationInvalidForCurrentState", "ConditionNotMet", "RequestBodyTooLarge", "InvalidRange"],
  ...["JobPreparationTaskOrReleaseTaskNotSpecified", "DirectoryNotEmpty", "OperationNotValidOnDirectory"],
  ...["NotImplemented", "InvalidApplicationPackageReferences", "EmptyMetadataKey", "ExtensionNotFound"],
  ...["ApplicationPackageNotFound", "JobWithSameIdExists", "JobScheduleWithSameIdExists", "Forbidden"],
  ...["InsufficientAccountPermissions", "CertificateNotFound", "CertificateExists", "CertificateStateActive"],
]);
const knownManagementCodes = new Set([
  ...["MissingApiVersionParameter", "InvalidApiVersionParameter", "InvalidAuthenticationToken"],
  ...[
    "ApplicationNotEmpty",
    "ApplicationPackageNotUploaded",
    "CertificateNotFound",
    "CertificateStateActive",
  ],
  ...["ApplicationPackageUpdateNotAllowed", "AutoStorageNotConfigured", "AccountQuotaReached"],
  ...["AccountNameInUse", "AccountBeingDeleted", "AccountCannotBeDeleted", "InvalidResourceLocation"],
  ...["SubscriptionNotFound", "ResourceGroupNotFound"],
]);

/** What is wrong with the answer; undefined when nothing is. */
export function complaintAbout(request: FuzzRequest, answer: Answer): string | undefined {
  const { status, text } = answer;
  if (status >= 500 && status !== 501) return `status ${status}: ${text}`;
  // Node's own answer to what is no HTTP.
  if ((status === 400 || status === 431) && answer.headers["connection"] === "close" && text === "")
    return undefined;
  const managed = /^\/?(subscriptions|tenants|providers)$/i.test(request.segments.find(Boolean) ?? "");
  if (answer.headers[managed ? "x-ms-request-id" : "request-id"] === undefined)
    return `status ${status} without a request id`;
  if (status < 400) return status === 304 ? undefined : badSuccess(answer);
  if (request.method === "HEAD") return text === "" ? undefined : `a HEAD was answered with a body: ${text}`;
  const body = parse(text);
  if (body === undefined) return `status ${status} with a body that is not JSON: ${text}`;
  const fault = managed ? badManagementError(body) : badDataError(body);
  return fault === undefined ? undefined : `status ${status}, ${fault}: ${text}`;
}

function badSuccess(answer: Answer): string | undefined {
  const json = String(answer.headers["content-type"] ?? "").includes("json");
  return json && answer.text !== "" && parse(answer.text) === undefined
    ? `not JSON: ${answer.text}`
    : undefined;
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

function badDataError(body: Record<string, unknown>): string | undefined {
  const code = body["code"];
  if (typeof code !== "string" || !knownCodes.has(code)) return `unknown code ${String(code)}`;
  return badErrorShape(body);
}

function badManagementError(body: Record<string, unknown>): string | undefined {
  const error = body["error"] as { code?: unknown; message?: unknown } | undefined;
  if (typeof error?.message !== "string" || error.message === "") return "no message";
  const known =
    typeof error.code === "string" && (knownCodes.has(error.code) || knownManagementCodes.has(error.code));
  return known ? undefined : `unknown code ${String(error.code)}`;
}
