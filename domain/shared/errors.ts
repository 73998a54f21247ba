// Every error code of the service, in one closed table of two parts: how a request is refused, and what a resource or an
// operation tells afterwards. No code is invented anywhere else (a test looks for one); Azure Batch's own codes are passed on
// as they are. Texts for a single case go into the message, not here.

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
  InvalidWebhookSignature: row(401, "Sign id, timestamp and body with the trigger's secret, or rotate it."),
  ExpiredWebhook: row(401, "Sign the delivery when it is sent, and check the sender's clock."),
  AuthorizationFailed: row(403, "Ask for a role that allows this operation."),
  ResourceNotFound: row(404, "Check the URL and the names in it."),
  SubscriptionNotFound: row(404, "Use the subscription this service was set up for."),
  WorkspaceNotFound: row(404, "Create the workspace first, or check its name."),
  ExperimentNotFound: row(404, "Create the experiment first, or check its name."),
  ClusterNotFound: row(404, "Create the cluster first, or check its name."),
  FileServerNotFound: row(404, "Create the file server first, or check its name."),
  JobNotFound: row(404, "Check the job's name and its experiment."),
  SweepNotFound: row(404, "Check the sweep's name and its experiment."),
  TrialNotFound: row(404, "Trials are numbered from 0; list them to see which there are."),
  TriggerNotFound: row(404, "Create the trigger first, or check its name."),
  FiringNotFound: row(
    404,
    "List the trigger's firings to see which there are; they are kept for a limited time.",
  ),
  WorkflowNotFound: row(
    404,
    "List the workspace's workflows to see which there are; they are kept for a limited time.",
  ),
  RoleAssignmentNotFound: row(404, "List the role assignments to see which there are."),
  RunNotFound: row(404, "Search the runs of the experiment to see which there are."),
  ArtifactNotFound: row(404, "List the artifacts of the run, and take a path from there."),
  LoggedModelNotFound: row(404, "Search the logged models of the experiment to see which there are."),
  OperationNotFound: row(404, "Operation documents are kept for a limited time; read the resource itself."),
  MethodNotAllowed: row(405, "Use a method that this resource supports."),
  Conflict: row(409, "Delete the existing resource first, or choose another name."),
  WebhookReplayed: row(409, "A delivery that is sent again is signed anew, at its own time."),
  InvalidState: row(409, "Wait until the resource reached a state that allows this."),
  OperationNotAllowed: row(409, "Free some of the quota, or ask for more."),
  ContainerRegistryUnavailable: row(
    409,
    "Let the service's managed identity pull there, or give credentials.",
  ),
  KeyVaultSecretUnavailable: row(
    409,
    "Check the reference, and that the vault lets this service read the secret.",
  ),
  PreconditionFailed: row(412, "Read the resource again and repeat the change.", true),
  RequestBodyTooLarge: row(413, "Send a smaller body."),
  UnsupportedMediaType: row(415, "Send application/json."),
  TooManyRequests: row(429, "Wait as long as Retry-After says.", true),
  InternalError: row(500, "Try again; if it goes on, report it with the request id.", true),
  ServiceNotConfigured: row(
    503,
    "Whoever runs the service sets what the message names; nothing was changed.",
    true,
  ),
  ServiceUnavailable: row(503, "Try again in a moment.", true),
} as const satisfies Record<string, ErrorRow>;

export type ErrorCode = keyof typeof errorTable;

interface FailureRow {
  /** Where clients find it. */
  readonly reportedBy: "job" | "cluster" | "operation" | "sweep";
  /** What happened, as a sentence. */
  readonly meaning: string;
  readonly remedy: string;
}

const reported =
  (reportedBy: FailureRow["reportedBy"]) =>
  (meaning: string, remedy: string): FailureRow => ({ reportedBy: reportedBy, meaning, remedy });
const ofJob = reported("job");
const ofCluster = reported("cluster");
const ofOperation = reported("operation");
const ofSweep = reported("sweep");

