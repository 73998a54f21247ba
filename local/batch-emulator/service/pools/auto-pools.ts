// Automatic pools: made for a job or a schedule, named `<prefix><guid>`, deleted with their owner unless kept alive.
// Source: "Job - Add" (AutoPoolSpecification). A pool that cannot be made is the job's schedulingError.
import { PoolSpec } from "../../schema/pool-spec.ts";
import { BatchFault } from "../account/fault.ts";
import type { Job, Pool, Schedule } from "../entities/model.ts";
import { addPool } from "./pool-commands.ts";
import { deletePool } from "./pool-control.ts";
import type { AccountState } from "../account/account-state.ts";

/** What a job's schedulingError calls the refusal of its pool. */
const schedulingErrors: Readonly<Record<string, string>> = {
  PoolQuotaReached: "AutoPoolCreationFailedWithQuotaReached",
  AutoScalingFormulaSyntaxError: "InvalidAutoScaleFormulaInAutoPool",
  AutoScaleFormulaTooLong: "InvalidAutoScaleFormulaInAutoPool",
  InvalidApplicationPackageReferences: "InvalidApplicationPackageReferencesInAutoPool",
};

/** Gives a new job its pool. */
export function provideAutoPool(account: AccountState, job: Job): void {
  const wanted = job.spec.poolInfo.autoPoolSpecification;
  if (wanted === undefined) return;
  const owner = wanted.poolLifetimeOption === "jobschedule" ? job.schedule : job;
  const existing = owner?.autoPoolId;
  if (existing !== undefined && account.pools.has(existing.toLowerCase())) {
    job.autoPoolId = existing;
    account.save(job);
    return;
  }
  try {
    const pool = makePool(account, job, wanted);
    job.autoPoolId = pool.id;
    if (owner?.kind === "schedule") {
      owner.autoPoolId = pool.id;
      account.save(owner);
    }
  } catch (fault) {
    if (!(fault instanceof BatchFault)) throw fault;
    job.schedulingError = {
      category: "UserError",
      code: schedulingErrors[fault.code] ?? "InvalidAutoPoolSettings",
      message: fault.message,
      details: fault.values.map(({ key, value }) => ({ name: key, value })),
    };
  }
  account.save(job);
}

function makePool(
  account: AccountState,
  job: Job,
  wanted: NonNullable<Job["spec"]["poolInfo"]["autoPoolSpecification"]>,
): Pool {
  if (wanted.pool === undefined)
    throw new BatchFault(400, "InvalidAutoPoolSettings", "The automatic pool has no pool specification.");
  if (wanted.poolLifetimeOption === "jobschedule" && job.schedule === undefined)
    throw new BatchFault(
      400,
      "InvalidAutoPoolSettings",
      "Only jobs of a schedule can have a pool for the schedule's life.",
    );
  const id = `${wanted.autoPoolIdPrefix ?? ""}${account.random.uuid()}`;
  return addPool(account, PoolSpec.parse({ id, ...wanted.pool }), {
    autoPoolOwner: {
      kind: wanted.poolLifetimeOption,
      id: wanted.poolLifetimeOption === "job" ? job.id : (job.schedule?.id ?? job.id),
      keepAlive: wanted.keepAlive === true,
    },
  });
}

export const afterOwnerJob = (account: AccountState, job: Job) => retire(account, job.autoPoolId, "job");
export const afterOwnerSchedule = (account: AccountState, schedule: Schedule) =>
  retire(account, schedule.autoPoolId, "jobschedule");

function retire(account: AccountState, id: string | undefined, kind: "job" | "jobschedule"): void {
  const pool = id === undefined ? undefined : account.pools.get(id.toLowerCase());
  const owner = pool?.autoPoolOwner;
  if (pool === undefined || owner === undefined || owner.kind !== kind || owner.keepAlive) return;
  if (pool.state === "active") deletePool(account, pool);
}
