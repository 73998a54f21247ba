// Every HTTP operation of the API, and the refusal of everything else.
import type { HttpTrigger } from "../lib/register.ts";
import { clusterOperations } from "./clusters.ts";
import { experimentOperations } from "./experiments.ts";
import { jobFileOperations } from "./job-files.ts";
import { jobOperations } from "./jobs.ts";
import { sparingImpatientClients } from "./lib/impatient-client.ts";
import { trigger, unknownRoute } from "./lib/operation.ts";
import type { Operation } from "./lib/operation.ts";
import { operationStatusOperations } from "./operation-status.ts";
import { providerOperations } from "./provider.ts";
import { usageOperations } from "./usages.ts";
import { workspaceOperations } from "./workspaces.ts";

const operations: readonly Operation[] = [
  ...providerOperations,
  ...operationStatusOperations,
  ...usageOperations,
  ...workspaceOperations,
  ...experimentOperations,
  ...clusterOperations,
  ...jobOperations,
  ...jobFileOperations,
];

const readerOf = ({ route }: Operation) =>
  operations.find((other) => other.route === route && other.method === "GET");

export const httpTriggers: readonly HttpTrigger[] = [
  ...operations.map((operation) => trigger(sparingImpatientClients(operation, readerOf(operation)))),
  unknownRoute(),
];
