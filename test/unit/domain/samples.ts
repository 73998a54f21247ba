// Requests and documents that the domain's tests start from; each test changes what it is about.
import { newCluster } from "../../../domain/cluster/rules.ts";
import type { ClusterDocument } from "../../../domain/cluster/schema.ts";
import { ClusterRequest } from "../../../domain/cluster/schema.ts";
import { newJob } from "../../../domain/job/rules.ts";
import type { JobDocument } from "../../../domain/job/schema.ts";
import { JobRequest } from "../../../domain/job/schema.ts";
import { guid } from "../../../domain/shared/brand.ts";
import { parse } from "../../../domain/shared/parse.ts";
import { formatId } from "../../../domain/shared/resource-id.ts";
import type { ClusterRef, JobRef, WorkspaceRef } from "../../../domain/shared/resource-id.ts";
import type { SecretSources, SecretValues } from "../../../domain/shared/secrets.ts";

export const now = new Date("2026-03-04T05:06:07.008Z");
export const later = new Date("2026-03-04T06:06:07.008Z");

export const workspace: WorkspaceRef = {
  kind: "workspace",
  subscriptionId: "11111111-1111-1111-1111-111111111111",
  resourceGroup: "lab",
  workspace: "research",
};
export const clusterName: ClusterRef = { ...workspace, kind: "cluster", cluster: "gpu" };
export const jobName: JobRef = { ...workspace, kind: "job", experiment: "digits", job: "mnist" };
export const clusterGuid = guid("22222222-2222-2222-2222-222222222222");
export const jobGuid = guid("33333333-3333-3333-3333-333333333333");
export const accountKey = "c2VjcmV0LWtleS1vZi10aGUtYWNjb3VudA==";

export const share = (relativeMountPath = "afs", extra: object = {}) => ({
  accountName: "datastore",
  azureFileUrl: "https://datastore.file.core.windows.net/logs",
  credentials: { accountKey },
  relativeMountPath,
  ...extra,
});
export const blob = (relativeMountPath = "bfs", extra: object = {}) => ({
  accountName: "datastore",
  containerName: "digits",
  credentials: { accountKey },
  relativeMountPath,
  ...extra,
});

export function clusterBody(properties: object = {}): { properties: Record<string, unknown> } {
  return {
    properties: {
      vmSize: "STANDARD_D2S_V3",
      scaleSettings: { manual: { targetNodeCount: 2 } },
      userAccountSettings: { adminUserName: "ada", adminUserPassword: "hunter2" },
      ...properties,
    },
  };
}

export function jobBody(properties: object = {}): { properties: Record<string, unknown> } {
  return {
    properties: {
      cluster: { id: formatId(clusterName) },
      nodeCount: 1,
      stdOutErrPathPrefix: "$AZ_BATCHAI_MOUNT_ROOT/afs",
      customToolkitSettings: { commandLine: "hostname" },
      ...properties,
    },
  };
}

export function cluster(properties: object = {}): ClusterDocument {
  return newCluster(clusterName, clusterGuid, parse(ClusterRequest, clusterBody(properties)), now).document;
}

export function clusterWithMounts(properties: object = {}): ClusterDocument {
  return cluster({
    nodeSetup: { mountVolumes: { azureFileShares: [share()], azureBlobFileSystems: [blob()] } },
    ...properties,
  });
}

const made = (properties: object, on: ClusterDocument) =>
  newJob(jobName, jobGuid, parse(JobRequest, jobBody(properties)), on, now);

export function jobWithSecrets(
  properties: object = {},
  on = clusterWithMounts(),
): { document: JobDocument; secrets: SecretValues } {
  const { document, secrets } = made(properties, on);
  return { document, secrets: givenValues(secrets) };
}

export function job(properties: object = {}, on = clusterWithMounts()): JobDocument {
  return made(properties, on).document;
}

/** Of secrets whose values were all in the request. */
export function givenValues(sources: SecretSources): SecretValues {
  return new Map(
    [...sources].map(([name, source]) => {
      if (typeof source !== "string") throw new Error(`${name} is a reference`);
      return [name, source];
    }),
  );
}
