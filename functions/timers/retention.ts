// Removes what is older than the service keeps things: events, ended operations, and the histories of ended orchestrations. Once a
// day, in batches; what does not fit into its time goes the next day.
import type { Services } from "../../services/services.ts";

/** A function may run for five minutes where the plan allows no more. */
const longestMs = 4 * 60_000;
const dayMs = 86_400_000;

export async function removeOutdated(services: Services): Promise<void> {
  const { clock, retention, orchestrations, settings, logger } = services;
  const started = clock.now();
  const before = new Date(started - settings.retentionDays * dayMs);
  const goOn = () => clock.now() - started < longestMs;
  const removed = await retention.removeBefore(before.toISOString(), goOn);
  const histories = goOn() ? await orchestrations.purge(before) : 0;
  logger.info("retention.applied", { before: before.toISOString(), ...removed, histories });
}
