// Starts nothing: the executor is a fake.
import { expect, it } from "vitest";
import { terminateJob } from "../../../../local/batch-emulator/service/jobs/job-control.ts";
import { addSchedule } from "../../../../local/batch-emulator/service/schedules/schedule-control.ts";
import { serviceBench, settle } from "../../../support/batch/service-bench.ts";

it("whoever listens to an event of an account takes it from nobody else", async () => {
  const { account, ...of } = serviceBench();
  const ended: string[] = [];
  account.events.on("jobEnded", ({ id }) => ended.push(id));
  const schedule = addSchedule(account, {
    id: "s",
    schedule: { recurrenceInterval: "PT1M" },
    jobSpecification: { poolInfo: { poolId: "none" } },
  });
  await settle({ account, ...of });
  const first = account.jobs.get("s:job-1");
  if (first !== undefined) terminateJob(account, first, "test");
  await settle({ account, ...of });
  expect(ended).toEqual(["s:job-1"]);
  await of.clock.advance(61_000);
  expect(schedule.jobsCreated, "the schedule has seen the end, too").toBe(2);
});
