// The job as clients see it. Secrets appear by name only, credentials as `{}`; `executionInfo` is absent while nothing
// has run.
import { z } from "zod";
import { mountVolumesWire, MountVolumesResponse } from "../shared/mount-volumes.ts";
import { formatId, parseClusterId, refOf } from "../shared/resource-id.ts";
import type { ClusterRef } from "../shared/resource-id.ts";
import { secretVariablesWire, SecretVariableResponse } from "../shared/secret-variables.ts";
import { idOf, named, provisioned, provisionedResponse, resourceResponse, time } from "../shared/wire.ts";
import { toolkitOf, toolkits } from "../toolkits/registry.ts";
import { clusterIdNow } from "./cluster-now.ts";
import { containerSettingsWire, ContainerSettingsResponse } from "./container.ts";
import { pathSegment } from "./directories.ts";
import { Priority } from "./priority.ts";
import { Retries } from "./retries.ts";
import { Place } from "./spot/place.ts";
import { placeOf } from "./spot/placement.ts";
import { SpotFallback } from "./spot/policy.ts";
import { ExecutionInfo, ExecutionState, InputDirectory, OutputDirectory } from "./schema.ts";
import type { JobDocument } from "./schema.ts";

const toolkitBlocks = Object.fromEntries(toolkits.map(({ block }) => [block, z.looseObject({}).optional()]));

export const JobResponse = resourceResponse(
  "job",
  {
    ...provisionedResponse,
    experimentName: z.string(),
    schedulingPriority: Priority,
    cluster: z.looseObject({ id: idOf("cluster") }),
    mountVolumes: MountVolumesResponse.optional(),
    containerSettings: ContainerSettingsResponse.optional(),
    nodeCount: z.int().min(1),
    toolType: z.enum(toolkits.map(({ toolType }) => toolType) as [string, ...string[]]),
    ...(toolkitBlocks as Record<never, never>),
    jobPreparation: z.looseObject({ commandLine: z.string() }).optional(),
    jobOutputDirectoryPathSegment: z.string(),
    stdOutErrPathPrefix: z.string(),
    inputDirectories: z.array(InputDirectory),
    outputDirectories: z.array(OutputDirectory),
    environmentVariables: z.array(z.looseObject({ name: z.string(), value: z.string() })),
    secrets: z.array(SecretVariableResponse),
    constraints: z.looseObject({ maxWallClockTime: z.string().meta({ description: "ISO 8601 duration" }) }),
    retries: Retries.optional(),
    spot: z
      .looseObject({
        cluster: z.looseObject({ id: idOf("cluster") }),
        fallback: z.looseObject({ ...SpotFallback.shape }),
        place: Place,
      })
      .optional(),
    receipt: z.looseObject({ inputs: z.array(z.string()).optional() }).optional(),
    outputMetrics: z
      .looseObject({
        presets: z.array(z.string()),
        metrics: z.array(z.looseObject({ name: z.string(), expression: z.string() })),
      })
      .optional()
      .meta({ description: "What of its output is a metric" }),
    reproduces: z
      .looseObject({ id: idOf("job"), guid: z.string(), checked: z.boolean() })
      .optional()
      .meta({
        description:
          "The job that this one is to be once more; `checked`: it begins only with that one's image and inputs",
      }),
    executionState: ExecutionState,
    executionStateTransitionTime: time(),
    executionInfo: ExecutionInfo.optional(),
  },
  {},
);

export type JobResponse = z.infer<typeof JobResponse>;

/** Whose nodes the job waits for or runs on. */
export function clusterNow(job: JobResponse["properties"]): ClusterRef {
  return parseClusterId(clusterIdNow(job));
}

/** One entry of listOutputFiles. */
export const OutputFileResponse = z
  .looseObject({
    name: z.string(),
    fileType: z.enum(["file", "directory"]),
    downloadUrl: z.url().optional(),
    properties: z.looseObject({ lastModified: time().optional(), contentLength: z.number().optional() }),
  })
  .meta({ id: "OutputFile" });
export type OutputFileResponse = z.infer<typeof OutputFileResponse>;

export function jobWire(job: JobDocument) {
  const { spec } = job;
  const toolkit = toolkitOf(spec.toolkit.block);
  return {
    ...named(job),
    properties: {
      experimentName: job.experiment,
      schedulingPriority: spec.schedulingPriority,
      cluster: spec.cluster,
      ...(spec.mountVolumes === undefined ? {} : { mountVolumes: mountVolumesWire(spec.mountVolumes) }),
      ...(spec.containerSettings === undefined
        ? {}
        : { containerSettings: containerSettingsWire(spec.containerSettings) }),
      nodeCount: spec.nodeCount,
      toolType: toolkit.toolType,
      [spec.toolkit.block]: toolkit.shown(spec.toolkit.settings, spec.nodeCount),
      ...(spec.jobPreparation === undefined ? {} : { jobPreparation: spec.jobPreparation }),
      jobOutputDirectoryPathSegment: pathSegment(job, job.guid),
      stdOutErrPathPrefix: spec.stdOutErrPathPrefix,
      inputDirectories: spec.inputDirectories,
      outputDirectories: spec.outputDirectories,
      environmentVariables: spec.environmentVariables,
      secrets: secretVariablesWire(spec.secrets),
      constraints: spec.constraints,
      ...(spec.retries === undefined ? {} : { retries: spec.retries }),
      ...(spec.spot === undefined ? {} : { spot: { ...spec.spot, place: placeOf(job) } }),
      ...(spec.receipt === undefined ? {} : { receipt: spec.receipt }),
      ...(spec.outputMetrics === undefined ? {} : { outputMetrics: spec.outputMetrics }),
      ...(job.reproduces === undefined ? {} : { reproduces: reproducesWire(job, job.reproduces) }),
      ...provisioned(job),
      executionState: job.executionState,
      executionStateTransitionTime: job.executionStateTransitionTime,
      ...(Object.keys(job.executionInfo).length === 0 ? {} : { executionInfo: job.executionInfo }),
    },
  };
}

function reproducesWire(
  job: JobDocument,
  { job: original, guid, checked }: NonNullable<JobDocument["reproduces"]>,
) {
  return { id: formatId({ ...refOf<"job">(job), job: original }), guid, checked };
}
