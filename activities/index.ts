// Every activity of the app.
import { applyScale } from "./cluster/apply-scale.ts";
import { createPool } from "./cluster/create-pool.ts";
import { ensureMonitor } from "./cluster/ensure-monitor.ts";
import { recordProvisioned } from "./cluster/record-provisioned.ts";
import { removeClusterRecords } from "./cluster/remove-cluster-records.ts";
import { removePool } from "./cluster/remove-pool.ts";
import { renewPool } from "./cluster/renew-pool.ts";
import { stopClusterJobs } from "./cluster/stop-cluster-jobs.ts";
import { pollCluster } from "./cluster/poll-cluster.ts";
import { buildFileServer } from "./file-server/build-file-server.ts";
import { recordFileServer } from "./file-server/record-file-server.ts";
import { removeFileServerMachine } from "./file-server/remove-file-server-machine.ts";
import { removeFileServerRecords } from "./file-server/remove-file-server-records.ts";
import { claimRun } from "./job/claim-run.ts";
import { closeRun } from "./job/close-run.ts";
import { readJob } from "./job/read-job.ts";
import { readLauncherResult } from "./job/read-launcher-result.ts";
import { haltRun } from "./job/halt-run.ts";
import { recordOutcome } from "./job/record-outcome.ts";
import { recordStarted } from "./job/record-started.ts";
import { removeJobRecords } from "./job/remove-job-records.ts";
import { removeRuns } from "./job/remove-runs.ts";
import { requeueRun } from "./job/requeue-run.ts";
import { askToStop } from "./job/ask-to-stop.ts";
import { stopRun } from "./job/stop-run.ts";
import { advanceSweep } from "./sweep/advance-sweep.ts";
import { removeSweep } from "./sweep/remove-sweep.ts";
import type { DefinedActivity } from "./lib/define-activity.ts";
import { deleteChildren } from "./parent/delete-children.ts";
import { failOperation } from "./parent/fail-operation.ts";
import { removeParent } from "./parent/remove-parent.ts";

export const activities: readonly DefinedActivity[] = [
  createPool,
  recordProvisioned,
  applyScale,
  renewPool,
  ensureMonitor,
  pollCluster,
  stopClusterJobs,
  removePool,
  removeClusterRecords,
  buildFileServer,
  recordFileServer,
  removeFileServerMachine,
  removeFileServerRecords,
  readJob,
  claimRun,
  recordStarted,
  requeueRun,
  recordOutcome,
  askToStop,
  stopRun,
  readLauncherResult,
  closeRun,
  haltRun,
  removeRuns,
  removeJobRecords,
  deleteChildren,
  removeParent,
  failOperation,
  advanceSweep,
  removeSweep,
];
