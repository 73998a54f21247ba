// Spending over a DocumentStore: jobs are one range of their workspace's partition, so is the time of nodes. Of a job's document only what is needed
// is checked and kept: there may be many.
import { z } from "zod";
import { ExecutionInfo, JobDocument, JobSpec } from "../../domain/job/schema.ts";
import type { DocumentStore } from "../documents.ts";
import type { Spending } from "../spending.ts";
import { allRows } from "./all-rows.ts";
import { readRevised } from "./collections.ts";
import { allNodeTime, NodeTimeRow } from "./node-time-rows.ts";
import { jobsBelow } from "./state-keys.ts";

const pageSize = 1000;

const JobRow = JobDocument.pick({
  experiment: true,
  job: true,
  clusterGuid: true,
  clusterVmSize: true,
  clusterVmPriority: true,
  executionState: true,
  attempt: true,
  losses: true,
  attempts: true,
  attemptsOmitted: true,
  requeues: true,
  placement: true,
  madeBy: true,
}).extend({
  spec: JobSpec.pick({ cluster: true, nodeCount: true }).extend({
    spot: z.object({ fallback: z.object({ checkpointInterval: z.string().optional() }) }).optional(),
  }),
  executionInfo: ExecutionInfo.pick({ startTime: true, endTime: true }),
});

export function documentSpending(store: Pick<DocumentStore, "page">): Spending {
  return {
    jobs: async (of) =>
      (await allRows(store, { ...jobsBelow(of), size: pageSize })).map(
        ({ value }) => readRevised(JobRow, value).document,
      ),
    async nodeTime(workspace, since) {
      const { partition } = jobsBelow(workspace);
      const range = { partition, prefix: allNodeTime, size: pageSize };
      const from = since === undefined ? {} : { from: `${allNodeTime}${since}` };
      return (await allRows(store, { ...range, ...from })).map(({ value }) => NodeTimeRow.parse(value));
    },
  };
}
