// The usual beginning of a story: a workspace, an experiment and a cluster.
import { ownApiVersion } from "../../../domain/shared/api-versions.ts";
import { hasOwnMembers } from "../../../domain/shared/own-members.ts";
import { groupPath, startAppWorld } from "./app-world.ts";
import type { AppWorldOptions } from "./app-world.ts";

export const workspacePath = `${groupPath}/w`;
export const clusterPath = `${workspacePath}/clusters/c`;
export const fileServerPath = `${workspacePath}/fileServers/nfs`;
export const experimentPath = `${workspacePath}/experiments/e`;

export function clusterBody(manual: object = {}, properties: object = {}): object {
  return {
    properties: {
      vmSize: "STANDARD_D2S_V3",
      scaleSettings: { manual: { targetNodeCount: 1, ...manual } },
      userAccountSettings: { adminUserName: "admin", adminUserPassword: "not-to-be-seen" },
      ...properties,
    },
  };
}

export function fileServerBody(dataDisks: object = {}): object {
  return {
    properties: {
      vmSize: "STANDARD_D2S_V3",
      sshConfiguration: {
        userAccountSettings: { adminUserName: "admin", adminUserPassword: "not-to-be-seen" },
      },
      dataDisks: { diskSizeInGB: 10, diskCount: 2, storageAccountType: "Standard_LRS", ...dataDisks },
    },
  };
}

export function jobBody(properties: object = {}): object {
  return {
    properties: {
      cluster: { id: clusterPath },
      nodeCount: 1,
      stdOutErrPathPrefix: "$AZ_BATCHAI_MOUNT_ROOT/logs",
      customToolkitSettings: { commandLine: "echo hello" },
      secrets: [{ name: "TOKEN", value: "not-to-be-seen" }],
      ...properties,
    },
  };
}

const share = {
  accountName: "store",
  azureFileUrl: "https://store.file.core.windows.net/logs",
  credentials: { accountKey: "a2V5" },
  relativeMountPath: "logs",
};
/** Properties of a job whose output the service can read. */
export const logsOnShare = {
  mountVolumes: { azureFileShares: [share] },
  stdOutErrPathPrefix: "$AZ_BATCHAI_JOB_MOUNT_ROOT/logs",
};

export async function worldWithCluster(manual: object = {}, options: AppWorldOptions = {}) {
  const world = await startAppWorld(options);
  await world.api("PUT", workspacePath, { body: { location: "eastus" } });
  await world.api("PUT", experimentPath);
  await world.api("PUT", clusterPath, { body: clusterBody(manual) });
  await world.advance(10);
  world.azure.settle();
  return {
    ...world,
    /** Id of the one task there is. */
    onlyTask(): string {
      const tasks = world.azure.tasks();
      if (tasks.length !== 1) throw new Error(`expected one task, there are ${tasks.length}`);
      return tasks[0]?.task.id ?? "";
    },
    /** Instances that have not ended. */
    active(): string[] {
      return world.engine.client
        .list({ statuses: ["Running", "Pending"] }, { top: 100 })
        .instances.map(({ instanceId }) => instanceId);
    },
  };
}

/** A job whose task, the only one there is, was seen to run. */
export async function startJob(
  world: Awaited<ReturnType<typeof worldWithCluster>>,
  jobPath: string,
  properties: object = {},
): Promise<void> {
  const body = jobBody(properties);
  const version = hasOwnMembers("job", body) ? `?api-version=${ownApiVersion}` : "";
  await world.api("PUT", `${jobPath}${version}`, { body });
  await world.advance(50);
  world.azure.start(world.onlyTask());
  await world.advance(500);
}
