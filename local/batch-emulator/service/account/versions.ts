// ETags and modification times: they change when a caller changes an entity, not when its state moves.
import type { Job, Pool, Schedule, Task } from "../entities/model.ts";
import type { AccountState } from "./account-state.ts";

export function touch(account: AccountState, entity: Pool | Job | Schedule | Task): void {
  entity.version = account.stamp();
  entity.modifiedAt = account.clock.now();
  account.save(entity, true);
}

const ticksAtEpoch = 621_355_968_000_000_000n;

/** The ETag as the service writes it: `0x` and the .NET ticks of the last change in upper-case hexadecimal. */
export const etagOf = (version: number): string =>
  `0x${(BigInt(version) * 10n + ticksAtEpoch).toString(16).toUpperCase()}`;
