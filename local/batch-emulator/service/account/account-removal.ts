// The end of an account: what it has goes by the same ways as when callers delete it piece by piece, so that processes, mounts and
// folders go too. Can be begun again after a restart.
import { delay } from "../../../clock.ts";
import { deleteJob } from "../jobs/job-control.ts";
import { deletePool } from "../pools/pool-control.ts";
import { deleteSchedule } from "../schedules/schedule-control.ts";
import type { World } from "./world.ts";

const lookAgainMs = 10;

/** Resolves when the account has no schedule, job or pool any more; never, when it is closed before. */
export async function emptyAccount(world: World): Promise<void> {
  for (const schedule of [...world.schedules])
    if (schedule.state !== "deleting") deleteSchedule(world, schedule);
  for (const job of [...world.jobs]) if (job.state !== "deleting") deleteJob(world, job);
  for (const pool of [...world.pools]) if (pool.state !== "deleting") deletePool(world, pool);
  await world.commit();
  while (world.schedules.size + world.jobs.size + world.pools.size > 0) await delay(world.clock, lookAgainMs);
  await world.idle();
}
