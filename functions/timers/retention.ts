// Removes what is older than the service keeps things: events, ended operations, the histories of ended orchestrations, and, after
// longer, the time of nodes. Once a day, in batches; what does not fit into its time goes the next day.
import { changesKeptMs } from "../../services/changes.ts";
import type { Services } from "../../services/services.ts";

/** A function may run for five minutes where the plan allows no more. */
const longestMs = 4 * 60_000;
const dayMs = 86_400_000;
/** A year can be held against the one before it by months. */
const nodeTimeDays = 400;

export async function removeOutdated(services: Services): Promise<void> {
  const { clock, retention, orchestrations, settings, snapshots, logger } = services;
  const started = clock.now();
  const daysAgo = (days: number) => new Date(started - days * dayMs);
  const before = daysAgo(settings.retentionDays);
  const nodeTime = daysAgo(Math.max(settings.retentionDays, nodeTimeDays)).toISOString();
  const changes = new Date(started - changesKeptMs).toISOString();
  const goOn = () => clock.now() - started < longestMs;
  const removed = await retention.removeBefore({ time: before.toISOString(), nodeTime, changes }, goOn);
  const histories = goOn() ? await orchestrations.purge(before) : 0;
  const views = goOn() ? await snapshots.removeBefore(changes) : 0;
  logger.info("retention.applied", { before: before.toISOString(), ...removed, histories, views });
}
