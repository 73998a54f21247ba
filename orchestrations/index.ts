// Every orchestration of the app.
import { createCluster } from "./cluster/create-cluster.ts";
import { deleteCluster } from "./cluster/delete-cluster.ts";
import { monitorCluster } from "./cluster/monitor-cluster.ts";
import { resizeCluster } from "./cluster/resize-cluster.ts";
import { maintainPool } from "./cluster/maintain-pool.ts";
import { createFileServer } from "./file-server/create-file-server.ts";
import { deleteFileServer } from "./file-server/delete-file-server.ts";
import { deleteJob } from "./job/delete-job.ts";
import { runJob } from "./job/run-job.ts";
import { deleteSweep } from "./sweep/delete-sweep.ts";
import { runSweep } from "./sweep/run-sweep.ts";
import type { DefinedOrchestration } from "./lib/define-orchestration.ts";
import { deleteParent } from "./parent/delete-parent.ts";

export const orchestrations: readonly DefinedOrchestration[] = [
  createCluster,
  resizeCluster,
  maintainPool,
  deleteCluster,
  monitorCluster,
  createFileServer,
  deleteFileServer,
  runJob,
  deleteJob,
  deleteParent,
  runSweep,
  deleteSweep,
];
