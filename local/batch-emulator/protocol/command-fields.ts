// What the service fills in where a caller said nothing about a job's own tasks and its automatic pool, and then answers.
import type { JobSpecification } from "../schema/job-spec.ts";
import { formatDuration, infiniteDuration } from "../schema/values.ts";
import { defaultResizeTimeoutMs } from "../service/pools/pool-control.ts";
import { isBefore, since } from "./api-versions.ts";
import { withoutSecrets } from "./secrets.ts";

/** Everything runs as a user that the pool's tasks share unless another is named. */
export const defaultUser = { autoUser: { scope: "pool", elevationLevel: "nonadmin" } } as const;

const taskLimits = { maxWallClockTime: infiniteDuration, retentionTime: "P7D", maxTaskRetryCount: 0 };

/** The members of a job that are answered with more than was given. */
export const jobTasks = {
  manager: (given: JobSpecification["jobManagerTask"], version: string) =>
    given && {
      killJobOnCompletion: true,
      runExclusive: true,
      requiredSlots: 1,
      allowLowPriorityNode: true,
      userIdentity: defaultUser,
      ...withoutSecrets(given),
      ...(isBefore(version, since.noTaskTokens) ? {} : { authenticationTokenSettings: undefined }),
      constraints: { ...taskLimits, ...given.constraints },
    },
  preparation: (given: JobSpecification["jobPreparationTask"]) =>
    given && {
      id: "jobpreparation",
      waitForSuccess: true,
      rerunOnNodeRebootAfterSuccess: true,
      userIdentity: defaultUser,
      ...withoutSecrets(given),
      constraints: { ...taskLimits, ...given.constraints },
    },
  release: (given: JobSpecification["jobReleaseTask"]) =>
    given && {
      id: "jobrelease",
      maxWallClockTime: "PT15M",
      retentionTime: "P7D",
      userIdentity: defaultUser,
      ...withoutSecrets(given),
    },
};

export function poolInfoShape(info: JobSpecification["poolInfo"]) {
  const { autoPoolSpecification } = info;
  const pool = autoPoolSpecification?.pool;
  if (autoPoolSpecification === undefined || pool === undefined) return withoutSecrets(info);
  const targets = pool.enableAutoScale === true ? {} : { targetDedicatedNodes: 0, targetLowPriorityNodes: 0 };
  const filled = {
    resizeTimeout: formatDuration(defaultResizeTimeoutMs),
    ...targets,
    enableAutoScale: false,
    enableInterNodeCommunication: false,
    taskSlotsPerNode: 1,
    taskSchedulingPolicy: { nodeFillType: "Spread" },
    ...withoutSecrets(pool),
  };
  return { ...info, autoPoolSpecification: { ...autoPoolSpecification, pool: filled } };
}
