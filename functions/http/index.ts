// Every HTTP operation of the API, and the refusal of everything else.
import type { HttpTrigger } from "../lib/register.ts";
import { clusterOperations } from "./clusters.ts";
import { experimentOperations } from "./experiments.ts";
import { jobFileOperations } from "./job-files.ts";
import { jobOperations } from "./jobs.ts";
import { trigger, unknownRoute } from "./lib/operation.ts";
import { operationStatusOperations } from "./operation-status.ts";
import { providerOperations } from "./provider.ts";
import { workspaceOperations } from "./workspaces.ts";

export const httpTriggers: readonly HttpTrigger[] = [
  ...[
    ...providerOperations,
    ...operationStatusOperations,
    ...workspaceOperations,
    ...experimentOperations,
    ...clusterOperations,
    ...jobOperations,
    ...jobFileOperations,
  ].map(trigger),
  unknownRoute(),
];