/** The messages of jobs up to FailedStartingContainer are recorded answers of the service; the others are ours. */
export const failureTable = {
  JobFailed: ofJob(
    "Job failed with non-zero exit code",
    "Read the job's output; the exit code is its program's.",
  ),
  JobPreparationFailed: ofJob(
    "Job preparation task failed with non-zero exit code",
    "Read the output of the preparation, correct its command line, submit the job again.",
  ),
  JobTerminated: ofJob(
    "The specified job has been terminated by the user",
    "Submit the job again if it is wanted.",
  ),
  AZFMountError: ofJob("Unable to mount Azure File", "Check the share's URL, the account and its key."),
  BFSMountError: ofJob(
    "unable to mount blob fuse file system",
    "Check the container, the account and its key.",
  ),
  FailedStartingContainer: ofJob(
    "unable to start docker container",
    "Do what the details say: check the image, the registry's credentials, the room on the node's disk.",
  ),
  JobExceededMaxWallClockTime: ofJob(
    "The job ran longer than constraints.maxWallClockTime and was ended",
    "Allow more time, or let the program go on from a checkpoint.",
  ),
  JobOutputLost: ofJob(
    "The job's program ended well, but storage did not take the job's output",
    "See in the details what is missing, make room in the share or container, submit the job again.",
  ),
  JobInputsChanged: ofJob(
    "What the job would be made of is not what the job that it reproduces was made of",
    "Put back what the details name, or reproduce the job with allowChanged.",
  ),
  JobLaunchFailed: ofJob(
    "The job could not be started on its nodes",
    "Do what the details say, submit the job again.",
  ),
  JobNodeLost: ofJob(
    "The job's nodes failed too often",
    "Look at the cluster's errors; submit the job again.",
  ),
  JobNodeDeallocated: ofJob(
    "The job was ended because its cluster was shrunk with nodeDeallocationOption 'terminate'",
    "Submit the job again; shrink with 'requeue' or 'waitforjobcompletion' to keep jobs.",
  ),
  ClusterDeleted: ofJob(
    "The cluster was deleted while the job was not finished",
    "Submit the job under another name, to another cluster.",
  ),

  NodeSetupFailed: ofCluster(
    "The setup task of a node, or its preparation, failed; the node is not used",
    "Read the log in the details, correct the setup task, create the cluster again.",
  ),
  NodeUnusable: ofCluster(
    "A node is of no use, and Azure Batch does not say why",
    "Resize the cluster to replace the node.",
  ),
  CoreQuotaReached: ofCluster(
    "Quota leaves the cluster fewer nodes than it asks for",
    "Shrink or delete other clusters, or raise the quota.",
  ),
  ImageReplaced: ofCluster(
    "A warning: Azure does not have the image any more, and the nodes run another",
    "Name an image that is supported, or none.",
  ),
  ImageEndOfLife: ofCluster(
    "A warning: support of the image ended, or ends soon",
    "Create the cluster anew with a later image.",
  ),
  VmSizeEndOfLife: ofCluster(
    "A warning: Azure retires the VM size soon, or has done so",
    "Create the cluster anew with a current size.",
  ),

  ImageNotUsable: ofOperation(
    "Machines of the size cannot boot the image, or Azure Batch has no node agent for it any more",
    "Take the size or the image that the message names.",
  ),
  LowPriorityNotAvailable: ofOperation(
    "The Batch account may have no low-priority processors",
    "Ask Azure for that quota, or take vmPriority 'dedicated'.",
  ),
  ImageNotFound: ofOperation(
    "Azure Batch has no node agent for the image",
    "Leave the image out, or name one that Azure Batch supports.",
  ),
  FileServerProvisioningFailed: ofOperation(
    "The machine of a file server could not be built",
    "Do what the message says, create the file server again.",
  ),
  OperationPreempted: ofOperation(
    "The resource was deleted before the operation was over",
    "Create the resource again if it is wanted.",
  ),
  OperationFailed: ofOperation(
    "The operation failed, and no more is known of it",
    "Read the events of the resource, then ask for the same again.",
  ),
  NoMetricReported: ofSweep(
    "Trials ended, and none reported the objective's metric",
    "Append it to $AZ_BATCHAI_METRICS_FILE under that name, or give an expression that finds it in the output.",
  ),
  TooManyFailedTrials: ofSweep(
    "As many trials failed as limits.maxFailedTrials allows",
    "Read the errors of the failed trials; retry them when the cause is gone.",
  ),
  AllTrialsFailed: ofSweep(
    "Every trial failed",
    "Read the first trial's error and output, correct the template, start another sweep.",
  ),
} as const satisfies Record<string, FailureRow>;

export type FailureCode = keyof typeof failureTable;

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
