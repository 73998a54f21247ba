// Instance ids of orchestrations: derived from what they are about, so that starting twice is starting once.
export const instances = {
  createCluster: (clusterGuid: string) => `create-cluster-${clusterGuid}`,
  /** Each request is its own instance; all bring the pool to what the document says. */
  resizeCluster: (clusterGuid: string, requestId: string) => `resize-cluster-${clusterGuid}-${requestId}`,
  maintainPool: (clusterGuid: string) => `maintain-pool-${clusterGuid}`,
  deleteCluster: (clusterGuid: string) => `delete-cluster-${clusterGuid}`,
  createFileServer: (guid: string) => `create-file-server-${guid}`,
  deleteFileServer: (guid: string) => `delete-file-server-${guid}`,
  monitor: (clusterGuid: string) => `monitor-${clusterGuid}`,
  runJob: (jobGuid: string) => `job-${jobGuid}`,
  deleteJob: (jobGuid: string) => `delete-job-${jobGuid}`,
  runSweep: (sweepGuid: string) => `sweep-${sweepGuid}`,
  deleteSweep: (sweepGuid: string) => `delete-sweep-${sweepGuid}`,
  deleteParent: (operationId: string) => `delete-${operationId}`,
} as const;

/** Says "read again": to a job that its documents or task changed, to a monitor that there is work. */
export const changed = "changed";
