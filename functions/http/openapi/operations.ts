// What the published description says of each operation, by the operation's name: a sentence, the body it takes, its own
// query parameters, what it answers. Paths, methods, roles and versions come from the operations themselves; what every
// kind of resource has is described by the rows of the kind.
import { z } from "zod";
import { PriceResponse } from "../../../domain/price/wire.ts";
import { RoleAssignmentRequest, scopeKinds } from "../../../domain/access/assignment.ts";
import type { ScopeKind } from "../../../domain/access/assignment.ts";
import { RoleAssignmentResponse } from "../../../domain/access/wire.ts";
import { ClusterPatch } from "../../../domain/cluster/schema.ts";
import { ClusterResponse } from "../../../domain/cluster/wire.ts";
import { MetricResponse } from "../../../domain/metric/wire.ts";
import { AttemptsResponse } from "../../../domain/job/attempt.ts";
import { Envelope, PublicKeysResponse } from "../../../domain/receipt/envelope.ts";
import { ReproduceRequest } from "../../../domain/receipt/request.ts";
import { ReceiptResponse } from "../../../domain/receipt/wire.ts";
import { JobResponse, OutputFileResponse } from "../../../domain/job/wire.ts";
import { kindOf } from "../../../domain/kinds.ts";
import { aWord, collectionOf, resourceKinds, rowOf } from "../../../domain/resources.ts";
import type { ResourceKind } from "../../../domain/resources.ts";
import { mostBuckets } from "../../../domain/metric/curve.ts";
import { PostMetricsRequest } from "../../../domain/metric/requests.ts";
import {
  CheckResponse,
  listOf,
  OperationStatusResponse,
  RemoteLoginResponse,
  UsageResponse,
} from "../../../domain/shared/answers.ts";
import { FiringTimeResponse, TriggerTestResponse } from "../../../domain/trigger/answers.ts";
import { BackfillBody, ReplayBody, RunBody, TestBody } from "../../../domain/trigger/requests.ts";
import { decisions } from "../../../domain/trigger/firing.ts";
import { TriggerPatch } from "../../../domain/trigger/schema.ts";
import { FiringResponse, TriggerResponse, WebhookSecretResponse } from "../../../domain/trigger/wire.ts";
import {
  RestartResponse,
  WorkflowResponse,
  WorkflowRestart,
  WorkflowSummaryResponse,
} from "../../../domain/workflow/wire.ts";
import { costGroupings, CostReportResponse } from "../../../domain/usage/wire.ts";
import { WorkspacePatch } from "../../../domain/workspace/schema.ts";
import { WorkspaceResponse } from "../../../domain/workspace/wire.ts";
import { EventResponse } from "../../../domain/shared/event.ts";
import { $skiptoken, paged } from "./operation-doc.ts";
import type { OperationDoc } from "./operation-doc.ts";
import { ArmResponse, ProviderOperationResponse } from "./responses.ts";
import { sweepDocs } from "./sweep-operations.ts";

/** Of jobs. */
const manyResults = z.coerce.number().int().min(1).max(10_000).optional().meta({
  description: "Up to 10,000 in version 2026-11-01, up to 1,000 in that of 2018; 1,000 when absent",
});
const fileListing = {
  directory: z.string().optional(),
  linkexpiryinminutes: z.coerce.number().int().min(5).max(600).optional(),
  ...paged,
};
const moment = (description: string) => z.iso.datetime({ offset: true }).optional().meta({ description });

const logins = (of: string) =>
  ({
    summary: `How to log in to the nodes of a ${of}`,
    query: paged,
    ok: listOf(RemoteLoginResponse),
  }) as const;
const list = (summary: string, item: z.ZodType) => ({ summary, query: paged, ok: listOf(item) }) as const;

/** What is the same for every kind: create, show, list, delete, and what happened to it. */
function standardDocs(kind: ResourceKind): Readonly<Record<string, OperationDoc>> {
  const noun = collectionOf(kind);
  const { parent, word } = rowOf(kind);
  const { request, response, creates, deletes, longRunning = false } = kindOf(kind);
  const plural = `${word.slice(0, 1).toUpperCase()}${word.slice(1)}s`;
  return {
    [`${noun}-create`]: {
      summary: creates,
      ...(request === undefined ? {} : { body: request }),
      ok: response,
      longRunning,
      conflicts: true,
    },
    [`${noun}-get`]: { summary: `Shows ${aWord(kind)}`, ok: response },
    ...(parent === undefined
      ? { [`${noun}-list-by-group`]: list(`${plural} of a resource group`, response) }
      : { [`${noun}-list`]: list(`${plural} of ${aWord(parent)}`, response) }),
    [`${noun}-delete`]: {
      summary: deletes,
      ok: "nothing",
      longRunning: true,
      noContent: true,
      conflicts: true,
    },
    [`${noun}-events`]: {
      summary: "What happened to the resource of this name, oldest first",
      query: {
        ...paged,
        since: moment("Events from this time on"),
        until: moment("Events before this time"),
      },
      ok: listOf(EventResponse),
    },
  };
}

