// The job as clients see it. Secrets appear by name only, credentials as `{}`; `executionInfo` is absent while nothing
// has run.
import { mountVolumesWire } from "../shared/mount-volumes.ts";
import { formatId, resourceTypes } from "../shared/resource-id.ts";
import { secretVariablesWire } from "../shared/secret-variables.ts";
import type { JobRef } from "../shared/resource-id.ts";
import { toolkitOf } from "../toolkits/registry.ts";
import { pathSegment } from "./directories.ts";
import type { JobDocument } from "./schema.ts";

export function jobRef(job: JobDocument): JobRef {
  const { kind, subscriptionId, resourceGroup, workspace, experiment, job: name } = job;
  return { kind, subscriptionId, resourceGroup, workspace, experiment, job: name };
}

export function jobWire(job: JobDocument) {
  const { spec } = job;
  const toolkit = toolkitOf(spec.toolkit.block);
  return {
    id: formatId(jobRef(job)),
    name: job.job,
    type: resourceTypes.job,
    properties: {
      experimentName: job.experiment,
      schedulingPriority: spec.schedulingPriority,
      cluster: spec.cluster,
      ...(spec.mountVolumes === undefined ? {} : { mountVolumes: mountVolumesWire(spec.mountVolumes) }),
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
      creationTime: job.creationTime,
      provisioningState: job.provisioningState,
      provisioningStateTransitionTime: job.provisioningStateTransitionTime,
      executionState: job.executionState,
      executionStateTransitionTime: job.executionStateTransitionTime,
      ...(Object.keys(job.executionInfo).length === 0 ? {} : { executionInfo: job.executionInfo }),
    },
  };
}
