// The end of an account: what it has goes by the same ways as when callers delete it piece by piece, so that processes, mounts and
// folders go too. Can be begun again after a restart.
import { delay } from "../../../clock.ts";
import { deleteJob } from "../jobs/job-control.ts";
import { deletePool } from "../pools/pool-control.ts";
import { deleteSchedule } from "../schedules/schedule-control.ts";
import type { AccountState } from "./account-state.ts";

const pollMs = 10;

/** Resolves when the account has no schedule, job or pool any more; never, when it is closed before. */
export async function emptyAccount(account: AccountState): Promise<void> {
  for (const schedule of [...account.schedules])
    if (schedule.state !== "deleting") deleteSchedule(account, schedule);
  for (const job of [...account.jobs]) if (job.state !== "deleting") deleteJob(account, job);
  for (const pool of [...account.pools]) if (pool.state !== "deleting") deletePool(account, pool);
  await account.commit();
  while (account.schedules.size + account.jobs.size + account.pools.size > 0)
    await delay(account.clock, pollMs);
  await account.idle();
}
