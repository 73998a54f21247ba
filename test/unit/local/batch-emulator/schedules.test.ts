// When a job schedule is at its end.
// Starts nothing: the executor is a fake.
import { expect, test } from "vitest";
import { terminateJob } from "../../../../local/batch-emulator/service/jobs/job-control.ts";
import {
  addSchedule,
  disableSchedule,
  enableSchedule,
} from "../../../../local/batch-emulator/service/schedules/schedule-control.ts";
import { serviceBench, settle } from "../../../support/batch/service-bench.ts";

const jobSpecification = { poolInfo: { poolId: "none" } };

test("a schedule whose only job ended while it was disabled completes when it is enabled", async () => {
  const of = serviceBench();
  const schedule = addSchedule(of.account, { id: "s", schedule: {}, jobSpecification });
  await settle(of);
  const job = of.account.jobs.get("s:job-1");
  disableSchedule(of.account, schedule);
  if (job !== undefined) terminateJob(of.account, job, "test");
  await settle(of);
  expect(schedule.state).toBe("disabled");
  enableSchedule(of.account, schedule);
  await settle(of);
  expect(schedule.state).toBe("completed");
});

test("a schedule that missed its only window completes without a job", async () => {
  const of = serviceBench();
  const until = new Date(of.clock.now() + 60_000).toISOString();
  const schedule = addSchedule(of.account, {
    id: "s",
    schedule: { doNotRunUntil: until, startWindow: "PT1M" },
    jobSpecification,
  });
  disableSchedule(of.account, schedule);
  await of.clock.advance(600_000);
  enableSchedule(of.account, schedule);
  await settle(of);
  expect([schedule.state, of.account.jobs.size]).toEqual(["completed", 0]);
});

test("a schedule is over when its next run would come after doNotRunAfter and its last job has ended", async () => {
  const of = serviceBench();
  const after = new Date(of.clock.now() + 90_000).toISOString();
  const schedule = addSchedule(of.account, {
    id: "s",
    schedule: { recurrenceInterval: "PT1M", doNotRunAfter: after },
    jobSpecification,
  });
  for (const name of ["s:job-1", "s:job-2"]) {
    await settle(of);
    const job = of.account.jobs.get(name);
    expect(job?.state).toBe("active");
    if (job !== undefined) terminateJob(of.account, job, "test");
    await of.clock.advance(60_000);
  }
  expect([schedule.state, of.account.jobs.size]).toEqual(["completed", 2]);
});
