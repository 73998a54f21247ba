// What a sweep of the app's world is asked for.
import { clusterPath } from "./stories.ts";

export const share = {
  azureFileShares: [
    {
      accountName: "store",
      azureFileUrl: "https://store.file.core.windows.net/logs",
      relativeMountPath: "share",
      credentials: { accountKey: "bm90LXRvLWJlLXNlZW4=" },
    },
  ],
};

export function sweepBody(properties: object = {}, trial: object = {}): object {
  return {
    properties: {
      trial: {
        properties: {
          cluster: { id: clusterPath },
          nodeCount: 1,
          stdOutErrPathPrefix: "$AZ_BATCHAI_JOB_MOUNT_ROOT/share",
          mountVolumes: share,
          customToolkitSettings: { commandLine: "train --rate $PARAM_LR --kind ${PARAM_KIND}" },
          environmentVariables: [{ name: "PARAM_LR", value: "replaced" }],
          secrets: [{ name: "TOKEN", value: "not-to-be-seen" }],
          ...trial,
        },
      },
      searchSpace: {
        LR: { type: "loguniform", min: 0.001, max: 1 },
        KIND: { type: "choice", values: ["a", "b"] },
      },
      objective: { metric: "loss", goal: "minimize" },
      algorithm: { type: "random", seed: 4 },
      limits: { maxTrials: 4, maxConcurrentTrials: 2 },
      ...properties,
    },
  };
}
