// Every orchestration of the app.
import { createCluster } from "./cluster/create-cluster.ts";
import { deleteCluster } from "./cluster/delete-cluster.ts";
import { monitorCluster } from "./cluster/monitor-cluster.ts";
import { renewPool } from "./cluster/renew-pool.ts";
import { resizeCluster } from "./cluster/resize-cluster.ts";
import { deleteJob } from "./job/delete-job.ts";
import { runJob } from "./job/run-job.ts";
import type { DefinedOrchestration } from "./lib/define-orchestration.ts";
import { deleteParent } from "./parent/delete-parent.ts";

export const orchestrations: readonly DefinedOrchestration[] = [
  createCluster,
  resizeCluster,
  renewPool,
  deleteCluster,
  monitorCluster,
  runJob,
  deleteJob,
  deleteParent,
];
