// Every HTTP operation of the API, and the refusal of everything else.
import type { HttpTrigger } from "../lib/register.ts";
import { armOperations } from "./arm.ts";
import { clusterOperations } from "./clusters.ts";
import { costOperations } from "./costs.ts";
import { eventOperations } from "./events.ts";
import { experimentOperations } from "./experiments.ts";
import { fileServerOperations } from "./file-servers.ts";
import { jobFileOperations } from "./job-files.ts";
import { jobMetricOperations } from "./job-metrics.ts";
import { jobReceiptOperations } from "./job-receipts.ts";
import { jobOperations } from "./jobs.ts";
import { sparingImpatientClients } from "./lib/impatient-client.ts";
import { trigger, unknownRoute } from "./lib/operation.ts";
import type { Operation } from "./lib/operation.ts";
import { openApiTrigger } from "./openapi/document.ts";
import { operationStatusOperations } from "./operation-status.ts";
import { passedOnTriggers } from "./passed-on.ts";
import { portalApiTrigger, portalLinkTrigger, portalOutputTrigger } from "./portal/api.ts";
import { authorityTrigger } from "./portal/authority.ts";
import { portalFileTriggers } from "./portal/files.ts";
import { sessionTrigger } from "./portal/session.ts";
import { preflightOperations } from "./preflight.ts";
import { priceOperations } from "./prices.ts";
import { providerOperations } from "./provider.ts";
import { roleAssignmentOperations } from "./role-assignments.ts";
import { sweepOperations } from "./sweeps.ts";
import { sweepTrialOperations } from "./sweep-trials.ts";
import { trackingTriggers } from "./tracking/triggers.ts";
import { triggerOperations } from "./triggers.ts";
import { usageOperations } from "./usages.ts";
import { webhookTrigger } from "./webhooks.ts";
import { workflowOperations } from "./workflows.ts";
import { workspaceOperations } from "./workspaces.ts";

export const operations: readonly Operation[] = [
  ...providerOperations,
  ...operationStatusOperations,
  ...usageOperations,
  ...preflightOperations,
  ...priceOperations,
  ...workspaceOperations,
  ...experimentOperations,
  ...clusterOperations,
  ...fileServerOperations,
  ...jobOperations,
  ...jobFileOperations,
  ...jobMetricOperations,
  ...jobReceiptOperations,
  ...sweepOperations,
  ...sweepTrialOperations,
  ...triggerOperations,
  ...workflowOperations,
  ...costOperations,
  ...eventOperations,
  ...roleAssignmentOperations,
  ...armOperations,
];

const readerOf = ({ route }: Operation) =>
  operations.find((other) => other.route === route && other.method === "GET");

const known: readonly HttpTrigger[] = operations.map((operation) =>
  trigger(sparingImpatientClients(operation, readerOf(operation))),
);

const open: readonly HttpTrigger[] = [openApiTrigger(operations), webhookTrigger];

/** The host tries them in the order of their names: what is a file comes last. */
const portal: readonly HttpTrigger[] = [
  portalApiTrigger([...known, ...trackingTriggers]),
  authorityTrigger,
  portalLinkTrigger,
  portalOutputTrigger,
  sessionTrigger,
  ...portalFileTriggers(new URL("./portal-pages/", import.meta.url)),
];

const answered: readonly HttpTrigger[] = [
  ...known,
  ...trackingTriggers,
  ...passedOnTriggers,
  ...open,
  ...portal,
];

export const httpTriggers: readonly HttpTrigger[] = [...answered, unknownRoute(answered)];
