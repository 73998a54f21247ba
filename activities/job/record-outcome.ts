// Ends a run: in the job's document, and then what follows from it.
import { clusterOfJob, wakeMonitor } from "../../application/monitors.ts";
import type { OutputOf } from "../../contracts/contract.ts";
import { recordOutcome as contract } from "../../contracts/job-activities.ts";
import { isFinished } from "../../domain/job/machine.ts";
import { defineActivity } from "../lib/define-activity.ts";
import { cleanUp, queueAgain } from "./clean-up.ts";
import { isQueuedAfter, recordEnd } from "./run-records.ts";

export const recordOutcome = defineActivity(
  contract,
  async (services, end): Promise<OutputOf<typeof contract>> => {
    const recorded = await recordEnd(services, end);
    if (recorded.kind === "heldBack") return recorded;
    const { job, terminated } = recorded;
    if (job !== undefined && isFinished(job.executionState)) {
      await cleanUp(services, job, terminated);
      if (end.cause !== "taskCompleted") await wakeMonitor(services, clusterOfJob(job));
    } else if (isQueuedAfter(job, end.attempt)) await queueAgain(services, job);
    return { kind: "recorded" };
  },
);
