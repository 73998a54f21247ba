// Job: request and stored document (Microsoft.BatchAI 2018-05-01). `spec` is what the user asked for with defaults
// applied and secret values replaced by names; the rest is what happened to it.
import { z } from "zod";
import { FileServerExport } from "../file-server/export.ts";
import { OutputMetrics } from "../metric/output-metrics.ts";
import { BatchAIError, ProvisioningState } from "../shared/batch-ai-error.ts";
import {
  absoluteNodePath,
  choice,
  duration,
  EnvironmentVariable,
  nodePath,
  ResourceId,
  text,
  wholeNumber,
} from "../shared/fields.ts";
import { MountVolumes, MountVolumesRequest } from "../shared/mount-volumes.ts";
import { refShape } from "../shared/resource-id.ts";
import { MadeBy } from "../shared/made-by.ts";
import { StartedBy } from "../shared/started-by.ts";
import { SecretVariable, SecretVariableRequest } from "../shared/secret-variables.ts";
import { ClusterSpec, maxClusterNodes } from "../cluster/schema.ts";
import { toolkits } from "../toolkits/registry.ts";
import { EndedAttempt } from "./attempt.ts";
import { ContainerSettings, ContainerSettingsRequest } from "./container.ts";
import { priorities } from "./priorities.ts";
import { Retries } from "./retries.ts";
import { Placement } from "./spot/place.ts";
import { SpotPolicy } from "./spot/policy.ts";

export const defaultMaxWallClockTime = "P7D";

const idError = "expected an id of letters, digits and '_' (it becomes part of a variable's name)";
const directoryId = () => z.string({ error: idError }).regex(/^\w{1,64}$/, { error: idError });

export const InputDirectory = z.object({ id: directoryId(), path: nodePath() });
export type InputDirectory = z.infer<typeof InputDirectory>;

export const OutputDirectory = z.object({
  id: directoryId().refine((id) => id.toLowerCase() !== "stdouterr", {
    error: "expected an id other than 'stdouterr', which names the log directory",
  }),
  pathPrefix: absoluteNodePath(),
  pathSuffix: nodePath().optional(),
});
export type OutputDirectory = z.infer<typeof OutputDirectory>;

/** Asks for a receipt (domain/receipt): every file of the output directories is read at the end, and of these input directories at the start. */
const Receipt = z.strictObject({
  /** Ids of input directories; absent: all of them. */
  inputs: z.array(directoryId()).optional(),
});

const common = {
  cluster: ResourceId,
  nodeCount: wholeNumber(1, maxClusterNodes),
  schedulingPriority: choice(priorities).default("normal"),
  jobPreparation: z.object({ commandLine: text(32_768) }).optional(),
  stdOutErrPathPrefix: absoluteNodePath(),
  inputDirectories: z.array(InputDirectory).default([]),
  outputDirectories: z.array(OutputDirectory).default([]),
  environmentVariables: z.array(EnvironmentVariable).default([]),
  constraints: z
    .object({ maxWallClockTime: duration().default(defaultMaxWallClockTime) })
    .default({ maxWallClockTime: defaultMaxWallClockTime }),
  retries: Retries.optional(),
  spot: SpotPolicy.optional(),
  receipt: Receipt.optional(),
  outputMetrics: OutputMetrics.optional(),
};

/** Toolkit blocks by name; `selectToolkit` (rules.ts) insists on exactly one. */
const toolkitFields = Object.fromEntries(toolkits.map(({ block, settings }) => [block, settings.optional()]));

export const JobRequest = z.object({
  properties: z.object({
    ...(toolkitFields as Record<never, never>),
    ...common,
    containerSettings: ContainerSettingsRequest.optional(),
    mountVolumes: MountVolumesRequest.optional(),
    secrets: z.array(SecretVariableRequest).default([]),
  }),
});
export type JobRequest = z.infer<typeof JobRequest>;

export const JobSpec = z.object({
  ...common,
  toolkit: z.object({ block: z.string(), settings: z.record(z.string(), z.unknown()) }),
  containerSettings: ContainerSettings.optional(),
  mountVolumes: MountVolumes.optional(),
  secrets: z.array(SecretVariable),
});
export type JobSpec = z.infer<typeof JobSpec>;

export const ExecutionState = z.enum(["queued", "running", "terminating", "succeeded", "failed"]);
export type ExecutionState = z.infer<typeof ExecutionState>;

export const ExecutionInfo = z.object({
  startTime: z.string().optional(),
  endTime: z.string().optional(),
  exitCode: z.int().optional(),
  errors: z.array(BatchAIError).optional(),
});
export type ExecutionInfo = z.infer<typeof ExecutionInfo>;

const count = z.int().min(0);
/** Losses are counted apart: preemption and resize never use up the tries of a node fault, nor those any of a failed program. */
export const LossCounters = z.object({
  preemptions: count,
  resizes: count,
  nodeFaults: count,
  userRetries: count.default(0),
});
export type LossCounters = z.infer<typeof LossCounters>;

export const JobDocument = z.object({
  ...refShape("job"),
  /** New with every creation. */
  guid: z.string(),
  spec: JobSpec,
  /** The cluster as it was when the job came to it: its outputs stay readable after the cluster is gone. */
  clusterGuid: z.string(),
  clusterVmSize: z.string(),
  /** Absent from documents of older versions. */
  clusterVmPriority: ClusterSpec.shape.vmPriority.optional(),
  clusterMounts: MountVolumes.optional(),
  /** Of the file servers that it mounts itself. */
  exports: z.array(FileServerExport).optional(),
  creationTime: z.string(),
  provisioningState: ProvisioningState,
  provisioningStateTransitionTime: z.string(),
  executionState: ExecutionState,
  executionStateTransitionTime: z.string(),
  executionInfo: ExecutionInfo,
  /** Number of the current run, from 1. */
  attempt: z.int().min(1),
  losses: LossCounters,
  /** The newest that have ended, oldest first, and how many there were before them. */
  attempts: z.array(EndedAttempt).optional(),
  attemptsOmitted: count.optional(),
  /** Where the current run is, as far as that was seen. */
  nodes: z.array(z.string()).optional(),
  /** How often Batch started the task of the current run anew, as far as that is counted among the losses. */
  requeues: z.int().min(0).optional(),
  /** Somebody was given links to its output before it had ended, and may be following it. */
  outputRead: z.boolean().optional(),
  /** The run of which somebody rehearses an eviction, and since when. `moves`: the spot policy did, so that it goes on elsewhere. */
  rehearsal: z.object({ attempt: z.int(), at: z.string(), moves: z.boolean().optional() }).optional(),
  /** Of a job that changed its cluster; `clusterGuid` and what follows it are of that one. */
  placement: Placement.optional(),
  /** Work of the attempts that have ended, in milliseconds; of jobs with a deadline. */
  doneMs: z.number().min(0).optional(),
  /** Number of the run whose launcher hung after it had left its result; its task is ended by the service. */
  hungAttempt: z.int().optional(),
  /** The job of its experiment that it is to be once more; `checked`: it begins only where its image and its inputs are still that one's. */
  reproduces: z.object({ job: z.string(), guid: z.string(), checked: z.boolean() }).optional(),
  /** The sweep that made it, by its GUID: one that merely has such a name is not a sweep's to read, to end or to delete. */
  sweepGuid: z.string().optional(),
  startedBy: StartedBy.optional(),
  /** Absent from documents of older versions. */
  madeBy: MadeBy.optional(),
  /** Something was logged to runs of it, which goes with it. */
  tracked: z.boolean().optional(),
});
export type JobDocument = z.infer<typeof JobDocument>;
