// Every activity of the app.
import { applyScale } from "./cluster/apply-scale.ts";
import { createPool } from "./cluster/create-pool.ts";
import { ensureMonitor } from "./cluster/ensure-monitor.ts";
import { recordProvisioned } from "./cluster/record-provisioned.ts";
import { removeClusterRecords } from "./cluster/remove-cluster-records.ts";
import { removePool } from "./cluster/remove-pool.ts";
import { renewPool } from "./cluster/renew-pool.ts";
import { stopClusterJobs } from "./cluster/stop-cluster-jobs.ts";
import { watchCluster } from "./cluster/watch-cluster.ts";
import { buildFileServer } from "./file-server/build-file-server.ts";
import { recordFileServer } from "./file-server/record-file-server.ts";
import { removeMachine, removeMachineRecords } from "./file-server/remove-file-server.ts";
import { claimRun } from "./job/claim-run.ts";
import { closeRun } from "./job/close-run.ts";
import { lookAtJob } from "./job/look-at-job.ts";
import { readLauncherResult } from "./job/read-launcher-result.ts";
import { ended, started, withdrawn } from "./job/record-run.ts";
import { halt, removeRecords, removeTasks } from "./job/remove-job.ts";
import { stopRun } from "./job/stop-run.ts";
import type { DefinedActivity } from "./lib/define-activity.ts";
import { closeFailed, deleteContents, removeEmptied } from "./parent/delete-parent.ts";

export const activities: readonly DefinedActivity[] = [
  createPool,
  recordProvisioned,
  applyScale,
  renewPool,
  ensureMonitor,
  watchCluster,
  stopClusterJobs,
  removePool,
  removeClusterRecords,
  buildFileServer,
  recordFileServer,
  removeMachine,
  removeMachineRecords,
  lookAtJob,
  claimRun,
  started,
  withdrawn,
  ended,
  stopRun,
  readLauncherResult,
  closeRun,
  halt,
  removeTasks,
  removeRecords,
  deleteContents,
  removeEmptied,
  closeFailed,
];