/** Who has which role on what. */
function roleDocs(kind: ScopeKind): Readonly<Record<string, OperationDoc>> {
  const noun = `${collectionOf(kind)}-roles`;
  const of = aWord(kind);
  return {
    [`${noun}-create`]: {
      summary: `Assigns a role on ${of}, and on everything in it`,
      body: RoleAssignmentRequest,
      ok: RoleAssignmentResponse,
      conflicts: true,
    },
    [`${noun}-get`]: { summary: `Shows a role assignment of ${of}`, ok: RoleAssignmentResponse },
    [`${noun}-list`]: list(`Role assignments of ${of}`, RoleAssignmentResponse),
    [`${noun}-delete`]: {
      summary: `Takes a role on ${of} away`,
      ok: RoleAssignmentResponse,
      noContent: true,
      conflicts: true,
    },
  };
}

const special: Readonly<Record<string, OperationDoc>> = {
  "jobs-list": {
    ...list("Jobs of an experiment", JobResponse),
    query: { maxresults: manyResults, $skiptoken },
  },
  "jobs-metrics-post": {
    summary:
      "Takes points of metrics of a job that has not ended; each is kept once, however often it is sent",
    body: PostMetricsRequest,
    ok: z.looseObject({ points: z.int() }),
    conflicts: true,
  },
  "operations-list": { summary: "Operations of the provider", ok: listOf(ProviderOperationResponse) },
  "usages-list": { summary: "What is used of what may be used", ok: listOf(UsageResponse) },
  "preflight-list": {
    summary: "Whether the deployment can run jobs, check by check",
    query: {
      vmsizes: z
        .string()
        .optional()
        .meta({ description: "VM sizes to ask for beside those of the clusters, comma-separated" }),
    },
    ok: listOf(CheckResponse),
  },
  "prices-list": {
    summary: "What a node costs an hour, by size and priority, each with the day and the source of the price",
    query: {
      vmsizes: z.string().optional().meta({ description: "Only these VM sizes, comma-separated" }),
    },
    ok: listOf(PriceResponse),
  },
  "operations-results": { summary: "State of a long-running operation", ok: OperationStatusResponse },
  "operations-statuses": {
    summary: "202 while a long-running operation goes on, then 200",
    ok: "nothing",
    longRunning: true,
  },

  "workspaces-update": {
    summary: "Replaces the tags of a workspace",
    body: WorkspacePatch,
    ok: WorkspaceResponse,
    conflicts: true,
  },
  "workspaces-list": list("Workspaces of the subscription", WorkspaceResponse),
  "clusters-update": {
    summary: "Replaces the scale settings of a cluster",
    body: ClusterPatch,
    ok: ClusterResponse,
    conflicts: true,
  },
  "clusters-remote-login": logins("cluster"),
  "clusters-setup-files": {
    summary: "Logs of the setup task on the nodes of a cluster, with links to read them",
    query: fileListing,
    ok: listOf(OutputFileResponse),
  },
  "jobs-terminate": { summary: "Ends a job", ok: "nothing", longRunning: true, conflicts: true },
  "jobs-preempt": {
    summary: "Rehearses an eviction: the run ends as on a node that is taken away, and the job runs again",
    ok: "nothing",
    conflicts: true,
  },
  "jobs-receipt": {
    summary:
      "The receipt of a job that asked for one and has ended: what it was made of and what it left, with digests",
    query: { format: z.enum(["dsse"]).optional() },
    ok: z.union([ReceiptResponse, Envelope]),
    conflicts: true,
  },
  "receipt-keys": {
    summary: "The public keys of the deployment that have signed receipts, the current one first",
    ok: PublicKeysResponse,
  },
  "jobs-reproduce": {
    summary:
      "Submits what a job with a receipt was asked for as another job, which begins only where image and inputs are still the same",
    body: ReproduceRequest,
    ok: JobResponse,
    longRunning: true,
    conflicts: true,
  },
  "jobs-attempts": {
    summary:
      "The attempts of a job: each with its cause, nodes and times; and how often it ran again, by cause",
    ok: AttemptsResponse,
  },
  "jobs-metrics": {
    summary:
      "What a job reported: its metrics with their figures; or the points of one, in buckets or as JSON lines",
    query: {
      metric: z.string().min(1).optional(),
      points: z.coerce.number().int().min(1).max(mostBuckets).optional(),
      format: z.enum(["jsonl"]).optional(),
    },
    ok: z.looseObject({
      value: z.array(MetricResponse).optional(),
      metric: z.string().optional(),
      n: z.int().optional(),
      buckets: z.array(z.looseObject({})).optional(),
    }),
  },
  "jobs-output-files": {
    summary: "Files that a job wrote, with links to read them",
    query: { outputdirectoryid: z.string().min(1), ...fileListing },
    ok: listOf(OutputFileResponse),
  },
  "jobs-remote-login": logins("job"),
  ...sweepDocs,

  "triggers-update": {
    summary: "Pauses a trigger, or lets it go on",
    body: TriggerPatch,
    ok: TriggerResponse,
    conflicts: true,
  },
  "triggers-next": {
    summary: "The next fire times of a trigger with a schedule",
    query: {
      count: z.coerce.number().int().min(1).max(100).optional(),
      from: moment("Fire times after this time; now when absent"),
    },
    ok: listOf(FiringTimeResponse),
  },
  "triggers-test": {
    summary: "Shows what a trigger would make of an event, and writes nothing",
    body: TestBody,
    ok: TriggerTestResponse,
    conflicts: true,
  },
  "triggers-run": { summary: "Runs a trigger now", body: RunBody, ok: FiringResponse, conflicts: true },
  "triggers-rotate-secret": {
    summary: "Gives a trigger for webhooks a new secret, which is shown once",
    ok: WebhookSecretResponse,
    conflicts: true,
  },
  "triggers-backfill": {
    summary: "Runs a trigger for the fire times of a period",
    body: BackfillBody,
    ok: listOf(FiringResponse),
    conflicts: true,
  },
  "triggers-replay": {
    summary: "Runs a trigger for events that were skipped or failed",
    body: ReplayBody,
    ok: listOf(FiringResponse),
    conflicts: true,
  },
  "triggers-firings": {
    summary: "What became of the events of a trigger, newest first",
    query: { ...paged, decision: z.enum(decisions).optional() },
    ok: listOf(FiringResponse),
  },
  "triggers-firing": { summary: "Shows what became of one event", ok: FiringResponse },

  "workflows-list": {
    summary: "Chains of jobs and sweeps that triggers started at the ends of others, newest first",
    query: paged,
    ok: listOf(WorkflowSummaryResponse),
  },
  "workflows-read": { summary: "Shows a chain as a graph: each step with its state", ok: WorkflowResponse },
  "workflows-restart": {
    summary: "Starts what failed in a chain anew; what follows it follows again",
    body: WorkflowRestart,
    ok: RestartResponse,
    conflicts: true,
  },

  "costs-get": {
    summary: "What the jobs of a workspace used, what its nodes were there for, and what both come to",
    query: {
      since: moment("What was used from this time on"),
      until: moment("What was used before this time"),
      groupBy: z.enum(costGroupings).optional().meta({ description: "By default experiment" }),
      experiment: z.string().optional().meta({ description: "Only its jobs" }),
      location: z
        .string()
        .optional()
        .meta({ description: "The region whose prices are taken; by default the service's" }),
      top: z.coerce.number().int().min(1).max(1000).optional().meta({
        description:
          "How many groups and clusters are told one by one, 100 by default; the others are added up",
      }),
    },
    ok: CostReportResponse,
  },

  "arm-tenants": { summary: "The caller's tenant", ok: listOf(ArmResponse) },
  "arm-subscriptions": { summary: "The one subscription", ok: listOf(ArmResponse) },
  "arm-subscription": { summary: "Shows the subscription", ok: ArmResponse },
  "arm-resource-groups": list("Resource groups", ArmResponse),
  "arm-resource-group": { summary: "Shows a resource group", ok: ArmResponse },
  "arm-provider": { summary: "Shows that the provider is registered", ok: ArmResponse },
  "arm-provider-register": { summary: "The provider is always registered", ok: ArmResponse },
};

export const operationDocs: Readonly<Record<string, OperationDoc>> = {
  ...(Object.assign({}, ...resourceKinds.map(standardDocs)) as Readonly<Record<string, OperationDoc>>),
  ...(Object.assign({}, ...scopeKinds.map(roleDocs)) as Readonly<Record<string, OperationDoc>>),
  ...special,
};
