// Follows a sweep until it is over, telling every look that differs from the one before.
import type { SweepRef } from "../domain/shared/resource-id.ts";
import type { SweepResponse } from "../domain/sweep/wire.ts";
import type { Client } from "./client.ts";
import { withPatience } from "./patience.ts";
import type { Patience } from "./patience.ts";

export interface FollowSweepOptions extends Patience {
  /** True: the caller looks no further. */
  readonly isStopped?: () => boolean;
  readonly onSweep?: (sweep: SweepResponse) => void;
}

/** Resolves with the sweep once it is over; undefined when the caller stopped before. */
export async function followSweep(
  client: Pick<Client, "sweeps">,
  ref: SweepRef,
  options: FollowSweepOptions,
): Promise<SweepResponse | undefined> {
  const { sleep, pollIntervalMs = 1_000, isStopped, onSweep } = options;
  const patient = withPatience(options);
  for (;;) {
    if (isStopped?.() === true) return undefined;
    const sweep = await patient(() => client.sweeps.get(ref));
    onSweep?.(sweep);
    const { executionState } = sweep.properties;
    if (executionState === "succeeded" || executionState === "failed") return sweep;
    await sleep(pollIntervalMs);
  }
}
